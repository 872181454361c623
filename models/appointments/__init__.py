"""预约 at the halls (article 9)."""

from models.appointments.booking import Appointments
from models.appointments.document import DONE, LABELS, Appointment, Ending, State
from models.appointments.rules import (
    FreeSlot,
    bookable_days,
    can_cancel,
)

__all__ = [
    "DONE",
    "LABELS",
    "Appointment",
    "Appointments",
    "Ending",
    "FreeSlot",
    "State",
    "bookable_days",
    "can_cancel",
]
