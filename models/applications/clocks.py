"""How long an application may take: its deadlines, in working days."""

from datetime import datetime

from models.guides import Guide
from models.workdays import Workdays


def acceptance_deadline(guide: Guide, received: datetime, calendar: Workdays) -> datetime:
    """行政许可法 32: silence until then is acceptance from the day received."""
    return calendar.deadline(received, guide.time_limit.acceptance)


def decision_deadline(guide: Guide, accepted: datetime, calendar: Workdays) -> datetime:
    """The promised limit, which is never longer than the legal one."""
    return calendar.deadline(accepted, guide.time_limit.decision)
