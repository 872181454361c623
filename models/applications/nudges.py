"""督办 (a nudge): who supervises asks what an application waits for, and who handles it answers.

The applicant sees neither. The words are lines of the trail of staff (`Application.internal`), and
`Application.nudged` says whether the last nudge is still to be answered.
"""

from dataclasses import dataclass
from datetime import datetime

from models import typed
from models.applications import rules
from models.applications.case import StaffCase
from models.applications.document import Application, NudgeState
from models.applications.holding import can_hold
from models.applications.store import NUDGE_ANSWERED, NUDGED, Applications
from models.applications.work import WORKED
from models.errors import Conflict, Forbidden, Refused
from models.events import Cause, Event
from models.staff import Member, Scope, reaches, scopes_of
from models.store import Line, entry
from models.workdays import Workdays, local_date


class NudgedAlready(Conflict):
    code = "nudged_already"
    message = "该办件正在督办，请等待答复"


class NotNudged(Conflict):
    code = "not_nudged"
    message = "该督办已有人答复，请刷新查看"


class NothingToNudge(Refused):
    code = "nothing_to_nudge"
    message = "办件正等待申请人或已经结束，没有可督办的"


class NudgeEmpty(Refused):
    code = "nudge_empty"
    message = "请填写督办或答复的内容"


class NotHandling(Forbidden):
    code = "not_handling"
    message = "督办由承办人或能办理该办件的人员答复"


@dataclass(frozen=True)
class Nudge:
    """One of an application's, and its answer if there is one: lines of the trail."""

    asked: Line
    answered: Line | None = None

    def waited(self, now: datetime, calendar: Workdays) -> int:
        """Working days from the nudge to its answer, or until `now`."""
        until = self.answered["at"] if self.answered else now
        return calendar.between(local_date(self.asked["at"]), local_date(until))


@dataclass(frozen=True)
class Nudges:
    """What is written here leaves an application's `version` as it is."""

    applications: Applications

    async def nudge(self, case: StaffCase, words: str, by: Cause) -> StaffCase:
        """Ask who handles it. Of two who ask at one instant one does, and the other is told.

        Raises:
            Forbidden: `scope_missing` or `other_department`.
            NothingToNudge, NudgeEmpty, NudgedAlready
        """
        rules.check_member(case.member, case.application, Scope.APPLICATIONS_SUPERVISE)
        if case.state not in WORKED:
            raise NothingToNudge
        if not (words := typed.words(words)):
            raise NudgeEmpty
        event = Event(NUDGED, case.key, by, {"holder": case.application.get("assigned", "")})
        expects = {"nudged": {"$ne": NudgeState.OPEN.value}, "state": {"$in": list(WORKED)}}
        try:
            nudged = await self.applications.aside(
                case.key,
                event,
                entry(event, words),
                expects=expects,
                sets={"nudged": NudgeState.OPEN.value},
                otherwise=NudgedAlready,
            )
        except NudgedAlready:
            now = await self.applications.get(case.key)
            raise (NudgedAlready() if is_nudged(now) else rules.moved_on(now["state"])) from None
        return case.changed_to(nudged)

    async def answer(self, case: StaffCase, words: str, by: Cause) -> StaffCase:
        """Answer the open nudge.

        Raises:
            NotHandling, NudgeEmpty
            NotNudged: there is none, or another was first.
        """
        if not handles(case.member, case.application):
            raise NotHandling
        if not (words := typed.words(words)):
            raise NudgeEmpty
        event = Event(NUDGE_ANSWERED, case.key, by)
        answered = await self.applications.aside(
            case.key,
            event,
            entry(event, words),
            expects={"nudged": NudgeState.OPEN.value},
            sets={"nudged": NudgeState.ANSWERED.value},
            otherwise=NotNudged,
        )
        return case.changed_to(answered)


def is_nudged(application: Application) -> bool:
    """Whether a nudge is to be answered."""
    return application.get("nudged") is NudgeState.OPEN


def can_nudge(member: Member, application: Application) -> bool:
    """Whether the member may nudge just now."""
    supervises = Scope.APPLICATIONS_SUPERVISE in scopes_of(member) and reaches(
        member, Scope.APPLICATIONS_SUPERVISE, application["department"]
    )
    return supervises and application["state"] in WORKED and not is_nudged(application)


def handles(member: Member, application: Application) -> bool:
    """Whether a nudge is the member's to answer: the holder's, or anybody's who may take steps with what is
    the department's."""
    return application.get("assigned") == member["_id"] or can_hold(member, application["department"])


def nudges_of(application: Application) -> list[Nudge]:
    """All of an application's, the first one first."""
    found: list[Nudge] = []
    for line in application.get("internal", []):
        if line["what"] == NUDGED:
            found.append(Nudge(line))
        elif line["what"] == NUDGE_ANSWERED and found:
            found[-1] = Nudge(found[-1].asked, line)
    return found
