"""办事网点: the places of the circle, the nearest of them, and each one's own page (article 18).

A visitor's position comes in the body of a form: it stands in no address, no history and no log, it is
rounded, and it is kept nowhere.
"""

from pydantic import BaseModel, ConfigDict

from handlers.web.pages import CitizenPage
from handlers.web.places import HALL_CODE, Atlas, as_they_work, at_kiosks, directions, seen
from models.errors import BadInput
from models.guides import ItemCode
from models.places import Datum, HallKind, Near, Position, position, shown_first

NEAREST = 8
"""Places that are shown to who says where they are."""
NEIGHBOURS = 4
KINDS = list(HallKind)


class Sought(BaseModel):
    """What narrows the list."""

    model_config = ConfigDict(frozen=True)

    kind: HallKind | None = None
    township: str = ""
    item: ItemCode | None = None
    step_free: bool = False

    def fits(self, near: Near) -> bool:
        hall = near.hall
        return (
            self.kind in (None, hall.kind)
            and self.township in ("", hall.township)
            and (not self.step_free or bool(hall.access and hall.access.step_free))
        )


class Here(BaseModel):
    """Where the visitor is, in degrees."""

    model_config = ConfigDict(frozen=True)

    lat: float
    lng: float
    datum: Datum = Datum.WGS84

    def position(self) -> Position:
        """
        Raises:
            BadInput: it is nowhere on earth.
        """
        return position(self.lat, self.lng, self.datum)


class Standing(Sought, Here):
    """What narrows the list, and where the visitor is."""


class HallsPage(CitizenPage):
    """GET /halls?kind=&township=&item=&step_free=; POST with a position shows the nearest."""

    async def get(self) -> None:
        await self.listed(self.query(Sought))

    async def post(self) -> None:
        try:
            asked = self.form(Standing)
            here = asked.position()
        except BadInput as error:
            return await self.listed(Sought(), error=error)
        return await self.listed(asked, here)

    async def listed(
        self, asked: Sought, here: Position | None = None, error: BadInput | None = None
    ) -> None:
        self.shown_version()
        guide = await self.services.shown.guides.published(asked.item) if asked.item else None
        found = await seen(self.services, self.now, here, guide)
        fitting = [near for near in found if asked.fits(near)]
        shown = shown_first(fitting, NEAREST) if here else sorted(fitting, key=by_kind)
        codes = [near.hall.code for near in shown]
        far = bool(shown) and shown[0].far
        self.show(
            "citizen/halls.html",
            places=shown,
            map=Atlas(self, "/halls").of(shown, None if far else here),
            at_kiosks=await at_kiosks(self.services, shown),
            asked=asked,
            guide=guide,
            here=here,
            far=far,
            townships=sorted({near.hall.township for near in found}),
            directions=directions,
            error=error,
            suspensions=await self.services.announcing.all(codes),
            hall_names={near.hall.code: self.title_of(near.hall) for near in shown},
        )


class HallPage(CitizenPage):
    """GET /halls/{hall}"""

    async def get(self, code: str) -> None:
        self.shown_version()
        hall = await self.services.shown.halls.get(code)
        near = await seen(self.services, self.now, hall.position, limit=NEIGHBOURS + 1)
        [itself] = [one for one in near if one.hall.code == code] or await as_they_work(
            self.services, [hall], None, self.now
        )
        others = [one for one in near if one.hall.code != code][:NEIGHBOURS]
        items = await self.services.shown.guides.at_place(code)
        self.show(
            "citizen/hall.html",
            place=itself,
            others=others,
            map=Atlas(self, "/halls").near([itself, *others]),
            at_kiosks=await at_kiosks(self.services, [itself, *others]),
            items=[one for one in items if hall.windows and one.group in hall.windows.capacity],
            ways=directions(hall),
            suspensions=await self.services.announcing.all([code]),
            hall_names={},
        )


def by_kind(near: Near) -> int:
    return KINDS.index(near.hall.kind)


ROUTES = [(r"/halls", HallsPage), (rf"/halls/({HALL_CODE})", HallPage)]
