"""评价统计: the figures of reviews for those who answer for them, down to the reviews (article 17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from handlers.admin.days import Days, days_asked, options, span
from handlers.admin.lists import Chip
from handlers.admin.panel import PanelPage
from handlers.web import charts, figures
from handlers.web.figures import NO_HALL, percent
from handlers.web.staff import needs
from handlers.web.tables import begin_table, line
from handlers.web.words import CUTS
from models.staff import Member, Scope, district_wide
from models.voices import Cut, Kind, Period, Summary, Tally, WantedFigures, least
from models.voices.periods import months_before, months_of
from models.workdays import local_date

ADDRESS = "/admin/figures"
ROWS = 30
"""Of each table on a page."""
SHORT = 62
"""Days; of no longer period each day has a column."""
PLACES = (Cut.DEPARTMENT, Cut.ITEM, Cut.HALL, Cut.CHANNEL)
KINDS: Mapping[Kind, str] = {Kind.SERVICE: "办理的服务", Kind.GUIDE: "办事指南"}
TITLES: Mapping[Cut, str] = {Cut.DAY: "日期", **{cut: CUTS[cut] for cut in (Cut.MONTH, *PLACES)}}


@dataclass(frozen=True)
class Asked:
    """What the address asks for; `where` has keys by cut, "" for what is of no hall."""

    kind: Kind
    days: str
    period: Days
    where: Mapping[Cut, str]

    @property
    def short(self) -> bool:
        return (self.period[1] - self.period[0]).days < SHORT

    @property
    def time(self) -> Cut:
        return Cut.DAY if self.short else Cut.MONTH

    @property
    def cuts(self) -> Sequence[Cut]:
        """The time, and each place that is not chosen."""
        return (self.time, *(cut for cut in PLACES if cut not in self.where))

    @property
    def wanted(self) -> WantedFigures:
        return WantedFigures(self.kind, *self.period, {cut.value: key for cut, key in self.where.items()})

    def at(self, path: str = ADDRESS, **changes: str) -> str:
        """The address that asks for the same, but for these changes; "" takes something away."""
        named = {cut.value: key or NO_HALL for cut, key in self.where.items()}
        asked = {"of": self.kind.value, "days": self.days, **named, **changes}
        return f"{path}?{urlencode({name: value for name, value in asked.items() if value})}"

    def further(self, cut: Cut, key: str) -> str:
        """The address of a part: a day's is the list of its reviews, a month's the figures of its days."""
        changes = self.narrowed(cut, key)
        return self.reviews(**changes) if cut is Cut.DAY else self.at(**changes)

    def narrowed(self, cut: Cut, key: str) -> dict[str, str]:
        """What an address says besides, of one group."""
        if cut in PLACES:
            return {cut.value: key or NO_HALL}
        begin = date.fromisoformat(key if cut is Cut.DAY else f"{key}-01")
        end = begin if cut is Cut.DAY else months_before(begin, -1) - timedelta(days=1)
        return {"days": span(max(begin, self.period[0]), min(end, self.period[1]))}

    def reviews(self, **changes: str) -> str:
        """The list of the reviews that are counted here."""
        return self.at("/admin/reviews", counted="yes", **changes)


@dataclass(frozen=True)
class Row:
    """One group: its name, where it leads, the list of its reviews, and what it comes to."""

    name: str
    leads_to: str
    reviews: str
    bad: str
    tally: Tally


@dataclass(frozen=True)
class Table:
    """A page of the groups, the largest first; `previous` and `next` are addresses, or ""."""

    cut: Cut
    title: str
    rows: Sequence[Row]
    count: int
    previous: str
    next: str


class FiguresPage(PanelPage):
    """GET /admin/figures?of=&days=&department=&item=&hall=&channel=&page_item=…"""

    @needs(Scope.REVIEWS_READ)
    async def get(self) -> None:
        member, names = self.signed_in_member(), await figures.names_of_parts(self.services, "zh_CN")
        asked = self.asked(names, member)
        found = await self.summary(asked)
        self.show(
            "admin/figures.html",
            asked=asked,
            total=found.total,
            time=self.over_time(asked, found),
            tables=[self.table(asked, found, cut, names) for cut in asked.cuts if cut in PLACES],
            chips=[
                Chip(f"{TITLES[cut]}：{names[cut].get(key, key)}", asked.at(**{cut.value: ""}))
                for cut, key in asked.where.items()
            ],
            periods=options(asked.days, local_date(self.now)),
            kinds=KINDS,
            charts=charts,
            shown=figures,
            percent=percent,
            least=least(local_date(self.now)),
        )

    def asked(self, names: Mapping[Cut, Mapping[str, str]], member: Member) -> Asked:
        """What cannot be asked for is left out."""
        today, given = local_date(self.now), self.get_query_argument
        from_to = f"{given('from', '')}..{given('to', '')}"
        days = from_to if days_asked(from_to, today) else given("days", Period.TWELVE_MONTHS.value)
        period = days_asked(days, today)
        if period is None:
            days, period = Period.TWELVE_MONTHS.value, days_asked(Period.TWELVE_MONTHS.value, today)
            assert period
        keys = {cut: given(cut.value, "") for cut in PLACES}
        where = {cut: "" if key == NO_HALL else key for cut, key in keys.items() if key}
        if not district_wide(member, Scope.REVIEWS_READ):
            where.pop(Cut.DEPARTMENT, None)
        known = {cut: key for cut, key in where.items() if cut is Cut.ITEM or key in names[cut]}
        kind = Kind.GUIDE if given("of", "") == Kind.GUIDE else Kind.SERVICE
        return Asked(kind, days, period, known)

    async def summary(self, asked: Asked) -> Summary:
        member, today = self.signed_in_member(), local_date(self.now)
        found = await self.services.summaries.for_member(member, asked.wanted, asked.cuts, today)
        if district_wide(member, Scope.REVIEWS_READ):
            return found
        own: dict[Cut, Mapping[str, Tally]] = {
            cut: groups for cut, groups in found.by.items() if cut is not Cut.DEPARTMENT
        }
        return replace(found, by=own)

    def over_time(self, asked: Asked, found: Summary) -> Table:
        """Each day or month, the earliest first, also those without a review."""
        first, last = asked.period
        days = [date.fromordinal(day).isoformat() for day in range(first.toordinal(), last.toordinal() + 1)]
        keys = days if asked.short else months_of(first, last)
        groups = found.by[asked.time]
        rows = [self.row(asked, asked.time, key, key, groups.get(key, Tally())) for key in keys]
        return Table(asked.time, TITLES[asked.time], rows, len(rows), "", "")

    def table(self, asked: Asked, found: Summary, cut: Cut, names: Mapping[Cut, Mapping[str, str]]) -> Table:
        groups = found.by.get(cut, {})
        keys = sorted(groups, key=lambda key: (-groups[key].count, -groups[key].finished, key))
        name = f"page_{cut}"
        page = self.page_number(name, len(keys))
        part = keys[page * ROWS : (page + 1) * ROWS]
        rows = [self.row(asked, cut, key, names[cut].get(key, key), groups[key]) for key in part]
        more = (page + 1) * ROWS < len(keys)
        return Table(
            cut,
            TITLES[cut],
            rows,
            len(keys),
            asked.at(**{name: str(page - 1)}) if page else "",
            asked.at(**{name: str(page + 1)}) if more else "",
        )

    def page_number(self, name: str, count: int) -> int:
        text = self.get_query_argument(name, "0")
        asked = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
        return asked if asked * ROWS < count else 0

    def row(self, asked: Asked, cut: Cut, key: str, name: str, tally: Tally) -> Row:
        narrowed = asked.narrowed(cut, key)
        reviews, bad = asked.reviews(**narrowed), asked.reviews(level="bad", **narrowed)
        return Row(name, asked.further(cut, key), reviews, bad, tally)


class FiguresTable(FiguresPage):
    """GET /admin/figures.csv, with the names of the page: all of its groups, for a spreadsheet."""

    @needs(Scope.REVIEWS_READ)
    async def get(self) -> None:
        names = await figures.names_of_parts(self.services, "zh_CN")
        asked = self.asked(names, self.signed_in_member())
        found = await self.summary(asked)
        begin_table(self, f"figures-{span(*asked.period)}", ["类别", "名称", *figures.COLUMNS])
        self.write(self.cells("合计", "", found.total))
        for cut, groups in found.by.items():
            for key, tally in groups.items():
                name = names[cut].get(key, key) if cut in names else key
                self.write(self.cells(TITLES[cut], name, tally))

    def cells(self, title: str, name: str, tally: Tally) -> str:
        return line([title, name, *(cell(tally) for cell in figures.COLUMNS.values())])


ROUTES = [
    (ADDRESS, FiguresPage),
    (r"/admin/figures\.csv", FiguresTable),
]
