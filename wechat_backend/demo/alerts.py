"""The alerts that the demo begins with: one that is over, one that a member has taken on, one that nobody has
acknowledged yet; and the rosters that say who is told.

Their kiosks stand in halls that are open for 24 hours, so that it does not matter when the demo starts. What
is open has devices that were heard and fell silent, so that a worker finds it as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from models.events import Cause, Channel
from models.kiosks import AlertState, DeviceState, Fault, Heard, Trouble, WantedAlerts
from models.kiosks.alert_rules import CALM, PATIENCE
from models.kiosks.heartbeats import Nonce
from models.staff import CENTRE, Section, township_section
from models.staff.duty import DIGITAL
from models.stores import Stores
from models.workdays import local_date

PHONES: Mapping[str, str] = {
    "digital": "13900010095",
    "digital2": "13900010291",
    "centre": "13900010292",
    "centre2": "13900010293",
    "township": "13900010294",
}
"""Of members; the first is on a phone of the simulator, which shows what they are told."""
ROSTERS: Mapping[Section, tuple[str, ...]] = {
    DIGITAL: ("digital", "digital2"),
    CENTRE: ("centre", "centre2"),
    township_section("南村镇"): ("township",),
}
"""Who of a section is on duty, week by week; the other one stands behind. All are its heads."""
BACK = timedelta(days=3)
"""So far back rosters begin."""
MINUTE = timedelta(minutes=1)
SAID = Heard(state=DeviceState.IDLE, session=False, software="1.0.0", printer=["none"], paper=60, toner=40)
BROKEN, SILENT, WAS_SILENT = "户政自助终端1号", "民政自助终端2号", "民政自助终端1号"
"""Kiosks of `kiosks.MADE` that are in service."""


async def make_once(stores: Stores, now: datetime) -> bool:
    """Make them where there is no roster yet; False where there is one."""
    if await stores.rosters.documents.find_one({}, {"_id": 1}):
        return False
    names = {"$in": [BROKEN, SILENT, WAS_SILENT]}
    found = stores.kiosks.documents.find({"name": names}, {"name": 1})
    demo = _Demo(stores, now, {one["name"]: one["_id"] async for one in found})
    for username, phone in PHONES.items():
        await demo.keep_phone(username, phone)
    for section in ROSTERS:
        await demo.fill(section)
    await demo.over(timedelta(hours=26))
    await demo.taken_on(timedelta(hours=3))
    await demo.unanswered(timedelta(minutes=15))
    return True


@dataclass(frozen=True)
class _Demo:
    stores: Stores
    now: datetime
    keys: Mapping[str, str]

    def by(self, actor: str, at: datetime) -> Cause:
        channel = Channel.WINDOW if actor.startswith("staff:") else Channel.SYSTEM
        return Cause(actor, at, channel, f"demo-{uuid4().hex[:12]}")

    async def keep_phone(self, username: str, phone: str) -> None:
        """As the member does, with the code that was sent there."""
        member, by = await self.stores.staff.get(username), self.by(f"staff:{username}", self.now - BACK)
        if "phone" in member:
            return
        phones, codes = self.stores.staff_phones, self.stores.phone_codes
        await phones.ask(member, phone, address="demo", by=by)
        sent = await codes.get(codes.privacy.index(phone, "phone"))
        await phones.keep(member, phone, codes.secret(sent)[1], by)

    async def fill(self, section: Section) -> None:
        """From some days ago to the end of next month."""
        members = ROSTERS[section]
        member, by = await self.stores.staff.get(members[0]), self.by(f"staff:{members[0]}", self.now - BACK)
        for first, last in weeks(local_date(by.at), local_date(self.now)):
            turn = first.isocalendar().week % len(members)
            behind = members[1 - turn] if len(members) > 1 else ""
            await self.stores.duty.set_days(section, first, last, members[turn], behind, member, by)
        await self.stores.duty.name_heads(section, members, member, by)

    async def over(self, ago: timedelta) -> None:
        """A kiosk was silent for an hour, and a member saw to it."""
        start = self.now - ago
        silent = [Trouble(self.keys[WAS_SILENT], Fault.OFFLINE, start)]
        await self.look(silent, start + PATIENCE)
        await self.acknowledge("centre", start + 10 * MINUTE)
        await self.look([], start + 60 * MINUTE)
        await self.look([], start + 60 * MINUTE + CALM)

    async def taken_on(self, ago: timedelta) -> None:
        at = self.now - ago
        await self.hear(self.keys[BROKEN], {**SAID, "state": DeviceState.FAULT}, at)
        await self.look(await self.stores.heartbeats.troubles(), at + PATIENCE)
        await self.acknowledge("centre2", at + 8 * MINUTE)

    async def unanswered(self, ago: timedelta) -> None:
        """A device has fallen silent, as the watch finds."""
        at, heartbeats = self.now - ago, self.stores.heartbeats
        await self.hear(self.keys[SILENT], SAID, at)
        async for silent in heartbeats.silent(at):
            if silent["_id"] == self.keys[SILENT]:
                await heartbeats.lose(silent, self.by("system", at + 2 * MINUTE))
        await self.look(await heartbeats.troubles(), at + PATIENCE)

    async def hear(self, kiosk: str, said: Heard, at: datetime) -> None:
        nonce = Nonce(nonce=uuid4().hex, until=at + 10 * MINUTE)
        await self.stores.heartbeats.hear(kiosk, nonce, self.by(f"kiosk:{kiosk}", at), said)

    async def look(self, troubles: list[Trouble], at: datetime) -> None:
        await self.stores.alerting.look(troubles, self.by("system", at))

    async def acknowledge(self, username: str, at: datetime) -> None:
        member = await self.stores.staff.get(username)
        [waiting] = (await self.stores.alerts.page(member, WantedAlerts([AlertState.OPEN]), 2)).rows
        await self.stores.alerts.acknowledge(waiting["_id"], member, self.by(f"staff:{username}", at))


def weeks(first: date, today: date) -> list[tuple[date, date]]:
    """From a day to the end of the month after today's, in runs that lie in one week and one month."""
    month_after = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    end = (month_after + timedelta(days=32)).replace(day=1)
    runs: list[tuple[date, date]] = []
    day = first
    while day < end:
        if runs and day.weekday() and day.day > 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
        day += timedelta(days=1)
    return runs
