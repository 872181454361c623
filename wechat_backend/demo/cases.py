"""The cases that the demo begins with: one in each state that is worth a look in the staff panel.

They are made through the models, each step at a time in the past that is counted in working days before the
start. Neither person exists; their numbers pass the checks that real ones pass. They came through the
mini-program and follow nobody in WeChat, so that their notices go by SMS. 许文轩 lives in the simulator, too:
who binds there as him sees his cases, and a visit that he can object to.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any
from uuid import uuid4

from pypdf import PageObject, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from models.applications import Decision, How, Place, StaffCase, lacking
from models.applications.actions import Procedure
from models.appointments import Ending
from models.events import Cause, Channel
from models.people import Party
from models.places import slots
from models.staff import Leave
from models.staff.absences import AbsenceOverlaps
from models.stores import Stores
from models.workdays import local_date
from wechat_backend.demo.scene import Person, Scene, bound

CIVIL, CENTRE, MANAGEMENT, DEPUTY = "civil", "centre", "management", "deputy"
"""The members of staff who took steps: with items of their own department, at a hall of their own, and with
those of all departments; see `data.STAFF`. The deputy stands in for the first, who is away."""
AWAY_DAYS = 14
PAGES = {"household": 3}
"""Of the papers that are a booklet, by their code."""


XU = Person("demo-xu-wenxuan", "许文轩", "440113198504123027", "13900010091")
FENG = Person("demo-feng-yulian", "冯玉莲", "440113195309264015", "13900010092")
PEOPLE = (XU, FENG)


@dataclass(frozen=True)
class Filed:
    """What a person handed in, so many working days ago; files `to_follow` were not."""

    person: Person
    item: str
    days: int
    answers: Mapping[str, Any]
    to_follow: str = ""
    how: How = How.ELECTRONIC


ADDRESS = {"address": "番禺区市桥街道清河东路1号101房（演示）"}
ACCOUNT = {"bank_name": "演示银行番禺支行", "bank_account": "6200000000000000000"}
DOG = {"breed": "柯基犬", "dog_name": "豆豆", "chip": "900000000000001", "sterilised": "yes"}
TRAVEL = {"purpose": "personal", "endorsements": ["hk", "mo"], "urgent_contact": FENG.phone}
NEED = {
    "cause": "illness",
    "amount": "48600",
    "story": "因病住院手术，自付费用较高，家庭生活暂时困难。（演示）",
}
FAMILY = {"members": "2", "income": "1200", "ill": "no"}
CARD = {"card_kind": "first", "bus": "yes"}

BY_SILENCE = Filed(XU, "养犬登记", 6, ADDRESS | DOG)
"""Its five working days have passed on whatever day the demo starts: the worker accepts it."""
GENERATED = Filed(XU, "往来港澳通行证首次申领", 1, ADDRESS | TRAVEL, how=How.WINDOW)
PAUSED = Filed(XU, "临时救助申请", 5, ADDRESS | NEED | ACCOUNT, to_follow="diagnosis")
TO_SUPPLEMENT = Filed(FENG, "高龄老人津贴申领", 2, ADDRESS | ACCOUNT | {"has_agent": "no"})
OVERDUE = Filed(FENG, "最低生活保障申请", 8, ADDRESS | FAMILY | ACCOUNT, how=How.WINDOW)
"""No permit, so no silence accepts it: it waits for whoever accepts, and is nudged."""
CONCLUDED = Filed(FENG, "老年人优待证（敬老卡）申领", 8, ADDRESS | CARD)


async def make_once(stores: Stores, items: Mapping[str, str], now: datetime) -> bool:
    """Make all cases where there are no applications yet; False where there are. `items` maps the name of
    an item to its code.

    The guides are published and the staff enrolled. A process that dies in between leaves fewer cases.
    """
    if await stores.applications.documents.find_one({}, {"_id": 1}):
        return False
    demo = _Demo(stores, now, items)
    for filed in (BY_SILENCE, GENERATED):
        await demo.hand_in(filed)
    await demo.pause(await demo.hand_in(PAUSED))
    await demo.request_supplement(await demo.hand_in(TO_SUPPLEMENT))
    await demo.nudge(await demo.hand_in(OVERDUE))
    await demo.conclude(await demo.hand_in(CONCLUDED))
    await demo.miss(XU, GENERATED.item)
    await demo.be_away(CIVIL, DEPUTY)
    return True


@dataclass(frozen=True)
class _Demo(Scene):
    items: Mapping[str, str]

    async def hand_in(self, filed: Filed) -> str:
        """The application's id."""
        party, filing = await self._party(filed.person), self.stores.filing
        by = self.by(f"applicant:{party.id}", filed.days, Channel.MINIPROGRAM)
        case = await filing.start(party, self.items[filed.item], by)
        answers = {**filing.present_answers(case), **filed.answers}
        case = await filing.save(case, answers, case.application["version"], by)
        for material in lacking(case.guide, case.application):
            if material.code != filed.to_follow:
                with a_paper(PAGES.get(material.code, 1)) as file:
                    await self.stores.papers.hand_in(case, material.code, file, by)
        case = await filing.case(case.key, party)
        place = Place(filed.how, case.guide.places[0])
        await filing.submit(case, case.application["version"], place, by, promised=True)
        return case.key

    async def pause(self, key: str) -> None:
        handling = self.stores.handling
        case = await handling.accept(await self._case(key, CIVIL), self.by(f"staff:{CIVIL}", 4))
        reason = "请专家评审诊疗费用是否必需（演示）"
        await handling.pause(case, Procedure.EXPERT_REVIEW, reason, self.by(f"staff:{CIVIL}", 3))

    async def request_supplement(self, key: str) -> None:
        case, by = await self._case(key, CIVIL), self.by(f"staff:{CIVIL}", 1)
        reason = "银行卡照片看不清卡号，请重新拍摄；并核对银行账号。（演示）"
        await self.stores.handling.request_supplement(case, ["bank_card"], ["bank_account"], reason, by)

    async def nudge(self, key: str) -> None:
        case, by = await self._case(key, MANAGEMENT), self.by(f"staff:{MANAGEMENT}", 1)
        await self.stores.nudges.nudge(case, "受理期限已过，请说明原因和预计受理时间。（演示）", by)

    async def conclude(self, key: str) -> None:
        handling, by = self.stores.handling, self.by(f"staff:{CIVIL}", 4)
        case = await handling.accept(await self._case(key, CIVIL), self.by(f"staff:{CIVIL}", 7))
        owner, name = case.application["applicant"], case.guide.deliverable
        with a_paper() as file:
            result = await self.stores.materials.keep(owner, key, "result", name, file, by)
        await handling.conclude(case, Decision.APPROVED, "", result, by)

    async def miss(self, person: Person, item: str) -> None:
        """A visit of the last working day that, by the record, the person missed."""
        stores, party = self.stores, await self._party(person)
        guide = await stores.guides.published(self.items[item])
        hall = (await stores.halls.offering(guide.group, guide.places))[0]
        day = local_date(self.by("system", 1).at)
        start = slots(hall, guide.group, day, stores.calendar)[0].start
        by = self.by(f"applicant:{party.id}", 3, Channel.MINIPROGRAM)
        booked = await stores.appointments.book(party, guide, hall, start, stores.calendar, by)
        by = replace(self.by(f"staff:{CENTRE}", 1), at=start + timedelta(minutes=30))
        member = await stores.staff.get(CENTRE)
        await stores.endings.record(booked["_id"], member, Ending.NO_SHOW, by, seen=booked["state"])

    async def be_away(self, username: str, substitute: str) -> None:
        """From today on, so that the substitute can act for the member."""
        member, today = await self.stores.staff.get(username), local_date(self.now)
        leave = Leave(substitute, today, today + timedelta(days=AWAY_DAYS - 1))
        by = Cause(f"staff:{username}", self.now, Channel.WINDOW, f"demo-{uuid4().hex[:12]}")
        with suppress(AbsenceOverlaps):  # the members are older than the cases
            await self.stores.absences.set_own(member, leave, by)

    async def _party(self, person: Person) -> Party:
        return await bound(self.stores, person, self.by("system", 10, Channel.MINIPROGRAM))

    async def _case(self, key: str, username: str) -> StaffCase:
        return await self.stores.handling.case(key, await self.stores.staff.get(username))


def a_paper(pages: int = 1) -> Any:
    """A PDF whose pages say what they are, in a real file, which the caller closes. Of several the last one
    was scanned lying on its side."""
    writer = PdfWriter()
    for number in range(1, pages + 1):
        page = writer.add_blank_page(300, 200)
        _write(writer, page, f"DEMO {number}/{pages}" if pages > 1 else "DEMO")
    if pages > 1:
        page.rotate(270)
    writer.add_metadata({"/Title": "演示"})
    out = BytesIO()
    writer.write(out)
    file = TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.write(out.getvalue())
    file.seek(0)
    return file


def _write(writer: PdfWriter, page: PageObject, text: str) -> None:
    kind, subtype, base = NameObject("/Type"), NameObject("/Subtype"), NameObject("/BaseFont")
    font = {kind: NameObject("/Font"), subtype: NameObject("/Type1"), base: NameObject("/Helvetica")}
    fonts = DictionaryObject({NameObject("/F1"): DictionaryObject(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    words = DecodedStreamObject()
    words.set_data(f"BT /F1 36 Tf 60 90 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(words)
