"""预约 at the halls (article 9)."""

from models.appointments.booking import ASK_REVIEW, DAY_OVER, Appointments, place_before
from models.appointments.document import (
    DECIDED,
    DONE,
    LABELS,
    OBJECTIONS,
    STOPS,
    Appointment,
    Ending,
    Objection,
    ObjectionState,
    Pause,
    State,
    Visits,
)
from models.appointments.endings import Endings
from models.appointments.fitting import Misfit, Reason, misfit
from models.appointments.pauses import Pauses
from models.appointments.rescheduling import Preview, Rescheduling
from models.appointments.rules import (
    bookable_days,
    can_arrive,
    can_cancel,
    can_move,
    can_object,
    can_propose,
    is_asked_to_give_up,
    open_days,
    recordable,
)
from models.appointments.seats import FreeSlot
from models.appointments.unfit import Unfit, UnfitVisit

__all__ = [
    "ASK_REVIEW",
    "DAY_OVER",
    "DECIDED",
    "DONE",
    "LABELS",
    "OBJECTIONS",
    "STOPS",
    "Appointment",
    "Appointments",
    "Ending",
    "Endings",
    "FreeSlot",
    "Misfit",
    "Objection",
    "ObjectionState",
    "Pause",
    "Pauses",
    "Preview",
    "Reason",
    "Rescheduling",
    "State",
    "Unfit",
    "UnfitVisit",
    "Visits",
    "bookable_days",
    "can_arrive",
    "can_cancel",
    "can_move",
    "can_object",
    "can_propose",
    "is_asked_to_give_up",
    "misfit",
    "open_days",
    "place_before",
    "recordable",
]
