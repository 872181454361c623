"""The reviews that the demo begins with: some dozens over six weeks, in several departments, of visits.

They are made through the models, at times in the past that are counted in working days before the start. The
people do not exist (「演示」 stands in what they wrote); their numbers pass the checks that real ones pass.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.appointments import Ending
from models.events import Channel
from models.people import Party
from models.places import slots
from models.schedule import Due
from models.stores import Stores
from models.voices import RECTIFY, GivenReview
from models.voices.stages import STEPS, Verb
from models.workdays import local_date
from wechat_backend.demo.scene import Person, Scene, bound

CENTRE, MANAGEMENT, SUPERVISOR, CONTACT = "centre", "management", "supervisor", "contact"
"""The members of staff who record, decide, dispute and rectify; see `data.STAFF`."""
PEOPLE = (
    ("陈演示", "440113197001010034"),
    ("林演示", "440113197202020028"),
    ("何演示", "440113197403030038"),
    ("梁演示", "440113197604040021"),
    ("吴演示", "440113197805050031"),
    ("郭演示", "440113198006060027"),
    ("谭演示", "440113198207070037"),
    ("霍演示", "440113198408080020"),
)
CIVIL = ("老年人优待证（敬老卡）申领", "高龄老人津贴申领", "临时救助申请", "最低生活保障申请")
ITEMS = (
    *CIVIL[:3],
    "居住证签注",
    "养犬登记",
    "异地就医备案",
    "城乡居民基本医疗保险参保登记",
    "就业登记",
    "灵活就业人员社会保险参保登记",
    "个体工商户设立登记",
)
LEVELS = (5, 5, 4, 5, 3, 5, 4, 5, 5, 4)
"""Of the visits in their order, again and again; every seventh visit was not reviewed."""
TAGS: Mapping[int, tuple[str, ...]] = {5: ("517", "510", "516"), 4: ("413", "408"), 3: ("307", "314")}
CHANNELS = (Channel.H5, Channel.MINIPROGRAM, Channel.WEB, Channel.CHAT)
VISITS, SPREAD = 42, 30
"""So many visits, on the working days from so many before the start to yesterday."""


@dataclass(frozen=True)
class Bad:
    """A bad review that is worth a look: of whom (a place in PEOPLE), so many working days ago."""

    person: int
    item: str
    days: int
    level: int
    tags: tuple[str, ...]
    words: str


HELD = Bad(0, CIVIL[1], 2, 1, ("115",), "一群混账东西，等了一上午没人理（演示）")
UNDER_WAY = Bad(1, CIVIL[2], 4, 2, ("208",), "去了两次，每次说的材料都不一样（演示）")
RECTIFIED = Bad(2, CIVIL[0], 12, 1, ("109",), "要交指南上没有的照片（演示）")
ASKED = Bad(3, CIVIL[3], 6, 2, ("214",), "态度不好（演示）")
ASIDE = Bad(4, CIVIL[0], 9, 1, ("113",), "叫号两小时，去的其实是别的窗口（演示）")
BAD = (HELD, UNDER_WAY, RECTIFIED, ASKED, ASIDE)
DONE: Mapping[Verb, str] = {
    Verb.CONTACT: "电话联系，本人说明了经过（演示）",
    Verb.FIX: "窗口统一按指南收材料，不再要求照片（演示）",
    Verb.CALL_BACK: "电话回访，本人满意（演示）",
    Verb.CLOSE: "感谢您指出问题。窗口已统一按办事指南收取材料，不再另外要求照片。（演示）",
}


async def make_once(stores: Stores, items: Mapping[str, str], now: datetime) -> bool:
    """Make them where there are no reviews yet; False where there are. `items` maps the name of an item to
    its code. A process that dies in between leaves fewer."""
    if await stores.reviews.documents.find_one({}, {"_id": 1}):
        return False
    demo = _Demo(stores, now, items)
    for bad in BAD:
        review = await demo.review(bad.person, bad.item, bad.days, bad.level, bad.tags, bad.words)
        await demo.see_to(bad, review)
    for number in range(VISITS):
        await demo.ordinary(number)
    return True


@dataclass(frozen=True)
class _Demo(Scene):
    items: Mapping[str, str]

    async def ordinary(self, number: int) -> None:
        """One of the many: a visit, and mostly its review."""
        person, days = number % len(PEOPLE), SPREAD - number * (SPREAD - 1) // (VISITS - 1)
        level = None if number % 7 == 6 else LEVELS[number % len(LEVELS)]
        tags = TAGS[level][number % len(TAGS[level]) :][:1] if level else ()
        channel = CHANNELS[number % len(CHANNELS)]
        await self.review(person, ITEMS[number % len(ITEMS)], days, level, tags, "", channel)

    async def review(
        self,
        person: int,
        item: str,
        days: int,
        level: int | None,
        tags: tuple[str, ...],
        words: str,
        channel: Channel = Channel.MINIPROGRAM,
    ) -> GivenReview | None:
        """A visit so many working days ago that was served, and what its person said of it, if anything."""
        stores, party = self.stores, await self._party(person)
        guide = await stores.guides.published(self.items[item])
        hall = (await stores.halls.offering(guide.group, guide.places))[0]
        day = local_date(self.by("", days).at)
        free = slots(hall, guide.group, day, stores.calendar)
        start = free[person % len(free)].start
        by = self.by(f"applicant:{party.id}", days + 1, Channel.MINIPROGRAM)
        booked = await stores.appointments.book(party, guide, hall, start, stores.calendar, by)
        by = replace(self.by(f"staff:{CENTRE}", days), at=start + timedelta(minutes=20))
        member = await stores.staff.get(CENTRE)
        visit = await stores.endings.record(booked["_id"], member, Ending.SERVED, by, seen=booked["state"])
        if level is None:
            return None
        by = replace(by, actor=f"applicant:{party.id}", at=start + timedelta(hours=2), channel=channel)
        matter = f"appointment:{visit['_id']}"
        return await stores.reviews.give(matter, party, level, list(tags), words, by, visit)

    async def see_to(self, bad: Bad, review: GivenReview | None) -> None:
        """What has become of a bad review so far."""
        assert review
        due = Due(f"{review['_id']}:{RECTIFY}", RECTIFY, review["_id"], review["at"], 1, "")
        await self.stores.rectifying.open(due, self.by("system", bad.days, Channel.SYSTEM))
        if bad is UNDER_WAY:
            await self.take(review, {Verb.CONTACT: DONE[Verb.CONTACT]}, bad.days - 1)
        elif bad is RECTIFIED:
            await self.take(review, DONE, bad.days - 1)
        elif bad in (ASKED, ASIDE):
            await self.dispute(bad, review)

    async def take(self, review: GivenReview, done: Mapping[Verb, str], days: int) -> None:
        """The steps of these words, one each working day."""
        member = await self.stores.staff.get(CONTACT)
        for number, verb in enumerate(verb for verb in STEPS if verb in done):
            by = self.by(f"staff:{CONTACT}", days - number)
            await self.stores.rectifying.take(review["ref"], verb, member, done[verb], by)

    async def dispute(self, bad: Bad, review: GivenReview) -> None:
        """Disputed and asked; of one that was set aside also the word and the decision."""
        disputes, staff, ref = self.stores.disputes, self.stores.staff, review["ref"]
        grounds, evidence = "评价人办理的不是本部门的事项（演示）", "叫号系统记录（演示）"
        by = self.by(f"staff:{SUPERVISOR}", bad.days - 1)
        await disputes.raise_(ref, await staff.get(SUPERVISOR), grounds, evidence, by)
        management, by = await staff.get(MANAGEMENT), self.by(f"staff:{MANAGEMENT}", bad.days - 2)
        await disputes.ask(ref, management, by)
        if bad is ASIDE:
            party = await self._party(bad.person)
            by = self.by(f"applicant:{party.id}", bad.days - 3, Channel.MINIPROGRAM)
            await disputes.word(review["_id"], party, "我可能去错了窗口（演示）", by)
            by = self.by(f"staff:{MANAGEMENT}", bad.days - 4)
            reason = "记录显示所说窗口属于其他部门（演示）"
            await disputes.decide(ref, management, reason, by, set_aside=True)

    async def _party(self, person: int) -> Party:
        name, number = PEOPLE[person]
        one = Person(f"demo-reviewer-{person}", name, number, f"139000102{person:02}")
        return await bound(self.stores, one, self.by("system", SPREAD + 2, Channel.MINIPROGRAM))
