"""工作日历: the days off and make-up days of a year, as they are and as service management changes them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from handlers.admin.duty import WEEKDAYS
from handlers.admin.panel import FormAction, PanelPage, doer, doers
from handlers.web.dates import Day
from handlers.web.staff import needs
from models.calendar import (
    CONFIRMED,
    LONGEST,
    REOPENED,
    SET,
    CalendarYear,
    Days,
    Kind,
    after,
    check_days,
    lacking_of,
    turned,
    years_from,
)
from models.errors import DomainError
from models.festivals import LAST_PUBLISHED_YEAR, festival_on
from models.staff import Scope
from models.workdays import Workdays, local_date

CALENDAR = "/admin/calendar"
CONFIRM, EDIT = "confirm", "edit"
KINDS = {
    Kind.OFF: "放假（不上班）",
    Kind.WORKED: "调休上班",
    Kind.PUBLISHED: "恢复原来的安排",
}
DONE = {
    SET[Kind.OFF]: "放假",
    SET[Kind.WORKED]: "调休上班",
    SET[Kind.PUBLISHED]: "恢复原来的安排",
    CONFIRMED: "确认全年安排已填完",
    REOPENED: "撤回全年确认",
}


class DaysForm(BaseModel):
    first: Day
    last: Day
    kind: Kind
    revision: int
    reason: str = ""

    def days(self) -> Days:
        return Days(self.first, self.last, self.kind, self.reason)


class YearForm(BaseModel):
    year: int
    revision: int
    reason: str = ""


@dataclass(frozen=True)
class Cell:
    """A day of a month's table; `mark` says what is not as the weekday has it, and `name` why."""

    day: date
    worked: bool
    mark: str
    name: str

    @property
    def look(self) -> str:
        marked = {"休": "off", "班": "worked"}
        return marked.get(self.mark, "plain" if self.worked else "weekend")


@dataclass(frozen=True)
class Month:
    """`begins` is the weekday of its first day, from 0; `expected` says that its days are not all known yet;
    `notes` say which days are off or worked for what."""

    number: int
    begins: int
    expected: bool
    cells: list[Cell]
    notes: list[tuple[str, str]]


class CalendarPage(PanelPage):
    """GET /admin/calendar?year="""

    @needs(Scope.CALENDAR_KEEP)
    async def get(self) -> None:
        asked, shown = self.get_query_argument("year", ""), self.years()
        await self.page(next((year for year in shown if str(year) == asked), local_date(self.now).year))

    def years(self) -> range:
        """The years that are shown: those that can be changed, and the one before."""
        years = years_from(local_date(self.now))
        return range(years[0] - 1, years[-1] + 1)

    async def page(self, year: int, error: DomainError | None = None) -> None:
        today, calendar = local_date(self.now), self.services.calendar
        await self.services.calendar_years.refresh()
        kept = await self.services.calendar_years.of_year(year)
        self.show(
            "admin/calendar/year.html",
            year=year,
            years=self.years(),
            months=[month_of(year, number, calendar, kept) for number in range(1, 13)],
            kept=kept,
            today=today,
            weekdays=WEEKDAYS,
            past=year < today.year,
            published=year <= LAST_PUBLISHED_YEAR,
            known=year <= calendar.through,
            lacking=lacking_of(kept) if year > calendar.through else [],
            default=max(today, date(year, 1, 1)),
            kinds=KINDS,
            longest=LONGEST,
            error=error,
            given=self.given() if error or self.going_back else {},
            **await self.changes(kept),
        )

    @property
    def going_back(self) -> bool:
        """Whether what was filled in is to be written otherwise before it is saved."""
        return self.get_body_argument("step", "") == EDIT

    async def changes(self, kept: CalendarYear) -> dict[str, Any]:
        """What was changed in a year, the latest first, and by whom."""
        lines = kept["changes"][::-1]
        return {"changes": lines, "called": await self.called(doers(lines)), "doer": doer, "done": DONE}


class CalendarAction(FormAction, CalendarPage):
    def form_page(self) -> str:
        return CALENDAR


