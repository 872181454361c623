"""预约 at the halls (article 9)."""

from models.appointments.booking import Appointments
from models.appointments.document import DONE, LABELS, Appointment, Ending, State
from models.appointments.rules import (
    AlreadyBooked,
    AppointmentBegun,
    AppointmentEnded,
    AppointmentNotFound,
    FreeSlot,
    SlotFull,
    SlotUnknown,
    TooManyBookings,
    bookable_days,
)

__all__ = [
    "DONE",
    "LABELS",
    "AlreadyBooked",
    "Appointment",
    "AppointmentBegun",
    "AppointmentEnded",
    "AppointmentNotFound",
    "Appointments",
    "Ending",
    "FreeSlot",
    "SlotFull",
    "SlotUnknown",
    "State",
    "TooManyBookings",
    "bookable_days",
]
