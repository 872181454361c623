"""值班表: who of a section is told of what needs somebody now, and who is told after them.

A roster of a section and month is one document, so that days that are set together are one write, and two
people who set different days at one instant both have theirs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, NotRequired, TypedDict

from models.errors import BadInput, Conflict, Refused
from models.events import Cause, Event
from models.staff.absences import away, by_name
from models.staff.document import Member, is_let_in
from models.staff.members import Staff
from models.staff.reach import ScopeMissing, check_scope, reaches_of
from models.staff.scopes import Reach, Role, Scope
from models.store import Record, Store
from models.workdays import local_date


class DutyMemberUnfit(BadInput):
    code = "duty_member_unfit"
    message = "请选择本科室（中心、镇街）的在岗人员"
    field = "on_duty"


class DutyUnreachable(Refused):
    code = "duty_unreachable"
    message = "{name}还没有验证手机，也没有绑定微信，收不到告警，请先由本人在“我的账号”中绑定"


class DutyAlone(BadInput):
    code = "duty_alone"
    message = "值班人员和后备人员须是两个人"
    field = "behind"


class DutyDaysWrong(BadInput):
    code = "duty_days_wrong"
    message = "请选择今天以后、同一个月内的日期，结束日期不早于开始日期"
    field = "first"


class TooManyHeads(BadInput):
    code = "duty_too_many_heads"
    message = "负责人最多{most}位"
    field = "heads"


class RosterMovedOn(Conflict):
    code = "duty_moved_on"
    message = "值班表刚刚被修改，请刷新后再操作"


MOST_HEADS = 3
STEPS = 5
"""So many substitutes are asked one for another, where each of them is away too."""


class Section(NamedTuple):
    """Who keeps a roster of its own: members of a `role`, of a township where one is named."""

    role: Role
    township: str = ""

    @property
    def key(self) -> str:
        return f"{self.role.value}:{self.township}" if self.township else self.role.value

    @property
    def label(self) -> str:
        return self.township or self.role.label


DIGITAL, CENTRE = Section(Role.DIGITAL_AFFAIRS), Section(Role.SERVICE_CENTRE)


def township_section(name: str) -> Section:
    return Section(Role.TOWNSHIP, name)


def section_of(key: str) -> Section | None:
    """The section of a key; None for anything else."""
    _, _, township = key.partition(":")
    sections = (DIGITAL, CENTRE, *([township_section(township)] if township else []))
    return next((one for one in sections if one.key == key), None)


class Place(TypedDict):
    """Who is on duty on a day, and who stands behind them, by user name."""

    on_duty: str
    behind: str | None


class Roster(Record):
    """`_id` is `<section>:<month>` (`service_centre:2026-12`); `days` by local day (ISO)."""

    section: str
    month: str
    days: NotRequired[dict[str, Place]]


class Heads(Record):
    """`_id` is the section; `heads` are told after who is on duty and who stands behind, in this order."""

    heads: list[str]


class Rosters(Store[Roster]):
    collection = "duty"
    tells = ("duty.set", "duty.emptied")

    async def of_month(self, section: Section, month: str) -> dict[str, Place]:
        """By local day (ISO); a day that is not there is a gap."""
        found = await self._first({"_id": f"{section.key}:{month}"})
        return found.get("days", {}) if found else {}

    async def on(self, section: Section, day: date) -> Place | None:
        return (await self.of_month(section, f"{day:%Y-%m}")).get(day.isoformat())

    async def put(self, section: Section, days: Sequence[date], place: Place | None, by: Cause) -> None:
        """Put the same members down for days of one month; without a place nobody is."""
        month = f"{days[0]:%Y-%m}"
        key, fields = f"{section.key}:{month}", [f"days.{day.isoformat()}" for day in days]
        told = {"first": days[0].isoformat(), "last": days[-1].isoformat(), **(place or {})}
        name = "duty.set" if place else "duty.emptied"
        await self.upsert(
            {"_id": key},
            sets={"section": section.key, "month": month} | (dict.fromkeys(fields, place) if place else {}),
            update={} if place else {"$unset": dict.fromkeys(fields, "")},
            event=Event(name, key, by, told),
            otherwise=RosterMovedOn,
        )


class DutyHeads(Store[Heads]):
    collection = "duty_heads"
    tells = ("duty.heads_named",)

    async def of(self, section: Section) -> list[str]:
        found = await self._first({"_id": section.key})
        return found["heads"] if found else []

    async def put(self, section: Section, heads: list[str], by: Cause) -> None:
        event = Event("duty.heads_named", section.key, by, {"heads": heads})
        await self.upsert({"_id": section.key}, sets={"heads": heads}, event=event, otherwise=RosterMovedOn)


@dataclass(frozen=True)
class Line:
    """Those of a section who are told on a day, by user name, one after the other; `gap` says that nobody
    who can be reached is on duty."""

    members: list[str]
    gap: bool


@dataclass(frozen=True)
class Duty:
    rosters: Rosters
    heads: DutyHeads
    staff: Staff

    async def line(self, section: Section, day: date) -> Line:
        """Who is on duty, who stands behind, the heads, and then those of digital affairs; of one who is away
        the substitute. Each is there once, and only who can be reached."""
        own = await self._of(section, day)
        further = [] if section == DIGITAL else await self._of(DIGITAL, day)
        return Line(list(dict.fromkeys(one for one in (*own, *further) if one)), not own[0])

    async def put_down(self, section: Section, day: date) -> list[str]:
        """Who is on duty and who stands behind, by user name, as far as they can be reached; of one who is
        away the substitute."""
        return list(dict.fromkeys(one for one in await self._put_down(section, day) if one))

    async def set_days(
        self,
        section: Section,
        first: date,
        last: date,
        on_duty: str,
        behind: str,
        member: Member,
        by: Cause,
    ) -> None:
        """Put members down for days of one month, `behind` "" for nobody; without `on_duty` the days are
        emptied.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `duty_days_wrong`, `duty_member_unfit`, `duty_alone`.
            Refused: `duty_unreachable`.
        """
        check_keeps(member, section)
        if not local_date(by.at) <= first <= last or f"{first:%Y-%m}" != f"{last:%Y-%m}":
            raise DutyDaysWrong
        place: Place | None = None
        if on_duty:
            await self._check(section, [on_duty, *([behind] if behind else [])])
            if on_duty == behind:
                raise DutyAlone
            place = Place(on_duty=on_duty, behind=behind or None)
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        await self.rosters.put(section, days, place, by)

    async def name_heads(self, section: Section, heads: Iterable[str], member: Member, by: Cause) -> None:
        """Say who is told after those of the roster, in this order; nobody, where none is named.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `duty_member_unfit`, `duty_too_many_heads`.
            Refused: `duty_unreachable`.
        """
        check_keeps(member, section)
        named = list(dict.fromkeys(one for one in heads if one))
        if len(named) > MOST_HEADS:
            raise TooManyHeads(most=MOST_HEADS)
        await self._check(section, named)
        await self.heads.put(section, named, by)

    async def of_section(self, section: Section) -> list[Member]:
        """Who can be put down, by their names; also those who are not reached yet."""
        return by_name(one for one in await self.staff.present() if belongs(one, section))

    async def reached(self, username: str, day: date) -> str:
        """The member, or who stands in for them on a day; "" where nobody can be reached."""
        for _ in range(STEPS):
            found = await self.staff.find(username) if username else None
            if found is None or not is_let_in(found):
                return ""
            if absence := away(found, day):
                username = absence["substitute"]
                continue
            return username if is_reachable(found) else ""
        return ""

    async def _of(self, section: Section, day: date) -> list[str]:
        """The section's own line with "" for who cannot be reached; the first is who is on duty."""
        heads = [await self.reached(one, day) for one in await self.heads.of(section)]
        return [*await self._put_down(section, day), *heads]

    async def _put_down(self, section: Section, day: date) -> list[str]:
        place = await self.rosters.on(section, day)
        put_down = [place["on_duty"], place["behind"] or ""] if place else ["", ""]
        return [await self.reached(one, day) for one in put_down]

    async def _check(self, section: Section, usernames: Sequence[str]) -> None:
        for username in usernames:
            found = await self.staff.find(username)
            if found is None or not is_let_in(found) or not belongs(found, section):
                raise DutyMemberUnfit
            if not is_reachable(found):
                raise DutyUnreachable(name=found["name"])


def is_reachable(member: Member) -> bool:
    """Whether a phone or WeChat was shown to be the member's."""
    return "phone" in member or "wechat" in member


def belongs(member: Member, section: Section) -> bool:
    if section.role not in member["roles"]:
        return False
    return not section.township or section.township in member["townships"]


def check_keeps(member: Member, section: Section) -> None:
    """
    Raises:
        Forbidden: `scope_missing`, also where the member does not keep this section's roster.
    """
    check_scope(member, Scope.DUTY_KEEP)
    if not keeps(member, section):
        raise ScopeMissing


def keeps(member: Member, section: Section) -> bool:
    reached = reaches_of(member, Scope.DUTY_KEEP)
    return (
        Reach.DISTRICT in reached
        or (Reach.HALLS in reached and section == CENTRE)
        or (Reach.TOWNSHIP in reached and section.township in member["townships"])
    )


def kept_by(member: Member, townships: Iterable[str]) -> list[Section]:
    """The sections whose rosters a member keeps, of these townships.

    Raises:
        Forbidden: `scope_missing`.
    """
    check_scope(member, Scope.DUTY_KEEP)
    sections = (DIGITAL, CENTRE, *(township_section(name) for name in townships))
    return [section for section in sections if keeps(member, section)]
