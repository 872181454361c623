"""服务评价统计: what reviews come to, for everybody, without who gave them (article 17)."""

from collections.abc import Mapping

from pydantic import BaseModel

from handlers.web import charts, figures
from handlers.web.figures import NO_HALL, Figures, figures_for_all
from handlers.web.pages import CitizenPage
from handlers.web.tables import begin_table, line
from models.voices import Cut, Kind
from models.workdays import local_date

MOST_ITEMS = 10
"""Of all departments; each department's page has all of its own."""


class SatisfactionQuery(BaseModel):
    of: Kind = Kind.SERVICE
    item: str | None = None
    hall: str | None = None
    channel: str | None = None
    department: str | None = None

    @property
    def place(self) -> Mapping[Cut, str]:
        """The first part that is named."""
        asked = {cut: getattr(self, cut) for cut in (Cut.ITEM, Cut.HALL, Cut.CHANNEL, Cut.DEPARTMENT)}
        named = {cut: "" if key == NO_HALL else key for cut, key in asked.items() if key}
        return dict([*named.items()][:1])


class SatisfactionPage(CitizenPage):
    """GET /satisfaction?of=&department=&item=&hall=&channel="""

    async def get(self) -> None:
        found = await self.found()
        self.show(
            "citizen/satisfaction.html",
            found=found,
            charts=charts,
            shown=figures,
            percent=figures.percent,
            Cut=Cut,
            Kind=Kind,
            most_items=MOST_ITEMS,
        )

    async def found(self) -> Figures:
        asked = self.query(SatisfactionQuery)
        return await figures_for_all(
            self.services, asked.of, asked.place, self.locale.code, local_date(self.now)
        )


class SatisfactionTable(SatisfactionPage):
    """GET /satisfaction.csv, with the names of the page: what it shows, for a spreadsheet."""

    async def get(self) -> None:
        found, said = await self.found(), self.locale.translate
        heads = [said("类别"), said("名称"), *map(said, figures.COLUMNS)]
        begin_table(self, f"satisfaction-{found.last:%Y%m%d}", heads)
        for division, name, tally in figures.rows_to_take_away(found, said):
            self.write(line([division, name, *(cell(tally) for cell in figures.COLUMNS.values())]))


ROUTES = [
    (r"/satisfaction", SatisfactionPage),
    (r"/satisfaction\.csv", SatisfactionTable),
]
