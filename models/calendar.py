"""工作日历: what service management enters beside the published calendar, year by year.

A year is one document, so that of two people who change it at once one is told. Every process counts with one
`LiveWorkdays`, which `refresh` brings to what is kept here. What is over was counted with, and stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypedDict

from pymongo.errors import DuplicateKeyError

from models import typed
from models.errors import BadInput, Refused
from models.events import Cause, Event
from models.festivals import LAST_PUBLISHED_YEAR, without_days_off
from models.staff import Member, Scope, check_district
from models.store import ChangedMeanwhile, Database, Document, Line, Record, Store, entry
from models.workdays import LiveWorkdays, Workdays, local_date

YEARS_AHEAD = 2
"""A notice comes out in the autumn before its year; nobody knows more of a later one."""
LONGEST = 30
"""Characters of a reason: it stands in the calendar."""
SHOWN = 30
"""Changes of a year that its document keeps to be shown; all of them are events."""


class CalendarDayPast(Refused):
    code = "calendar_day_past"
    message = "已过去的日子不能修改，当时的期限已按原安排计算"


class CalendarDaysWrong(BadInput):
    code = "calendar_days_wrong"
    message = "请选择{first}年至{last}年中同一年的日期，结束日期不早于开始日期"
    field = "first"


class CalendarReasonMissing(BadInput):
    code = "calendar_reason_missing"
    message = "请写明原因或依据，最多{most}个字"
    field = "reason"


class CalendarUnchanged(Refused):
    code = "calendar_unchanged"
    message = "这些日子本来就是这样安排的，没有需要修改的"


class CalendarYearConfirmed(Refused):
    code = "calendar_year_confirmed"
    message = "{year}年已确认填完，这样修改后{festivals}没有放假的工作日；确需修改的，请先撤回全年确认"


class CalendarYearPublished(Refused):
    code = "calendar_year_published"
    message = "{year}年的安排已随系统更新，不需要确认"


class CalendarYearIncomplete(Refused):
    code = "calendar_year_incomplete"
    message = "{year}年的放假安排还没有填完：{festivals}没有放假的工作日"


class CalendarYearOrder(Refused):
    code = "calendar_year_order"
    message = "年度须依次确认，撤回须从最后一年起：请先处理{year}年"


class Kind(StrEnum):
    """What is made of days; published days are as the notice, or else the weekday, has them."""

    OFF = "off"
    WORKED = "worked"
    PUBLISHED = "published"


LEARNT, CONFIRMED, REOPENED = "calendar.learnt", "calendar.confirmed", "calendar.reopened"
SET: Mapping[Kind, str] = {
    Kind.OFF: "calendar.closed",
    Kind.WORKED: "calendar.opened",
    Kind.PUBLISHED: "calendar.put_back",
}
"""The event of days of which something was made."""


@dataclass(frozen=True)
class Days:
    """What is to be made of the days from `first` to `last`, both included."""

    first: date
    last: date
    kind: Kind
    reason: str

    @property
    def each(self) -> list[date]:
        return [self.first + timedelta(days=ahead) for ahead in range((self.last - self.first).days + 1)]


class Entered(TypedDict):
    worked: bool
    reason: str


class Change(Line):
    """A line of a year's changes; of one that is about the whole year both days are ""."""

    first: str
    last: str


class CalendarYear(Record):
    """`_id` is the year; `days` by local day (ISO). `confirmed` says that its notice was entered whole,
    `revision` counts the changes."""

    days: dict[str, Entered]
    confirmed: bool
    revision: int
    changes: list[Change]


