"""办事网点: the 1+6+N places (article 18)."""

from pydantic import BaseModel

from handlers.web.pages import CitizenPage
from models.places import Hall, HallKind


class HallsQuery(BaseModel):
    kind: HallKind | None = None
    township: str = ""


class HallsPage(CitizenPage):
    """GET /halls?kind=&township="""

    async def get(self) -> None:
        asked = self.query(HallsQuery)
        halls = await self.services.halls.all()
        shown = [hall for hall in halls if _fits(hall, asked)]
        townships = sorted({hall.township for hall in halls})
        self.show("citizen/halls.html", halls=shown, townships=townships, asked=asked)


def _fits(hall: Hall, asked: HallsQuery) -> bool:
    return asked.kind in (None, hall.kind) and asked.township in ("", hall.township)


ROUTES = [(r"/halls", HallsPage)]
