"""What one can choose from when one books: item → hall → day → slot, each step its own address (article 9).

Anybody may look, as at guides; who takes a place is bound first, and comes back to the slot they chose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel

from handlers.citizen.halls import Here
from handlers.web.dates import Day, Moment
from handlers.web.pages import CitizenPage
from handlers.web.visitor import bound, known
from models.appointments import FreeSlot
from models.appointments.rules import SlotFull, SlotUnknown
from models.errors import BadInput, DomainError
from models.guides import Guide, check_audience
from models.people import Acting
from models.places import Hall, Near, Position, seen_from, slots
from models.workdays import local_date

NEW = "/appointments/new"
PAGE = "citizen/appointments/new.html"


class Step(BaseModel):
    """What has been chosen so far."""

    q: str = ""
    item: str = ""
    hall: str = ""
    day: Day | None = None


class Booking(BaseModel):
    item: str
    hall: str
    start: Moment


class Standing(Here):
    item: str


@dataclass(frozen=True)
class Way:
    """The addresses of the steps: of a new booking, or of a visit that is moved."""

    path: str
    given: Mapping[str, str]

    def to(self, **chosen: str) -> str:
        """The step after what is chosen."""
        query = urlencode({**self.given, **chosen})
        return f"{self.path}?{query}" if query else self.path


class NewAppointmentPage(CitizenPage):
    """GET /appointments/new?item=&hall=&day=; POST with a position shows the nearest halls first."""

    @known
    async def get(self) -> None:
        self.show(PAGE, **await steps(self, self.query(Step)))

    @known
    async def post(self) -> None:
        asked = self.form(Standing)
        step = Step(item=asked.item)
        try:
            here = asked.position()
        except BadInput as error:
            return self.again(PAGE, error, **await steps(self, step))
        return self.show(PAGE, **await steps(self, step, here))


class ChosenSlotPage(CitizenPage):
    """GET /appointments/new/slot?item=&hall=&start=: to here comes back who had to be bound first."""

    @bound
    async def get(self) -> None:
        asked = self.query(Booking)
        step = Step(item=asked.item, hall=asked.hall, day=local_date(asked.start))
        values = await steps(self, step)
        try:
            values["chosen"] = open_slot(values["slots"], asked.start).start
        except DomainError as error:
            return self.again(PAGE, error, **values)
        return self.show(PAGE, **values)


async def steps(page: CitizenPage, step: Step, here: Position | None = None) -> dict[str, Any]:
    """What there is to choose from after what has been chosen."""
    found: dict[str, Any] = {"step": step, "guide": None, "hall": None}
    found |= {"chosen": None, "mine": None, "at": ""}
    if not step.item:
        return found | {"way": Way(NEW, {}), "found": await page.services.search.find(step.q[:50])}
    guide = await page.services.guides.published(step.item)
    if page.party:
        check_audience(guide, page.party.applicant["kind"])
    halls = await halls_for(page, guide, here)
    hall = chosen_of(halls, step.hall)
    return found | {
        "way": Way(NEW, {"item": guide.item}),
        "guide": guide,
        "halls": halls,
        "hall": hall,
        "here": here,
        "needs_no_visit": not guide.visits and guide.offered_in(page.channel),
        "others": await others(page, guide),
        **await times(page, guide, hall, step.day),
    }


async def halls_for(page: CitizenPage, guide: Guide, here: Position | None = None) -> list[Near]:
    """Where an item is booked; with a position, which is not kept, the nearest first."""
    services = page.services
    if here:
        halls = await services.halls.near(here, group=guide.group, places=guide.places)
    else:
        halls = await services.halls.offering(guide.group, guide.places)
    return seen_from(halls, here, page.now, services.calendar)


def chosen_of(halls: Sequence[Near], code: str) -> Hall | None:
    """The hall with this code, or the only one there is."""
    if len(halls) == 1:
        return halls[0].hall
    return next((near.hall for near in halls if near.hall.code == code), None)


async def others(page: CitizenPage, guide: Guide) -> list[Acting]:
    """As whom else the visitor could book."""
    return await page.services.binding.others(page.party, guide.audience) if page.party else []


async def times(page: CitizenPage, guide: Guide, hall: Hall | None, day: date | None) -> dict[str, Any]:
    """The days of a hall with the places left, and the slots of one of them."""
    if hall is None:
        return {"days": {}, "slots": []}
    appointments, calendar, by = page.services.appointments, page.services.calendar, page.cause()
    left = await appointments.days_left(hall, guide.group, calendar, by)
    ahead = [
        one for one in left if any(slot.start > by.at for slot in slots(hall, guide.group, one, calendar))
    ]
    free = await appointments.free(hall, guide.group, day, calendar, by) if day and day in ahead else []
    return {"days": {one: left[one] for one in ahead}, "slots": free}


def open_slot(free: Sequence[FreeSlot], start: datetime) -> FreeSlot:
    """The slot that begins then and has a place.

    Raises:
        BadInput: `slot_unknown`.
        Conflict: `slot_full`.
    """
    for slot in free:
        if slot.start == start:
            if not slot.left:
                raise SlotFull
            return slot
    raise SlotUnknown


ROUTES = [(NEW, NewAppointmentPage), (f"{NEW}/slot", ChosenSlotPage)]