class CalendarYears(Store[CalendarYear]):
    collection = "calendar"
    tells = (LEARNT, *SET.values(), CONFIRMED, REOPENED)

    def __init__(self, database: Database, live: LiveWorkdays) -> None:
        super().__init__(database)
        self.live = live
        self._read: dict[str, int] = {}

    async def of_year(self, year: int) -> CalendarYear:
        """A year of which nothing was entered has the revision 0."""
        found = await self._first({"_id": str(year)})
        return found or CalendarYear(_id=str(year), days={}, confirmed=False, revision=0, changes=[])

    async def refresh(self) -> bool:
        """Tell the calendar of this process what others changed; False where that is nothing, after one
        short read."""
        found = self.documents.find({}, {"revision": 1})
        if {one["_id"]: one["revision"] async for one in found} == self._read:
            return False
        years = await self._each(self.documents.find({}, {"events": 0, "changes": 0}))
        self._read = {one["_id"]: one["revision"] for one in years}
        self.live.tell(overrides_of(years), through_of(years))
        return True

    async def check_set(self, days: Days, seen: int, member: Member, now: datetime) -> CalendarYear:
        """The year of days of which something can be made, whose revision the member has `seen`.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `calendar_days_wrong`, `calendar_reason_missing`.
            Refused: `calendar_day_past`, `calendar_unchanged`, `calendar_year_confirmed`.
            Conflict: `changed_meanwhile`.
        """
        check_district(member, Scope.CALENDAR_KEEP)
        check_days(days, local_date(now))
        year = await self._seen(days.first.year, seen)
        then = year | {"days": entered_after(year, days)}
        if then == year:
            raise CalendarUnchanged
        lost = [one for one in lacking_of(then) if one not in lacking_of(year)]
        if year["confirmed"] and lost:
            raise CalendarYearConfirmed(year=year["_id"], festivals="、".join(lost))
        return year

    async def set_days(self, days: Days, seen: int, member: Member, by: Cause) -> None:
        """Make something of them.

        Raises:
            see `check_set`.
        """
        year = await self.check_set(days, seen, member, by.at)
        reason, first, last = _reason(days.reason), days.first.isoformat(), days.last.isoformat()
        made = _made_of(days)
        fields = {f"days.{day.isoformat()}": made for day in days.each}
        told = {"first": first, "last": last, "reason": reason}
        event = Event(SET[days.kind], year["_id"], by, told)
        change = Change(**entry(event, reason), first=first, last=last)
        await self._write(year, event, change, **({"sets": fields} if made else {"unsets": fields}))

    async def confirm(
        self, year: int, reason: str, seen: int, member: Member, by: Cause, *, confirmed: bool
    ) -> None:
        """Say that a year's holiday notice is entered whole, or take that back; `reason` names the notice.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `calendar_days_wrong`, `calendar_reason_missing`.
            Refused: `calendar_year_published`, `calendar_year_incomplete`, `calendar_year_order`,
                `calendar_unchanged`.
            Conflict: `changed_meanwhile`.
        """
        check_district(member, Scope.CALENDAR_KEEP)
        check_year(year, local_date(by.at))
        found, reason = await self._seen(year, seen), _reason(reason)
        if year <= LAST_PUBLISHED_YEAR:
            raise CalendarYearPublished(year=year)
        if found["confirmed"] is confirmed:
            raise CalendarUnchanged
        await self._check_order(year, confirmed=confirmed)
        lacking = lacking_of(found) if confirmed else []
        if lacking:
            raise CalendarYearIncomplete(year=year, festivals="、".join(lacking))
        event = Event(CONFIRMED if confirmed else REOPENED, found["_id"], by, {"reason": reason})
        change = Change(**entry(event, reason), first="", last="")
        await self._write(found, event, change, sets={"confirmed": confirmed})

    async def learn(self, days: Mapping[date, bool], through: int, by: Cause) -> list[str]:
        """Keep the years of `data/calendar.yaml` that are not here yet. The others stay as they are; returns
        what the file has otherwise, a line each."""
        years = {day.year for day in days} | set(range(LAST_PUBLISHED_YEAR + 1, through + 1))
        differing: list[str] = []
        for year in sorted(years):
            entered = {
                day.isoformat(): Entered(worked=worked, reason="")
                for day, worked in sorted(days.items())
                if day.year == year
            }
            confirmed = LAST_PUBLISHED_YEAR < year <= through
            if not await self._learn_year(str(year), entered, by, confirmed=confirmed):
                differing += _differences(await self.of_year(year), entered, confirmed=confirmed)
        return differing

    async def _learn_year(self, key: str, days: dict[str, Entered], by: Cause, *, confirmed: bool) -> bool:
        """Whether it was not here."""
        document: Document = {"_id": key, "days": days, "confirmed": confirmed, "revision": 1, "changes": []}
        try:
            await self.add(document, Event(LEARNT, key, by))
        except DuplicateKeyError:
            return False
        return True

    async def _check_order(self, year: int, *, confirmed: bool) -> None:
        """The years that are known have no gap."""
        beside = year - 1 if confirmed else year + 1
        in_order = (await self.of_year(beside))["confirmed"] is confirmed
        if beside > LAST_PUBLISHED_YEAR and not in_order:
            raise CalendarYearOrder(year=beside)

    async def _seen(self, year: int, revision: int) -> CalendarYear:
        """
        Raises:
            ChangedMeanwhile: it is not as it was seen.
        """
        found = await self.of_year(year)
        if found["revision"] != revision:
            raise ChangedMeanwhile
        return found

    async def _write(
        self,
        year: CalendarYear,
        event: Event,
        change: Change,
        sets: Document | None = None,
        unsets: Document | None = None,
    ) -> None:
        """One guarded write, of which this process knows at once; the first one of a year inserts it."""
        update: Document = {
            "$inc": {"revision": 1},
            "$push": {"changes": {"$each": [change], "$slice": -SHOWN}},
        }
        if unsets:
            update["$unset"] = unsets
        if "confirmed" not in (sets or {}):
            update["$setOnInsert"] = {"confirmed": False}
        match = {"_id": year["_id"], "revision": year["revision"]}
        await self.upsert(match, sets=sets, update=update, event=event, otherwise=ChangedMeanwhile)
        await self.refresh()


