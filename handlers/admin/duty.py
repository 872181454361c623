"""值班表: who of a section is on duty on the days of a month, and who is told after them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from pydantic import BaseModel

from handlers.admin.panel import STAFF, FormAction, PanelPage
from handlers.web.dates import Day
from handlers.web.staff import needs
from models.errors import DomainError, NotFound
from models.staff import Member, Scope, ScopeMissing, Section, section_of
from models.staff.duty import MOST_HEADS, DutyMemberUnfit, Place, is_reachable, kept_by
from models.workdays import local_date


class SectionNotFound(NotFound):
    code = "section_not_found"
    message = "没有找到该科室、中心或镇街的值班表"


NOBODY = "-"
"""In place of a user name: the days are emptied."""
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)
WEEKDAYS = "一二三四五六日"


class DaysForm(BaseModel):
    section: str
    first: Day
    last: Day
    on_duty: str = ""
    behind: str = ""


@dataclass(frozen=True)
class DayRow:
    """`on_duty` and `behind` are names, "" for nobody; `past` says that the day is over."""

    day: date
    worked: bool
    past: bool
    on_duty: str
    behind: str

    @property
    def words(self) -> str:
        return f"{self.day.month}月{self.day.day}日 周{WEEKDAYS[self.day.weekday()]}"


class DutyPage(PanelPage):
    """GET /admin/duty?section=&month="""

    @needs(Scope.DUTY_KEEP)
    async def get(self) -> None:
        sections = await self.sections()
        asked = section_of(self.get_query_argument("section", ""))
        month = self.get_query_argument("month", "")
        if not sections:
            return self.show("admin/duty_none.html")
        section = asked if asked in sections else sections[0]
        return await self.page(section, month if MONTH.fullmatch(month) else f"{local_date(self.now):%Y-%m}")

    async def sections(self) -> list[Section]:
        """Those whose rosters the member keeps; none for a member of a township that nobody named yet."""
        member = self.signed_in_member()
        townships = sorted({*await self.services.halls.townships(), *member["townships"]})
        return kept_by(member, townships)

    async def own_section(self) -> Section:
        """The section whose form was sent.

        Raises:
            NotFound: `section_not_found`.
            Forbidden: `scope_missing`, of one that the member does not keep.
        """
        section = kept(self.get_body_argument("section", ""))
        if section not in await self.sections():
            raise ScopeMissing
        return section

    async def page(self, section: Section, month: str, error: DomainError | None = None) -> None:
        duty, today = self.services.duty, local_date(self.now)
        roster = await self.services.rosters.of_month(section, month)
        heads = await self.services.duty_heads.of(section)
        line = await duty.line(section, today)
        put_down = {one for place in roster.values() for one in (place["on_duty"], place["behind"]) if one}
        called = await self.called({f"{STAFF}{one}" for one in (*put_down, *heads, *line.members)})
        names = {actor.removeprefix(STAFF): name for actor, name in called.items()}
        first = date.fromisoformat(f"{month}-01")
        rows = [self.day(day, roster.get(day.isoformat()), names) for day in days_of(first)]
        self.show(
            "admin/duty.html",
            sections=await self.sections(),
            section=section,
            month=month,
            previous=f"{first - timedelta(days=1):%Y-%m}",
            following=f"{first + timedelta(days=31):%Y-%m}",
            past=[row for row in rows if row.past],
            days=[row for row in rows if not row.past],
            nobody=NOBODY,
            today=today,
            default=max(today, first).isoformat(),
            line=[names[one] for one in line.members],
            gap=line.gap,
            heads=heads,
            most=MOST_HEADS,
            able=await duty.of_section(section),
            called_in_form=called_in_form,
            error=error,
            given=self.given() if error else {},
        )

    def day(self, day: date, place: Place | None, names: dict[str, str]) -> DayRow:
        on_duty = names[place["on_duty"]] if place else ""
        behind = names[place["behind"]] if place and place["behind"] else ""
        today, worked = local_date(self.now), self.services.calendar.worked(day)
        return DayRow(day, worked, day < today, on_duty, behind)


class DaysHandler(FormAction, DutyPage):
    """POST /admin/duty/days"""

    def form_page(self) -> str:
        return "/admin/duty"

    @needs(Scope.DUTY_KEEP)
    async def post(self) -> None:
        section, month = await self.own_section(), f"{local_date(self.now):%Y-%m}"
        try:
            filled = self.form(DaysForm)
            month = f"{filled.first:%Y-%m}"
            if not filled.on_duty:
                raise DutyMemberUnfit
            await self.services.duty.set_days(
                section,
                filled.first,
                filled.last,
                "" if filled.on_duty == NOBODY else filled.on_duty,
                filled.behind,
                self.signed_in_member(),
                self.by_member(),
            )
        except DomainError as error:
            return await self.page(section, month, error)
        return self.see_other(address(section, month), said="值班表已更新。")


class HeadsHandler(FormAction, DutyPage):
    """POST /admin/duty/heads"""

    def form_page(self) -> str:
        return "/admin/duty"

    @needs(Scope.DUTY_KEEP)
    async def post(self) -> None:
        month = f"{local_date(self.now):%Y-%m}"
        section = await self.own_section()
        heads = self.get_body_arguments("heads")
        try:
            await self.services.duty.name_heads(section, heads, self.signed_in_member(), self.by_member())
        except DomainError as error:
            return await self.page(section, month, error)
        return self.see_other(address(section, month), said="负责人已更新。")


def kept(key: str) -> Section:
    """
    Raises:
        NotFound: `section_not_found`.
    """
    if (section := section_of(key)) is None:
        raise SectionNotFound
    return section


def address(section: Section, month: str) -> str:
    return f"/admin/duty?{urlencode({'section': section.key, 'month': month})}"


def days_of(first: date) -> list[date]:
    """The days of a month."""
    days = (first + timedelta(days=number) for number in range(31))
    return [day for day in days if day.month == first.month]


def called_in_form(member: Member) -> str:
    return member["name"] if is_reachable(member) else f"{member['name']}（未绑定手机或微信）"


ROUTES = [
    ("/admin/duty", DutyPage),
    ("/admin/duty/days", DaysHandler),
    ("/admin/duty/heads", HeadsHandler),
]
