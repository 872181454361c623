"""Several matters in one visit (article 9): what else one could do there that day, and when each can be had.

What has been chosen is in the address: the first item, and each further one as `also`. Nothing is taken until
the plan that was shown is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, Field, model_validator

from handlers.web.dates import Moment
from handlers.web.pages import CitizenPage
from models.appointments import MOST_A_DAY, Matter, State
from models.appointments.matters import check_items
from models.guides import Guide
from models.places import Hall, Near

NEW = "/appointments/new"
SLOT, ALSO = f"{NEW}/slot", f"{NEW}/also"
SHOWN = 50
"""Items to choose from at most; the others are found by words."""
LONGEST = 50
"""Characters of the words that are looked for."""


class Chosen(BaseModel):
    """An item at a hall from `start` on, and the further ones of the same visit, in their order."""

    item: str
    hall: str
    start: Moment
    also: list[str] = Field([], max_length=MOST_A_DAY)

    @property
    def items(self) -> list[str]:
        return [self.item, *self.also]

    def address(self, path: str, **added: Any) -> str:
        return address(path, self.items, self.hall, self.start, **added)


class Shown(Chosen):
    """The plan as the page showed it: `also_start` has a time for each that is in `also`."""

    also_start: list[Moment] = Field([], max_length=MOST_A_DAY)

    @model_validator(mode="after")
    def _a_time_for_each(self) -> "Shown":
        if len(self.also) != len(self.also_start):
            raise ValueError("as many times as items")
        return self


@dataclass(frozen=True)
class Planned:
    """One matter of a plan; its times are None as long as there is no plan. `without` is the address of what
    is left when it is taken out."""

    guide: Guide
    start: datetime | None
    end: datetime | None
    without: str


def address(path: str, items: Sequence[str], hall: str, start: datetime, **added: Any) -> str:
    given = {"item": items[0], "hall": hall, "start": start.isoformat(), "also": items[1:]}
    return f"{path}?{urlencode(given | added, doseq=True)}"


async def matters_of(page: CitizenPage, shown: Shown) -> list[Matter]:
    """
    Raises:
        NotFound: `guide_not_found`.
    """
    times = [shown.start, *shown.also_start]
    guides = [await page.services.guides.published(item) for item in shown.items]
    return [Matter(guide, start) for guide, start in zip(guides, times, strict=True)]


async def further(page: CitizenPage, guide: Guide, also: Sequence[str]) -> list[Guide]:
    """The guides of the further items.

    Raises:
        NotFound: `guide_not_found`.
        BadInput: `item_twice`.
        Refused: `too_many_bookings`, `not_for_applicant`.
    """
    more = [await page.services.guides.published(item) for item in also]
    if more and page.party:
        check_items(page.party, [guide, *more])
    return more


def serving_all(halls: Sequence[Near], guides: Sequence[Guide]) -> list[Near]:
    """The halls where all of these are handled."""
    return [near for near in halls if all(near.hall.code in guide.places for guide in guides)]


def unplanned(guides: Sequence[Guide], **chosen: str) -> list[Planned]:
    """What is wished for as long as there are no times."""
    rows = []
    for one in guides:
        rest = [other.item for other in guides if other is not one]
        without = urlencode({**given_of(rest), **chosen}, doseq=True) if rest else ""
        rows.append(Planned(one, None, None, f"{NEW}?{without}" if rest else ""))
    return rows


def planned(matters: Sequence[Matter], hall: Hall) -> list[Planned]:
    """A plan as it is shown: what is taken out leaves the others as they are, as far as they are the next."""
    length = timedelta(minutes=hall.windows.slot_minutes if hall.windows else 0)
    rows = []
    for one in matters:
        rest = [other for other in matters if other is not one]
        items = [other.guide.item for other in rest]
        without = address(SLOT, items, hall.code, rest[0].start) if rest else ""
        rows.append(Planned(one.guide, one.start, one.start + length, without))
    return rows


async def choices(page: CitizenPage, text: str, hall: Hall, plan: Sequence[Planned]) -> list[Guide]:
    """What the visitor could do there after what is planned: items that the hall still has a place for that
    day, that are for them, and that they have not booked."""
    services, party = page.services, page.bound_party()
    end = plan[-1].end
    assert end
    groups = await services.several.groups_after(hall, end, services.calendar)
    mine = await services.appointments.of_applicant(party.id)
    taken = {one["item"] for one in mine if one["state"] is State.BOOKED}
    taken |= {one.guide.item for one in plan}
    there = {one.item for one in await services.guides.at_place(hall.code) if one.group in groups} - taken
    found = await services.search.hits(text[:LONGEST], audience=party.applicant["kind"])
    fitting = [key for key in found.keys if key.partition("@")[0] in there]
    return await services.guides.read(fitting[:SHOWN])


def given_of(items: Sequence[str]) -> Mapping[str, Any]:
    """What the steps of a booking carry along."""
    return {"item": items[0], "also": list(items[1:])}