def overrides_of(years: Iterable[CalendarYear]) -> dict[date, bool]:
    """Day → is it worked?"""
    return {date.fromisoformat(day): one["worked"] for year in years for day, one in year["days"].items()}


def through_of(years: Iterable[CalendarYear]) -> int:
    """The last year up to which each is published or confirmed."""
    confirmed = {int(year["_id"]) for year in years if year["confirmed"]}
    through = LAST_PUBLISHED_YEAR
    while through + 1 in confirmed:
        through += 1
    return through


def entered_after(year: CalendarYear, days: Days) -> dict[str, Entered]:
    """What is entered of a year once these days are set."""
    set_now = {day.isoformat() for day in days.each}
    left = {day: one for day, one in year["days"].items() if day not in set_now}
    made = _made_of(days)
    return left | dict.fromkeys(set_now, made) if made else left


def _made_of(days: Days) -> Entered | None:
    """What is entered of each of them; None where nothing is."""
    if days.kind is Kind.PUBLISHED:
        return None
    return Entered(worked=days.kind is Kind.WORKED, reason=_reason(days.reason))


def lacking_of(year: CalendarYear) -> list[str]:
    """The festivals of which a year has no weekday off yet."""
    number = int(year["_id"])
    return without_days_off(number, Workdays(overrides_of([year]), number).worked)


def after(calendar: Workdays, days: Days) -> Workdays:
    """The calendar as it is once these days are set."""
    left = {day: worked for day, worked in calendar.overrides.items() if not days.first <= day <= days.last}
    made = {} if days.kind is Kind.PUBLISHED else dict.fromkeys(days.each, days.kind is Kind.WORKED)
    return Workdays(left | made, calendar.through)


def turned(calendar: Workdays, days: Days, *, worked: bool) -> list[date]:
    """The days that become working days, or days off, once these days are set."""
    then = after(calendar, days)
    return [day for day in days.each if then.worked(day) is worked and calendar.worked(day) is not worked]


def years_from(today: date) -> range:
    """The years that can be changed."""
    return range(today.year, today.year + YEARS_AHEAD + 1)


def check_year(year: int, today: date) -> None:
    """
    Raises:
        CalendarDaysWrong
    """
    years = years_from(today)
    if year not in years:
        raise CalendarDaysWrong(first=years[0], last=years[-1])


def check_days(days: Days, today: date) -> None:
    """
    Raises:
        BadInput: `calendar_days_wrong`, `calendar_reason_missing`.
        Refused: `calendar_day_past`.
    """
    _reason(days.reason)
    if days.first < today:
        raise CalendarDayPast
    check_year(days.first.year, today)
    if days.last < days.first or days.last.year != days.first.year:
        raise CalendarDaysWrong(first=today.year, last=today.year + YEARS_AHEAD)


def _reason(text: str) -> str:
    """In normal form.

    Raises:
        CalendarReasonMissing
    """
    reason = typed.line(text)
    if not 1 <= len(reason) <= LONGEST:
        raise CalendarReasonMissing(most=LONGEST)
    return reason


def _differences(year: CalendarYear, entered: Mapping[str, Entered], *, confirmed: bool) -> list[str]:
    """What the file has otherwise than a year that is kept; what staff entered besides is theirs."""
    kept = {day: one["worked"] for day, one in year["days"].items()}
    found = [
        f"calendar.yaml: {day}: {one['worked']} here, {kept.get(day, 'not entered')} in the database"
        for day, one in entered.items()
        if kept.get(day) is not one["worked"]
    ]
    if confirmed and not year["confirmed"]:
        found.append(f"calendar.yaml: through: {year['_id']} is not confirmed in the database")
    return found
