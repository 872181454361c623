"""The blacklist as article 28 has it: how long, until when one may appeal, and what may be done when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from models import typed
from models.blacklist.document import STANDS, AppealState, Ban, State
from models.clocks import corresponding
from models.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from models.events import Channel
from models.law import Term, in_force
from models.serving import How, served_by_notice
from models.workdays import Workdays, local, local_date, local_moment

ONLINE = frozenset(Channel) - {Channel.WINDOW, Channel.SYSTEM}
"""The doors at which applying is blocked; a window is open to everybody."""
MOST_FILES = 10
LONGEST = 2000


class Blacklisted(Forbidden):
    """The person has been listed, for whomever they act."""

    code = "blacklisted"
    message = (
        "您在网上办事黑名单内，{last}（含当日）以前不能在线申请。您可以预约或直接到窗口办理；"
        "对决定有异议的，可以在个人中心查看决定并申诉"
    )

    def __init__(self, until: datetime) -> None:
        super().__init__(last=last_day(until))
        self.until = until

    @property
    def details(self) -> dict[str, Any]:
        return {"until": self.until}


class BodyBlacklisted(Blacklisted):
    """The body has been listed, whoever acts for it."""

    message = (
        "您所代办的单位在网上办事黑名单内，{last}（含当日）以前不能在线申请。该单位可以预约或直接到窗口办理；"
        "对决定有异议的，可以在个人中心查看决定并申诉"
    )


class BanNotFound(NotFound):
    code = "ban_not_found"
    message = "没有找到该决定"


class BanDecided(Conflict):
    code = "ban_decided"
    message = "这件决定刚刚已由其他同事处理，请刷新后查看"


class AlreadyListed(Conflict):
    code = "already_listed"
    message = "该服务对象已有一件正在办理或生效中的黑名单决定"


class FactsRequired(BadInput):
    code = "facts_required"
    message = "请写明事实和理由，最多{limit}字"
    field = "facts"


class ReasonRequired(BadInput):
    code = "reason_required"
    message = "请写明理由，最多{limit}字"
    field = "reason"


class EvidenceRequired(Refused):
    code = "evidence_required"
    message = "请至少附一项证据"


class DeliveryTimeWrong(BadInput):
    code = "delivery_time_wrong"
    message = "送达时间应在决定作出之后、现在以前"
    field = "at"


class NothingToDeliver(Conflict):
    code = "nothing_to_deliver"
    message = "这件决定不在待送达的状态"


class AppealTooLate(Refused):
    code = "appeal_too_late"
    message = "申诉期限已于{last}届满"


class NothingToAppeal(Conflict):
    code = "nothing_to_appeal"
    message = "这件决定不在可以申诉的状态"


class AlreadyAppealed(Conflict):
    code = "already_appealed"
    message = "您已对这件决定提出申诉"


class AppealDecided(Conflict):
    code = "appeal_decided"
    message = "该申诉已作出答复"


class AppealWordsRequired(BadInput):
    code = "appeal_words_required"
    message = "请写明申诉的事实和理由，最多{limit}字"
    field = "words"


class TooManyFiles(Refused):
    code = "too_many_files"
    message = "申诉材料最多{most}份"


class EvidenceOfAnother(Refused):
    code = "evidence_of_another"
    message = "所附证据不属于该服务对象"


@dataclass(frozen=True)
class Within:
    """Our own limit in working days, for what begins on `since` or later."""

    since: date
    workdays: int


Dated = TypeVar("Dated", bound=Any)
ANSWER = (Within(date(2020, 1, 1), 15),)
"""For the decision on an appeal; article 28 names no limit. A change is a further entry."""


def in_force_on(settings: Sequence[Dated], day: date) -> Dated:
    """The latest of our dated settings that holds on a day."""
    return max((one for one in settings if one.since <= day), key=lambda one: one.since)


def end_of(delivered: datetime) -> datetime:
    """When a decision that was `delivered` then has no more effect: at 24:00 of its last day.

    The day of delivery is not counted; the last day is the corresponding one, or the month's last (民法典
    201, 202). It is never moved for a holiday, which would make a burden longer.
    """
    day = local_date(delivered)
    last = corresponding(day, in_force(Term.BAN, day).number)
    return local_moment(last + timedelta(days=1), time.min)


def last_day(until: datetime) -> str:
    """The last day of what ends at 24:00, as people write it."""
    return local(until - timedelta(microseconds=1), "%Y-%m-%d")


def appeal_end(known: datetime, calendar: Workdays) -> datetime:
    """The last instant at which one may appeal: 30 working days after delivery, or after one knew of it."""
    number = in_force(Term.APPEAL, local_date(known)).number
    return calendar.deadline(known, number, bars_a_person=True)


def answer_due(appealed: datetime, calendar: Workdays) -> datetime:
    return calendar.deadline(appealed, in_force_on(ANSWER, local_date(appealed)).workdays)


def is_barring(ban: Ban, at: datetime) -> bool:
    """Whether a decision keeps from applying online just now."""
    return ban["state"] is State.CONFIRMED and ban["until"] is not None and at < ban["until"]


def is_unread(ban: Ban) -> bool:
    """Whether a decision waits to be delivered."""
    return ban["state"] is State.CONFIRMED and ban["delivered"] is None


def check_delivery(ban: Ban, how: How, at: datetime, now: datetime, calendar: Workdays) -> None:
    """What reached the person did so after it was decided and not in the future; an announcement does after
    its period.

    Raises:
        Conflict: `nothing_to_deliver`.
        BadInput: `delivery_time_wrong`.
    """
    if ban["state"] is not State.CONFIRMED or ban["confirmed_at"] is None:
        raise NothingToDeliver
    earliest = ban["confirmed_at"]
    if how is How.PUBLIC_NOTICE:
        earliest = served_by_notice(earliest, calendar)
    if not earliest <= at <= now:
        raise DeliveryTimeWrong


def can_appeal(ban: Ban, at: datetime) -> bool:
    try:
        check_appeal(ban, at)
    except (Conflict, Refused):
        return False
    return True


def check_appeal(ban: Ban, at: datetime) -> None:
    """Once, while it stands, and within the period; who knows of it may appeal before it is delivered.

    Raises:
        Conflict: `nothing_to_appeal` or `already_appealed`.
        Refused: `appeal_too_late`.
    """
    if ban["appeal"]:
        raise AlreadyAppealed
    if ban["state"] not in STANDS:
        raise NothingToAppeal
    if ban["appeal_until"] and at > ban["appeal_until"]:
        raise AppealTooLate(last=local(ban["appeal_until"], "%Y-%m-%d"))


def is_appealed(ban: Ban) -> bool:
    """Whether an appeal waits for its decision."""
    return ban["appeal"] is not None and ban["appeal"]["state"] is AppealState.OPEN


def written(words: str, otherwise: type[BadInput]) -> str:
    """What was written, in its normal form.

    Raises:
        BadInput: `otherwise`, if it is nothing or too long.
    """
    normal = typed.words(words)
    if not normal or len(normal) > LONGEST:
        raise otherwise(limit=LONGEST)
    return normal
