"""终端可用率: how much of its time each kiosk served in a month, by kiosk, place and department."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from urllib.parse import urlencode

from handlers.admin.kiosks.pages import KioskRows
from handlers.admin.kiosks.words import hours, mark
from handlers.web import charts
from handlers.web.figures import percent
from handlers.web.staff import needs
from handlers.web.tables import begin_table, line
from models.kiosks import Reckoned
from models.kiosks.availability import LOST, Availability, Part, together
from models.staff import Scope
from models.workdays import local_date

ADDRESS = "/admin/kiosk-availability"
MONTHS = 12
"""That can be asked for, with the running one."""
ROWS = 100
"""On a page; the table to take away has all."""
GROUPS: Mapping[str, str] = {"kiosk": "终端", "hall": "大厅", "department": "部门"}


@dataclass(frozen=True)
class Row:
    """A kiosk, or all kiosks of a hall or department; `place` says where a kiosk is and whose."""

    name: str
    place: str
    href: str
    many: int
    of: Availability


COLUMNS: Mapping[str, Callable[[Row], str]] = {
    "终端数": lambda row: str(row.many),
    "可用率": lambda row: percent(row.of.share),
    "应服务小时": lambda row: hours(row.of.due) or "0",
    **{f"{part.label}小时": lambda row, part=part: hours(row.of.parts[part]) or "0" for part in Part},  # type: ignore[misc]
}


class AvailabilityPage(KioskRows):
    """GET /admin/kiosk-availability?month=&by="""

    @needs(Scope.KIOSKS_READ)
    async def get(self) -> None:
        found = await self.found()
        rows = await self.rows(found)
        self.show(
            "admin/kiosks/availability.html",
            asked={"month": self.month, "by": self.by},
            at=lambda path=ADDRESS, **changes: (
                f"{path}?{urlencode({'month': self.month, 'by': self.by, **changes})}"
            ),
            months=self.months,
            groups=GROUPS,
            rows=rows[:ROWS],
            more=len(rows) - ROWS,
            total=together(one.availability for one in found),
            many=len(found),
            charts=charts,
            mark=mark,
            hours=hours,
            percent=percent,
            Part=Part,
            lost=LOST,
        )

    @property
    def months(self) -> list[str]:
        """That can be asked for, the latest first."""
        months = [local_date(self.now).replace(day=1)]
        while len(months) < MONTHS:
            months.append((months[-1] - timedelta(days=1)).replace(day=1))
        return [f"{one:%Y-%m}" for one in months]

    @property
    def month(self) -> str:
        asked = self.get_query_argument("month", "")
        return asked if asked in self.months else self.months[0]

    @property
    def by(self) -> str:
        asked = self.get_query_argument("by", "")
        return asked if asked in GROUPS else "kiosk"

    async def found(self) -> list[Reckoned]:
        day = date.fromisoformat(f"{self.month}-01")
        return await self.services.reckoning.of_month(self.signed_in_member(), day, self.now)

    async def rows(self, found: Sequence[Reckoned]) -> list[Row]:
        """The least available first."""
        halls, departments = await self.halls(), await self.departments()
        if self.by == "kiosk":
            return [
                Row(
                    one.kiosk["name"],
                    f"{halls.get(one.kiosk['hall'] or '', '—')} · {departments[one.kiosk['department']]}",
                    f"/admin/kiosks/{one.kiosk['_id']}#availability",
                    1,
                    one.availability,
                )
                for one in found
            ]
        names = halls if self.by == "hall" else departments

        def group(one: Reckoned) -> str:
            return str(one.kiosk[self.by] or "")  # type: ignore[literal-required]

        rows = []
        for key, members in groupby(sorted(found, key=group), key=group):
            each = [one.availability for one in members]
            href = f"/admin/kiosks?{urlencode({self.by: key})}"
            rows.append(Row(names.get(key, "—"), "", href, len(each), together(each)))
        return sorted(rows, key=lambda row: 1.0 if row.of.share is None else row.of.share)


class AvailabilityTable(AvailabilityPage):
    """GET /admin/kiosk-availability.csv, with the names of the page: all rows, for a spreadsheet."""

    @needs(Scope.KIOSKS_READ)
    async def get(self) -> None:
        found = await self.found()
        begin_table(self, f"kiosks-{self.by}-{self.month}", [GROUPS[self.by], "位置、部门", *COLUMNS])
        whole = Row("合计", "", "", len(found), together(one.availability for one in found))
        for row in [*await self.rows(found), whole]:
            self.write(line([row.name, row.place, *(cell(row) for cell in COLUMNS.values())]))


ROUTES = [(ADDRESS, AvailabilityPage), (r"/admin/kiosk-availability\.csv", AvailabilityTable)]
