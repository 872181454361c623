"""The shape of an appointment, as clients see it; what those of one matter and of several share."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import Field

from handlers.api.contract import PREFIX, Answer, Asked, Resource, Said
from handlers.api.timeline import Happening, happenings
from handlers.web.dates import Moment
from handlers.web.visits import visit_url
from models.appointments import (
    LABELS,
    Matter,
    ObjectionState,
    State,
    can_cancel,
    can_move,
    can_object,
    is_asked_to_give_up,
    is_asked_to_move,
)
from models.appointments import Appointment as Kept
from models.appointments.rules import (
    AppointmentEnded,
    AppointmentNotFound,
    ArrivalRecorded,
    SlotFull,
    SlotSame,
    SlotUnknown,
    TooLateToMove,
    TooManyBookings,
    VisitOverlaps,
)
from models.guides import ItemCode, NotForApplicant
from models.guides.store import GuideNotFound
from models.places.halls import HallNotFound
from models.store import ChangedMeanwhile

TAKING = (SlotUnknown, GuideNotFound, HallNotFound, SlotFull, NotForApplicant, TooManyBookings)
"""What can be wrong with a time that is asked for, at any hall."""
MOVING = (
    *TAKING,
    AppointmentNotFound,
    SlotSame,
    AppointmentEnded,
    ArrivalRecorded,
    ChangedMeanwhile,
    TooLateToMove,
    VisitOverlaps,
)
"""What can be wrong with another time for what is booked."""


class Timed(Asked):
    item: ItemCode
    start: Moment


class Elsewhere(Asked):
    hall: str | None = Field(None, max_length=64, description="another hall; that of the visit, if left out")


class Objection(Answer):
    state: ObjectionState
    words: str
    at: datetime
    reason: str = Field(description="of the decision; empty while there is none")
    decided_at: datetime | None


class Appointment(Answer):
    id: str
    visit: str = Field(
        description="the same for those that are one visit; its own id where it was booked alone, or left"
    )
    item: str
    item_name: str
    hall: str
    hall_name: str
    start: datetime
    end: datetime
    number: str = Field(
        description="four digits to read out at the hall, others after a move; empty of old ones"
    )
    moves: int = Field(description="how often it was moved")
    state: State
    status: Said = Field(description="the state in words")
    missing_material: str | None = Field(description="code of the guide's material whose lack ended it")
    asked_to_give_up: bool = Field(description="staff ask whether one gives the visit up; answer it")
    asked_to_move: bool = Field(description="the hall asks for another time; it stays valid all the same")
    can_move: bool = Field(description="whether one can take another time or hall for it now")
    can_cancel: bool
    can_object: bool = Field(description="whether one can object to what staff recorded")
    objection: Objection | None
    check_in_url: str = Field(description="to show as a QR at the hall")
    ticket_url: str | None = Field(description="where the ticket is; null once it has ended")
    calendar_url: str = Field(description="where the file for the calendar is")
    timeline: list[Happening]


class AppointmentBase(Resource):
    async def matters(self, asked: Sequence[Timed]) -> list[Matter]:
        """
        Raises:
            NotFound: `guide_not_found`.
        """
        return [Matter(await self.services.guides.published(one.item), one.start) for one in asked]

    async def shown(self, found: Kept) -> Appointment:
        return self.named(found, await self.names(found))

    def named(self, found: Kept, names: Mapping[str, str]) -> Appointment:
        at = f"{self.services.site.base_url}{PREFIX}/appointments/{found['_id']}"
        return Appointment(
            id=found["_id"],
            visit=found["visit"],
            item=found["item"],
            item_name=names.get(found["guide"], found["item_name"]),
            hall=found["hall"],
            hall_name=names.get(found["hall"], found["hall_name"]),
            start=found["start"],
            end=found["end"],
            number=found["number"],
            moves=found["moves"],
            state=found["state"],
            status=LABELS[found["state"]],
            missing_material=found["material"],
            asked_to_give_up=is_asked_to_give_up(found),
            asked_to_move=is_asked_to_move(found),
            can_move=can_move(found, self.now),
            can_cancel=can_cancel(found, self.now),
            can_object=can_object(found),
            objection=Objection(**found["objection"]) if found["objection"] else None,
            check_in_url=visit_url(self.services, found["_id"]),
            ticket_url=f"{at}/ticket" if found["state"] is State.BOOKED else None,
            calendar_url=f"{at}/calendar",
            timeline=happenings(found),
        )
