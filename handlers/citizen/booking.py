"""What one can choose from when one books: item → hall → day → slot, each step its own address (article 9).

Anybody may look, as at guides; who takes a place is bound first, and comes back to the slot they chose, and
to all that they wish to do in that visit (`together`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from handlers.citizen.halls import Here
from handlers.citizen.together import (
    ALSO,
    NEW,
    SLOT,
    Chosen,
    Planned,
    choices,
    further,
    given_of,
    planned,
    serving_all,
    unplanned,
)
from handlers.web.dates import Day
from handlers.web.pages import CitizenPage
from handlers.web.visitor import bound, known
from models.appointments import MOST_A_DAY, FreeSlot
from models.appointments.rules import SlotFull, SlotUnknown, TooManyBookings
from models.errors import BadInput, DomainError
from models.guides import Guide, check_audience
from models.people import Acting
from models.places import Hall, Near, Position, seen_from, slots
from models.workdays import local_date

PAGE, MORE = "citizen/appointments/new.html", "citizen/appointments/also.html"


class Step(BaseModel):
    """What has been chosen so far."""

    q: str = ""
    item: str = ""
    hall: str = ""
    day: Day | None = None
    also: list[str] = Field([], max_length=MOST_A_DAY)


class Standing(Here):
    item: str
    also: list[str] = Field([], max_length=MOST_A_DAY)


@dataclass(frozen=True)
class Way:
    """The addresses of the steps: of a new booking, or of a visit that is moved."""

    path: str
    given: Mapping[str, Any]

    def to(self, **chosen: str) -> str:
        """The step after what is chosen."""
        query = urlencode({**self.given, **chosen}, doseq=True)
        return f"{self.path}?{query}" if query else self.path


class NewAppointmentPage(CitizenPage):
    """GET /appointments/new?item=&hall=&day=; POST with a position shows the nearest halls first."""

    @known
    async def get(self) -> None:
        self.show(PAGE, **await steps(self, self.query(Step)))

    @known
    async def post(self) -> None:
        asked = self.form(Standing)
        step = Step(item=asked.item, also=asked.also)
        try:
            here = asked.position()
        except BadInput as error:
            return self.again(PAGE, error, **await steps(self, step))
        return self.show(PAGE, **await steps(self, step, here))


class ChosenSlotPage(CitizenPage):
    """GET /appointments/new/slot?item=&hall=&start=&also=: to here comes back who had to be bound first; with
    further items the plan of the visit."""

    @bound
    async def get(self) -> None:
        await show_chosen(self, self.query(Chosen))


class AlsoPage(CitizenPage):
    """GET /appointments/new/also?item=&hall=&start=&also=&q=: what else one could do there that day; POST,
    from the form of the slots, leads to that."""

    @bound
    async def get(self) -> None:
        asked, text = self.query(Chosen), self.query(Step).q
        values = await steps(self, step_of(asked))
        try:
            plan = await plan_of(self, values, asked)
            if len(plan) >= MOST_A_DAY:
                raise TooManyBookings(limit=MOST_A_DAY)
        except DomainError as error:
            return await show_chosen(self, asked, error)
        found = await choices(self, text, values["hall"], plan)
        return self.show(MORE, text=text, found=found, **values | {"asked": asked, "together": plan})

    @bound
    async def post(self) -> None:
        self.see_other(self.form(Chosen).address(ALSO))


def step_of(asked: Chosen) -> Step:
    return Step(item=asked.item, hall=asked.hall, day=local_date(asked.start), also=asked.also)


async def show_chosen(page: CitizenPage, asked: Chosen, error: DomainError | None = None) -> None:
    """What one is about to take; the times to choose from, where it cannot be had so, and why."""
    values = await steps(page, step_of(asked))
    try:
        plan = await plan_of(page, values, asked)
        values |= {"chosen": asked.start, "asked": asked}
        values |= {"together": plan} if asked.also else {}
    except DomainError as trouble:
        error = error or trouble
    if error:
        return page.again(PAGE, error, **values)
    return page.show(PAGE, **values)


async def plan_of(page: CitizenPage, values: Mapping[str, Any], asked: Chosen) -> list[Planned]:
    """When each can be had.

    Raises:
        BadInput: `slot_unknown`, `item_twice`.
        Conflict: `slot_full`, `visit_does_not_fit`.
        Refused: `not_for_applicant`, `too_many_bookings`.
    """
    open_slot(values["slots"], asked.start)
    party, several, calendar = page.bound_party(), page.services.several, page.services.calendar
    guides, hall = [values["guide"], *values["more"]], values["hall"]
    return planned(await several.plan(party, guides, hall, asked.start, calendar, page.by_party()), hall)


async def steps(page: CitizenPage, step: Step, here: Position | None = None) -> dict[str, Any]:
    """What there is to choose from after what has been chosen."""
    found: dict[str, Any] = {"step": step, "guide": None, "hall": None, "more": [], "together": []}
    found |= {"chosen": None, "mine": None, "at": "", "asked": None, "most": MOST_A_DAY}
    if not step.item:
        return found | {"way": Way(NEW, {}), "found": await page.services.search.find(step.q[:50])}
    guide = await page.services.guides.published(step.item)
    if page.party:
        check_audience(guide, page.party.applicant["kind"])
    more = await further(page, guide, step.also)
    halls = serving_all(await halls_for(page, guide, here), more)
    hall = chosen_of(halls, step.hall)
    kept = {"hall": hall.code} if hall else {}
    return found | {
        "way": Way(NEW, given_of([guide.item, *step.also])),
        "more": more,
        "together": unplanned([guide, *more], **kept) if more else [],
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


async def times(
    page: CitizenPage, guide: Guide, hall: Hall | None, day: date | None, without: Collection[str] = ()
) -> dict[str, Any]:
    """The days of a hall with the places left, and the slots of one of them; of appointments `without`, which
    are to be moved, the places are free."""
    if hall is None:
        return {"days": {}, "slots": []}
    appointments, calendar, by = page.services.appointments, page.services.calendar, page.cause()
    left = await appointments.days_left(hall, guide.group, calendar, by, without)
    ahead = [
        one for one in left if any(slot.start > by.at for slot in slots(hall, guide.group, one, calendar))
    ]
    free: list[FreeSlot] = []
    if day and day in ahead:
        free = await appointments.free(hall, guide.group, day, calendar, by, without)
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


ROUTES = [(NEW, NewAppointmentPage), (SLOT, ChosenSlotPage), (ALSO, AlsoPage)]
