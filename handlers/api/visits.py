"""A visit of several matters (article 9), as a whole; each of them is an appointment of its own."""

from collections.abc import Sequence

from pydantic import Field

from handlers.api.appointment import MOVING, Appointment, AppointmentBase, Elsewhere, Timed
from handlers.api.contract import Answer, Asked, Endpoint, operation
from handlers.web.visitor import Auth
from models.appointments import MOST_A_DAY, State
from models.appointments import Appointment as Kept
from models.appointments.matters import ItemTwice, VisitNotOneDay
from models.appointments.rules import AlreadyBooked, AppointmentBegun, AppointmentEnded, AppointmentNotFound
from models.appointments.several import VisitChanged
from models.store import ChangedMeanwhile


class VisitMove(Elsewhere):
    matters: list[Timed] = Field(
        min_length=1, max_length=MOST_A_DAY, description="all that can be moved, each with its new time"
    )


class VisitCancellation(Asked):
    appointments: list[str] = Field(
        min_length=1, max_length=MOST_A_DAY, description="the ids of all that can be cancelled, as was shown"
    )


class Visit(Answer):
    visit: str
    appointments: list[Appointment] = Field(description="in the order of their times")


class VisitBase(AppointmentBase):
    async def whole(self, visit: str, found: Sequence[Kept]) -> Visit:
        names = await self.names(*found)
        return Visit(visit=visit, appointments=[self.named(one, names) for one in found])

    async def own(self, visit: str) -> list[Kept]:
        """
        Raises:
            NotFound: `appointment_not_found`.
        """
        return await self.services.several.own(visit, self.bound_party())


class VisitResource(VisitBase):
    @operation("All matters of a visit", auth=Auth.APPLICANT, answers=Visit, errors=(AppointmentNotFound,))
    async def get(self, visit: str) -> Visit:
        return await self.whole(visit, await self.own(visit))


class VisitMoveResource(VisitBase):
    @operation(
        "Take other times or another hall for all matters that have not begun, or leave all as it is",
        auth=Auth.APPLICANT,
        asks=VisitMove,
        answers=Visit,
        errors=(*MOVING, AlreadyBooked, VisitChanged, ItemTwice, VisitNotOneDay),
    )
    async def post(self, visit: str, asked: VisitMove) -> Visit:
        services, party = self.services, self.bound_party()
        found = await self.own(visit)
        matters = await self.matters(asked.matters)
        hall = await services.halls.get(asked.hall or hall_of(found))
        moved = await services.several.move(visit, matters, party, hall, services.calendar, self.by_party())
        return await self.whole(moved[0]["visit"], moved)


class VisitCancellationResource(VisitBase):
    @operation(
        "Cancel all matters of a visit that have not begun",
        auth=Auth.APPLICANT,
        asks=VisitCancellation,
        answers=Visit,
        errors=(AppointmentNotFound, AppointmentEnded, AppointmentBegun, VisitChanged, ChangedMeanwhile),
    )
    async def post(self, visit: str, asked: VisitCancellation) -> Visit:
        party, by = self.bound_party(), self.by_party()
        await self.services.several.cancel(visit, party, by, seen=asked.appointments)
        return await self.whole(visit, await self.own(visit))


def hall_of(visit: Sequence[Kept]) -> str:
    """Where what is booked of it is: what ended may have been elsewhere, before the others were moved."""
    return next((one["hall"] for one in visit if one["state"] is State.BOOKED), visit[0]["hall"])


ENDPOINTS = [
    Endpoint("/visits/{visit}", VisitResource),
    Endpoint("/visits/{visit}/move", VisitMoveResource),
    Endpoint("/visits/{visit}/cancellation", VisitCancellationResource),
]
