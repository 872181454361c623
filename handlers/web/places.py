"""What the doors share of places: which are shown, how one gets there, and their map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from handlers.web.pages import CitizenPage
from handlers.web.schematic import LARGE, USUAL, Schematic, Size, Town, close_up, district
from handlers.web.services import Services
from models.guides import Guide, Offered
from models.places import Hall, Near, Position, seen_from, to_gcj02

HALL_CODE = "[a-z0-9-]{1,64}"
DIGITS = 6
"""Of a place's coordinates in a link: a decimetre."""
ENDS = ("街道", "镇")
"""Of a township's name, which a map leaves out."""
CLOSE = {USUAL: 20, LARGE: 12}
"""As many places, at most, are numbered on a map."""


@dataclass(frozen=True)
class Directions:
    """Where map applications show the way to a place, in GCJ-02; short enough for a chat."""

    tencent: str
    amap: str


def directions(hall: Hall) -> Directions:
    latitude, longitude = (round(degrees, DIGITS) for degrees in to_gcj02(hall.position))
    spot = f"coord:{latitude},{longitude};title:{hall.name}"
    marker = {"position": f"{longitude},{latitude}", "name": hall.name, "coordinate": "gaode"}
    return Directions(
        f"https://apis.map.qq.com/uri/v1/marker?marker={quote(spot, safe=':,;')}&referer=panyu",
        f"https://uri.amap.com/marker?{urlencode(marker)}",
    )


async def seen(
    services: Services,
    now: datetime,
    position: Position | None = None,
    guide: Guide | None = None,
    limit: int = 0,
) -> list[Near]:
    """The places, or those where an item is handled: with a position the nearest first, and only `limit` of
    them where that is not 0. Three round trips at most."""
    halls = services.shown.halls
    if position:
        group, places = (guide.group, guide.places) if guide else (None, None)
        found = await halls.near(position, limit, group=group, places=places)
    else:
        found = await (halls.offering(guide.group, guide.places) if guide else halls.all())
    return await as_they_work(services, found, position, now)


async def as_they_work(
    services: Services, halls: Sequence[Hall], position: Position | None, now: datetime
) -> list[Near]:
    """These places, with what works there now; two round trips at most."""
    kiosks = await services.self_service.at([hall.code for hall in halls])
    return seen_from(halls, position, now, services.calendar, kiosks)


async def at_kiosks(services: Services, places: Sequence[Near]) -> dict[str, Offered]:
    """The items that one can begin at the kiosks of these places now, by code; at most one round trip."""
    items = {item for near in places for item in near.items}
    return await services.shown.guides.offered(sorted(items)) if items else {}


def shortened(township: str) -> str:
    """Its name as a map has it."""
    for end in ENDS:
        township = township.removesuffix(end)
    return township


class Atlas:
    """Draws maps for a page, in its language and size; `base` is the address of the list of places."""

    def __init__(self, page: CitizenPage, base: str) -> None:
        self.page, self.base = page, base
        self.size: Size = LARGE if page.elder else USUAL

    def of(self, places: Sequence[Near], here: Position | None = None) -> Schematic | None:
        """The places by their numbers if they are few, else the district with its townships; None of none."""
        if not places:
            return None
        if len(places) <= CLOSE[self.size]:
            return self.near(places, here)
        return district(places, self._towns(places), self.size)

    def near(self, places: Sequence[Near], here: Position | None = None) -> Schematic:
        """A few places by their numbers, as the list beside has them."""
        titled = [(one, self.page.title_of(one.hall), f"{self.base}/{one.hall.code}") for one in places]
        return close_up(titled, here, self._towns(places), self.size)

    def _towns(self, places: Iterable[Near]) -> list[Town]:
        names = dict.fromkeys(one.hall.township for one in places)
        return [self._town(name) for name in names]

    def _town(self, name: str) -> Town:
        said = short = self.page.locale.translate(name)
        for end in ENDS:
            short = short.removesuffix(self.page.locale.translate(end)).strip()
        return Town(name, said, short, f"{self.base}?{urlencode({'township': name})}")