class DaysHandler(CalendarAction):
    """POST /admin/calendar/days: first what would follow is shown, then it is done."""

    @needs(Scope.CALENDAR_KEEP)
    async def post(self) -> None:
        year, step = local_date(self.now).year, self.get_body_argument("step", "")
        try:
            filled = self.form(DaysForm)
            year = filled.first.year if filled.first.year in self.years() else year
            check_days(filled.days(), local_date(self.now))
            if step == EDIT:
                return await self.page(year)
            member, years = self.signed_in_member(), self.services.calendar_years
            if step != CONFIRM:
                await years.check_set(filled.days(), filled.revision, member, self.now)
                return await self.sure(filled)
            await years.set_days(filled.days(), filled.revision, member, self.by_member())
        except DomainError as error:
            return await self.page(year, error)
        return self.see_other(f"{CALENDAR}?year={year}", said="工作日历已更新，所有页面两秒内生效。")

    async def sure(self, filled: DaysForm) -> None:
        """What becomes of the days, and how many visits do not fit their hall any more."""
        await self.services.calendar_years.refresh()
        calendar, halls = self.services.calendar, await self.services.halls.all()
        then = after(calendar, filled.days())
        unfit = await self.services.unfit.counts_after(halls, then, self.now)
        self.show(
            "admin/calendar/sure.html",
            filled=filled,
            kind=KINDS[filled.kind],
            off=[words(day) for day in turned(calendar, filled.days(), worked=False)],
            worked=[words(day) for day in turned(calendar, filled.days(), worked=True)],
            unfit=[(hall.name, unfit[hall.code]) for hall in halls if unfit[hall.code]],
            hidden=self.given(),
        )


class YearHandler(CalendarAction):
    """POST /admin/calendar/confirm and /admin/calendar/reopen"""

    @needs(Scope.CALENDAR_KEEP)
    async def post(self, verb: str) -> None:
        year = local_date(self.now).year
        try:
            filled = self.form(YearForm)
            year = filled.year if filled.year in self.years() else year
            await self.services.calendar_years.confirm(
                filled.year,
                filled.reason,
                filled.revision,
                self.signed_in_member(),
                self.by_member(),
                confirmed=verb == CONFIRM,
            )
        except DomainError as error:
            return await self.page(year, error)
        done = (
            "已确认，该年的日期不再显示“预计”。" if verb == CONFIRM else "已撤回，该年的日期重新显示“预计”。"
        )
        return self.see_other(f"{CALENDAR}?year={year}", said=done)


def month_of(year: int, number: int, calendar: Workdays, kept: CalendarYear) -> Month:
    first = date(year, number, 1)
    each = (first + timedelta(days=ahead) for ahead in range(31))
    cells = [cell_of(day, calendar, kept) for day in each if day.month == number]
    return Month(number, first.weekday(), not calendar.certain(first), cells, list(notes_of(cells)))


def cell_of(day: date, calendar: Workdays, kept: CalendarYear) -> Cell:
    worked, entered = calendar.worked(day), kept["days"].get(day.isoformat())
    name = festival_on(day)
    if worked and name:
        name += "调休"
    if entered:
        name = entered["reason"] or name
    usual = worked is (day.weekday() < 5)
    mark = "" if usual and not name else "班" if worked else "休"
    return Cell(day, worked, mark, name)


def notes_of(cells: Sequence[Cell]) -> Iterator[tuple[str, str]]:
    """Mark and words of each run of days that have the same mark for the same reason."""
    for (mark, name), run in groupby(cells, key=lambda cell: (cell.mark, cell.name)):
        days = [cell.day.day for cell in run]
        if mark:
            span = f"{days[0]}日" if len(days) == 1 else f"{days[0]}日至{days[-1]}日"
            yield mark, f"{span} {name}".strip()


def words(day: date) -> str:
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


ROUTES = [
    (CALENDAR, CalendarPage),
    (f"{CALENDAR}/days", DaysHandler),
    (f"{CALENDAR}/(confirm|reopen)", YearHandler),
]
