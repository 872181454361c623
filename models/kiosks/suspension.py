"""Suspending a kiosk (article 21, item 4).

How far ahead the hall must be told, how, and where the kiosk stays meanwhile all follow from how long it will
be out of service.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.errors import BadInput, Refused
from models.kiosks.document import OUT, Custody, Kiosk, Outage, State, Suspension
from models.kiosks.store import ended
from models.law import Period, Term, in_force
from models.workdays import Workdays, local, local_date


class SuspensionTooLate(Refused):
    code = "suspension_too_late"
    message = "须提前{ahead}个工作日通知智慧政务大厅，最早可从{earliest}起暂停"


class SuspensionNeedsLetter(Refused):
    code = "suspension_needs_letter"
    message = "暂停超过3个工作日的，须以工作联络单或公函通知，请填写文号并上传文件"


class SuspensionTimesWrong(BadInput):
    code = "suspension_times_wrong"
    message = "恢复服务的时间须晚于暂停的时间"
    field = "end"


class SuspensionTooLong(BadInput):
    code = "suspension_too_long"
    message = "一次最多暂停{days}天；停用更久的，请申请撤离"
    field = "end"


@dataclass(frozen=True)
class Notice:
    """What a suspension of one length asks for."""

    term: Term
    by_letter: bool
    custody: Custody


AN_HOUR = Notice(Term.PAUSE_OF_AN_HOUR, False, Custody.IN_PLACE)
SOME_DAYS = Notice(Term.PAUSE_OF_DAYS, False, Custody.IN_PLACE)
SOME_WEEKS = Notice(Term.PAUSE_OF_WEEKS, True, Custody.TAKEN_AWAY)
LONGER = Notice(Term.REMOVAL, True, Custody.REMOVED)

HOUR, WEEKS, WORKDAYS = timedelta(hours=1), timedelta(weeks=2), 3
"""The bounds between them; each belongs to the shorter one."""
LONGEST = timedelta(days=366)
"""A rule of our own: what is away for longer is no suspension any more."""


def required_notice(start: datetime, end: datetime, calendar: Workdays) -> Notice:
    """The notice that a suspension from `start` to `end` needs. A working day counts when it is touched."""
    if end - start > WEEKS:
        return LONGER
    if len(calendar.touched(start, end)) > WORKDAYS:
        return SOME_WEEKS
    return SOME_DAYS if end - start > HOUR else AN_HOUR


@dataclass(frozen=True)
class Asked:
    """What the law asks of a suspension that is told of on a day: the notice, by which period, and the first
    day on which the kiosk may stop."""

    notice: Notice
    period: Period
    earliest: date

    def check_day(self, start: datetime) -> None:
        """
        Raises:
            Refused: `suspension_too_late`.
        """
        if self.earliest > local_date(start):
            raise SuspensionTooLate(ahead=self.period.number, earliest=self.earliest.isoformat())


def what_is_asked(told: datetime, start: datetime, end: datetime, calendar: Workdays) -> Asked:
    """
    Raises:
        BadInput: `suspension_times_wrong`, `suspension_too_long`.
    """
    if end <= start:
        raise SuspensionTimesWrong
    if end - start > LONGEST:
        raise SuspensionTooLong(days=LONGEST.days)
    notice = required_notice(start, end, calendar)
    period = in_force(notice.term, local_date(told))
    return Asked(notice, period, calendar.after(local_date(told), period.number))


def check_notice(
    told: datetime, start: datetime, end: datetime, calendar: Workdays, *, letter: bool
) -> tuple[Notice, str]:
    """The notice, if it was given in time and, where asked, by `letter`; and the key of its legal period.

    Raises:
        BadInput: `suspension_times_wrong`, `suspension_too_long`.
        Refused: `suspension_needs_letter`, `suspension_too_late`.
    """
    asked = what_is_asked(told, start, end, calendar)
    if asked.notice.by_letter and not letter:
        raise SuspensionNeedsLetter
    asked.check_day(start)
    return asked.notice, asked.period.key


ANNOUNCED = "暂停服务：因{reason}，本终端自{start}起暂停服务，预计{end}恢复。"
BROKEN = "暂停服务：本终端正在维修，请使用其他终端或到窗口办理。"
GONE = "暂停服务：因{reason}，本终端自{start}起撤离。"


def announcement(suspension: Suspension) -> str:
    """What people read on the kiosk and in the hall: why it does not serve, and until when."""
    start, end = local(suspension["start"]), local(suspension["end"])
    sentence = GONE if suspension["custody"] is Custody.REMOVED else ANNOUNCED
    return sentence.format(reason=suspension["reason"], start=start, end=end)


@dataclass(frozen=True)
class Shown:
    """What a kiosk shows in place of its service; `until` is None where nobody knows."""

    text: str
    until: datetime | None


def notice_of(kiosk: Kiosk) -> Shown | None:
    """What a kiosk out of service shows by itself."""
    if kiosk["state"] not in OUT:
        return None
    told = kiosk["suspension"]
    if told is None or kiosk["state"] is State.UNDER_REPAIR:
        return Shown(BROKEN, None)
    return Shown(announcement(told), None if told["custody"] is Custody.REMOVED else told["end"])


def comes_back(kiosk: Kiosk) -> bool:
    """Whether it is suspended in its place, and serves again by itself when the announced end has come."""
    told = kiosk["suspension"]
    if kiosk["state"] is not State.SUSPENDED or told is None:
        return False
    return told["custody"] is not Custody.REMOVED


def announced(kiosk: Kiosk) -> list[Suspension]:
    """Those that were, and the one that is or is to come."""
    told = kiosk["suspension"]
    return [*kiosk["suspensions"], *([told] if told else [])]


def outages_of(kiosk: Kiosk) -> list[Outage]:
    """As they are once its suspension, if it is in one, has ended as announced: that no worker has looked at
    the end yet is no overrun."""
    told = kiosk["suspension"]
    return ended(kiosk, told["end"]) if told and comes_back(kiosk) else kiosk["outages"]
