"""The kiosks that the demo begins with: some in every state, and three that wait for their devices.

They are made through the models, each step at a time in the past that is counted in working days before the
start.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import BinaryIO
from uuid import uuid4

from models.events import Cause, Channel
from models.kiosks import BEGIN, RETIREMENT, GivenLetter, Kiosk, KioskFiles, Request, State, Wanted
from models.kiosks.document import (
    CardHelp,
    Consumable,
    Finding,
    Help,
    Network,
    OutageCause,
    Owner,
    Paper,
    Peripheral,
    Supplier,
)
from models.schedule import Due
from models.staff import Member
from models.stores import Stores
from models.workdays import local_date, local_moment
from wechat_backend.demo.cases import a_paper
from wechat_backend.demo.peer import Devices, Manner, new_key, public
from wechat_backend.demo.scene import days_before

CIVIL, POLICE = "contact", "contact2"
"""The contacts of the departments, as `data.STAFF` has them."""
NAMED_BY: Mapping[str, str] = {CIVIL: "supervisor", POLICE: "supervisor2"}
DIGITAL, CENTRE = "digital", "centre"
"""Who approves, and who keeps the halls."""
ITEMS: Mapping[str, Sequence[str]] = {
    CIVIL: ("老年人优待证（敬老卡）申领", "高龄老人津贴申领"),
    POLICE: ("居住证签注",),
}
YEARS = 3
"""A kiosk may be used for so long, unless it says otherwise."""
CARD = CardHelp(
    procedure="请勿离开终端，拨打屏幕下方的人工帮助电话，由驻点人员开机取卡。（演示）",
    contact=Help(name="演示员戊", phone="13900010290"),
    within_minutes=30,
)
LETTER = "番演示函〔2026〕{number}号"


@dataclass(frozen=True)
class Made:
    """One of them: whose, in which hall, and how it goes on once it is in service (`way`), if it comes so
    far; how its device behaves (`manner`), if the simulator plays one."""

    name: str
    contact: str
    hall: str
    state: State
    way: str = ""
    manner: Manner | None = None


MADE = (
    Made("民政自助终端1号", CIVIL, "centre", State.IN_SERVICE, "repaired", Manner.BUSY),
    Made("民政自助终端2号", CIVIL, "wanbo", State.IN_SERVICE, "to_be_suspended"),
    Made("民政自助终端3号", CIVIL, "nancun", State.IN_SERVICE, "expired", Manner.LOW),
    Made("民政自助终端4号", CIVIL, "nanzhan", State.SUSPENDED, "suspended", Manner.IDLE),
    Made("民政自助终端5号", CIVIL, "changlong", State.REMOVED, "removed"),
    Made("民政自助终端6号", CIVIL, "shiqiao", State.PLACED),
    Made("民政自助终端7号", CIVIL, "dashi", State.REVIEWED),
    Made("民政自助终端8号", CIVIL, "shawan", State.DECLINED),
    Made("户政自助终端1号", POLICE, "centre", State.IN_SERVICE, manner=Manner.BROKEN),
    Made("户政自助终端2号", POLICE, "daxuecheng", State.UNDER_REPAIR, "beyond_repair"),
    Made("户政自助终端3号", POLICE, "qichecheng", State.TAKEN_AWAY, "taken_away"),
    Made("户政自助终端4号", POLICE, "wanbo", State.RETIRED, "retired"),
    Made("户政自助终端5号", POLICE, "shilou", State.HANDED_BACK, "handed_back"),
    Made("户政自助终端6号", POLICE, "centre", State.PLACED),
    Made("户政自助终端7号", POLICE, "wanbo", State.PLACED),
    Made("户政自助终端8号", POLICE, "zhongcun", State.REQUESTED),
)
WAITING = tuple(one.name for one in MADE if one.state is State.PLACED)
"""Each has a code in `demo.env`."""
WITHOUT_PLACE = (State.REQUESTED, State.REVIEWED, State.DECLINED)
RENEWED = timedelta(days=1)
"""A code that is over within this is replaced when the demo starts."""


async def make_once(
    stores: Stores, items: Mapping[str, str], now: datetime, devices: Devices | None = None
) -> bool:
    """Make them where there are no kiosks yet; False where there are. `items` maps the name of an item to its
    code; `devices` keeps the keys of those that are played. A process that dies in between leaves fewer."""
    if await stores.kiosks.documents.find_one({}, {"_id": 1}):
        return False
    files = _OnceJudged(stores.materials)
    acting = replace(
        stores,
        entering=replace(stores.entering, files=files),
        suspending=replace(stores.suspending, files=files),
        retiring=replace(stores.retiring, files=files),
    )
    demo = _Demo(acting, items, now, devices)
    for contact, supervisor in NAMED_BY.items():
        who, by = await demo.who(supervisor, 32)
        await stores.contacts.name(who["department"] or "", contact, who, by)
    for number, one in enumerate(MADE):
        await demo.make(one, number + 1)
    await stores.retiring.propose_all(demo.by("system", 1))
    return True


async def codes(stores: Stores, kept: Sequence[str], now: datetime) -> list[str]:
    """The activation codes of those that wait: those that were `kept`, or new ones where these are over."""
    found = stores.kiosks.documents.find({"name": {"$in": WAITING}, "state": State.PLACED.value}, {"name": 1})
    waiting = sorted([(one["name"], one["_id"]) async for one in found])
    known: dict[str, str] = {}
    for code in kept:
        if kiosk := await stores.activations.opened_by(code, now + RENEWED):
            known[kiosk["_id"]] = code
    member, by = await _Demo(stores, {}, now).who(DIGITAL, 0)
    by = replace(by, at=now)
    return [known.get(key) or await stores.activations.issue(key, member, by) for _, key in waiting]


@dataclass(frozen=True)
class _OnceJudged(KioskFiles):
    """To judge a file takes a process of its own: one of each kind and department is, and is copied for the
    other kiosks."""

    judged: dict[tuple[str, str], str] = field(default_factory=dict)

    @asynccontextmanager
    async def _kept(
        self, department: str, key: str, code: str, title: str, file: BinaryIO, by: Cause
    ) -> AsyncIterator[str]:
        if first := self.judged.get((department, code)):
            yield (await self.materials.copy(first, key, code, by))["_id"]
            return
        async with super()._kept(department, key, code, title, file, by) as new:
            self.judged[department, code] = new
            yield new


@dataclass(frozen=True)
class _Demo:
    stores: Stores
    items: Mapping[str, str]
    now: datetime
    devices: Devices | None = None

    def by(self, actor: str, days: int) -> Cause:
        channel = Channel.SYSTEM if actor == "system" else Channel.WINDOW
        return Cause(actor, self.day(days), channel, f"demo-{uuid4().hex[:12]}")

    def day(self, days: int) -> datetime:
        return days_before(self.stores.calendar, self.now, days)

    async def who(self, username: str, days: int) -> tuple[Member, Cause]:
        return await self.stores.staff.get(username), self.by(f"staff:{username}", days)

    async def make(self, one: Made, number: int) -> None:
        """A kiosk, brought into its state."""
        stores, digital = self.stores, DIGITAL
        entering = stores.entering
        key = (await entering.request(self.request(one), *await self.who(one.contact, 30)))["_id"]
        if one.state is State.REQUESTED:
            return
        if one.state is State.DECLINED:
            reason = "该大厅自助区已没有空位，请另选大厅（演示）"
            await entering.decline(key, reason, *await self.who(digital, 28))
            return
        await entering.review(key, *await self.who(digital, 28))
        if one.state is State.REVIEWED:
            return
        for paper in Paper:
            with a_paper() as file:
                await entering.give_paper(key, paper, file, *await self.who(one.contact, 27))
        where = f"一楼自助区{number}号位"
        await entering.place(key, one.hall, where, *await self.who(digital, 26))
        if one.state is not State.PLACED:
            await self.activate(one, key)
            await self.go_on(one, key)

    def request(self, one: Made) -> Request:
        today = local_date(self.now)
        until = local_date(self.day(2)) if one.way == "expired" else date(today.year + YEARS, 12, 31)
        reader = one.contact == POLICE
        return Request(
            name=one.name,
            maker="演示设备有限公司",
            model="PY-200" if reader else "PY-100",
            peripherals=[Peripheral.PRINTER, *([Peripheral.READER] if reader else [])],
            items=[self.items[name] for name in ITEMS[one.contact]],
            consumables={Consumable.A4_PAPER: Supplier.CENTRE, Consumable.TONER: Supplier.DEPARTMENT},
            network=Network.DEDICATED if reader else Network.GOVERNMENT,
            network_name="公安视频专网（演示）" if reader else "",
            owner=Owner.DEPARTMENT,
            use_until=until,
            card=CARD if reader else None,
        )

    async def activate(self, one: Made, key: str) -> None:
        """By a device that is played, or by one that nobody has: its key is thrown away."""
        code = await self.stores.activations.issue(key, *await self.who(DIGITAL, 25))
        spki = self.devices.add(key, one.manner) if self.devices and one.manner else public(new_key())
        about = {"hardware": "PY-100", "software": "1.0.0"}
        await self.stores.activations.activate(code, spki, about, "demo", self.by("device", 25))

    async def go_on(self, one: Made, key: str) -> None:
        ways: Mapping[str, Callable[[Made, str], Awaitable[object]]] = {
            "repaired": self.repair,
            "to_be_suspended": self.plan,
            "suspended": self.suspend,
            "taken_away": self.take_away,
            "removed": self.remove,
            "beyond_repair": self.give_up,
            "retired": self.retire,
            "handed_back": self.hand_back,
        }
        if one.way in ways:
            await ways[one.way](one, key)

    async def repair(self, _: Made, key: str) -> None:
        keeping, cause = self.stores.keeping, OutageCause.THIRD_PARTY
        await keeping.report_fault(key, "大厅停电（演示）", cause, *await self.who(CENTRE, 12))
        await keeping.repair(key, *await self.who(CENTRE, 11))

    async def plan(self, one: Made, key: str) -> None:
        """For an afternoon of next week, told yesterday."""
        day = self.stores.calendar.after(local_date(self.now), 4)
        start, end = (local_moment(day, time(hour)) for hour in (14, 17))
        await self.told(one, key, 1, Wanted(start, end, "业务系统升级（演示）"))

    async def suspend(self, one: Made, key: str) -> None:
        """On the last working day, for three of them: that one and the next two."""
        start = self.day(1)
        last = self.stores.calendar.after(local_date(start), 2)
        await self.told(one, key, 6, Wanted(start, local_moment(last, time(18)), "更换打印模块（演示）"))
        await self.come(key, BEGIN)

    async def take_away(self, one: Made, key: str) -> None:
        start = self.day(2)
        await self.told(one, key, 9, Wanted(start, start + timedelta(days=13), "送厂检修（演示）"), 2)
        await self.come(key, BEGIN)
        await self.stores.suspending.post(key, *await self.who(CENTRE, 2))
        await self.stores.suspending.take_away(key, *await self.who(CENTRE, 1))

    async def remove(self, one: Made, key: str) -> None:
        start = self.day(3)
        await self.told(one, key, 10, Wanted(start, start + timedelta(days=45), "自助区改造（演示）"), 3)
        await self.come(key, BEGIN)
        await self.stores.suspending.remove(key, *await self.who(CENTRE, 2))

    async def give_up(self, one: Made, key: str) -> None:
        keeping, words = self.stores.keeping, "主板烧毁，厂家已停产，没有备件（演示）"
        await keeping.report_fault(key, "开不了机（演示）", OutageCause.OWN, *await self.who(CENTRE, 3))
        await keeping.find(key, Finding.BEYOND_REPAIR, words, *await self.who(one.contact, 2))

    async def retire(self, one: Made, key: str) -> None:
        """Asked for by letter, agreed on a day, which has come."""
        with a_paper() as file:
            letter = GivenLetter(LETTER.format(number=4), file)
            who = await self.who(one.contact, 12)
            await self.stores.retiring.withdraw(key, "业务已可全程网办（演示）", letter, *who)
        await self.stores.retiring.agree(key, local_date(self.day(4)), *await self.who(DIGITAL, 10))
        await self.come(key, RETIREMENT)

    async def hand_back(self, one: Made, key: str) -> None:
        await self.retire(one, key)
        words = "已交还业务主管部门，外观完好，配件齐全（演示）"
        await self.stores.keeping.hand_back(key, words, *await self.who(CENTRE, 1))

    async def told(self, one: Made, key: str, days: int, wanted: Wanted, letter: int = 0) -> None:
        """A suspension, announced so many working days ago, by the letter of a number if it needs one."""
        who = await self.who(one.contact, days)
        if not letter:
            await self.stores.suspending.plan(key, wanted, *who)
            return
        with a_paper() as file:
            given = GivenLetter(LETTER.format(number=letter), file)
            await self.stores.suspending.plan(key, replace(wanted, letter=given), *who)

    async def come(self, key: str, what: str) -> Kiosk:
        """As a worker does when it finds a plan whose moment has come."""
        found = await self.stores.kiosks.documents.find_one({"_id": key}, {"events": 1})
        assert found
        [(event, at)] = [
            (event["id"], plan["at"])
            for event in found["events"]
            for plan in event.get("plans", ())
            if plan["what"] == what
        ]
        look = self.stores.suspending.begin if what == BEGIN else self.stores.retiring.retire
        by = replace(self.by("system", 0), at=at)
        assert await look(Due(f"{event}:{what}", what, key, at, 1, "demo"), by)
        return await self.stores.kiosks.get(key)
