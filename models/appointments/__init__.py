"""预约 at the halls (article 9)."""

from models.appointments.booking import ASK_REVIEW, Appointments
from models.appointments.calling import called, said_number
from models.appointments.document import (
    DAY_OVER,
    DECIDED,
    DONE,
    LABELS,
    OBJECTIONS,
    REMIND_EVENING,
    REMIND_HOUR,
    REMINDED,
    REVIEW_WAITS,
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
from models.appointments.fitting import Misfit, Reason, fits, misfit
from models.appointments.listing import by_visit, place_before
from models.appointments.matters import Matter
from models.appointments.pauses import Pauses
from models.appointments.reminders import can_remind
from models.appointments.reminding import Reminding
from models.appointments.rescheduling import Preview, Rescheduling
from models.appointments.rules import (
    MOST_A_DAY,
    bookable_days,
    can_arrive,
    can_cancel,
    can_move,
    can_object,
    can_propose,
    check_booked,
    check_move,
    is_asked_to_give_up,
    is_asked_to_move,
    open_days,
    recordable,
)
from models.appointments.seats import FreeSlot
from models.appointments.several import Several, till_done
from models.appointments.unfit import Decision, Unfit, UnfitVisit

__all__ = [
    "ASK_REVIEW",
    "DAY_OVER",
    "DECIDED",
    "DONE",
    "LABELS",
    "MOST_A_DAY",
    "OBJECTIONS",
    "REMINDED",
    "REMIND_EVENING",
    "REMIND_HOUR",
    "REVIEW_WAITS",
    "STOPS",
    "Appointment",
    "Appointments",
    "Decision",
    "Ending",
    "Endings",
    "FreeSlot",
    "Matter",
    "Misfit",
    "Objection",
    "ObjectionState",
    "Pause",
    "Pauses",
    "Preview",
    "Reason",
    "Reminding",
    "Rescheduling",
    "Several",
    "State",
    "Unfit",
    "UnfitVisit",
    "Visits",
    "bookable_days",
    "by_visit",
    "called",
    "can_arrive",
    "can_cancel",
    "can_move",
    "can_object",
    "can_propose",
    "can_remind",
    "check_booked",
    "check_move",
    "fits",
    "is_asked_to_give_up",
    "is_asked_to_move",
    "misfit",
    "open_days",
    "place_before",
    "recordable",
    "said_number",
    "till_done",
]
