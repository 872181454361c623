"""预约 at the halls (article 9)."""

from models.appointments.booking import DAY_OVER, Appointments, place_before
from models.appointments.document import (
    DECIDED,
    DONE,
    LABELS,
    OBJECTIONS,
    Appointment,
    Ending,
    Objection,
    ObjectionState,
    State,
    Visits,
)
from models.appointments.endings import Endings
from models.appointments.rules import (
    FreeSlot,
    bookable_days,
    can_arrive,
    can_cancel,
    can_object,
    can_propose,
    is_asked_to_give_up,
    recordable,
)

__all__ = [
    "DAY_OVER",
    "DECIDED",
    "DONE",
    "LABELS",
    "OBJECTIONS",
    "Appointment",
    "Appointments",
    "Ending",
    "Endings",
    "FreeSlot",
    "Objection",
    "ObjectionState",
    "State",
    "Visits",
    "bookable_days",
    "can_arrive",
    "can_cancel",
    "can_object",
    "can_propose",
    "is_asked_to_give_up",
    "place_before",
    "recordable",
]
