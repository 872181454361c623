"""What one can choose from when one books: item → hall → day → slot, each step its own address (article 9).

Anybody may look, as at guides; who takes a place is bound first, and comes back to the slot they chose, and
to all that they wish to do in that visit (`together`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
from handlers.web.booking import chosen_of, halls_for, open_slot, times
from handlers.web.dates import Day
from handlers.web.pages import CitizenPage
from handlers.web.visitor import bound, known
from models.appointments import MOST_A_DAY
from models.appointments.rules import TooManyBookings
from models.errors import BadInput, DomainError
from models.guides import Guide, check_audience
from models.people import Acting
from models.places import Position
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


async def others(page: CitizenPage, guide: Guide) -> list[Acting]:
    """As whom else the visitor could book."""
    return await page.services.binding.others(page.party, guide.audience) if page.party else []


ROUTES = [(NEW, NewAppointmentPage), (SLOT, ChosenSlotPage), (ALSO, AlsoPage)]
