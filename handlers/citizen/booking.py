"""What one can choose from when one books: item → hall → day → slot, each step its own address (article 9).

Anybody may look, as at guides; who takes a place is bound first, and comes back to the slot they chose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel

from handlers.citizen.halls import Here
from handlers.web.booking import chosen_of, halls_for, open_slot, times
from handlers.web.dates import Day, Moment
from handlers.web.pages import CitizenPage
from handlers.web.visitor import bound, known
from models.errors import BadInput, DomainError
from models.guides import Guide, check_audience
from models.people import Acting
from models.places import Position
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


async def others(page: CitizenPage, guide: Guide) -> list[Acting]:
    """As whom else the visitor could book."""
    return await page.services.binding.others(page.party, guide.audience) if page.party else []


ROUTES = [(NEW, NewAppointmentPage), (f"{NEW}/slot", ChosenSlotPage)]
