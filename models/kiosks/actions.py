"""What can happen to a kiosk, told once: from which states into which, who may do it, and as which event."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.kiosks.document import LIVE, State
from models.staff import Scope


class Action(StrEnum):
    REQUEST = "request"
    REQUEST_AGAIN = "request_again"
    GIVE_PAPER = "give_paper"
    REVIEW = "review"
    DECLINE = "decline"
    PLACE = "place"
    ISSUE_CODE = "issue_code"
    ACTIVATE = "activate"
    REACTIVATE = "reactivate"
    OFFER_KEY = "offer_key"
    RENEW_KEY = "renew_key"
    REVOKE_KEY = "revoke_key"
    COMMAND = "command"
    ANSWER = "answer"
    PLAN_SUSPENSION = "plan_suspension"
    CALL_OFF_SUSPENSION = "call_off_suspension"
    POST_SUSPENSION = "post_suspension"
    SUSPEND = "suspend"
    RESUME = "resume"
    TAKE_AWAY = "take_away"
    BRING_BACK = "bring_back"
    REMOVE = "remove"
    REPORT_FAULT = "report_fault"
    REPAIR = "repair"
    ATTRIBUTE = "attribute"
    FIND = "find"
    PROLONG = "prolong"
    PROPOSE_RETIREMENT = "propose_retirement"
    WITHDRAW = "withdraw"
    DISMISS = "dismiss"
    AGREE = "agree"
    RETIRE = "retire"
    HAND_BACK = "hand_back"


@dataclass(frozen=True)
class Step:
    """`after` is None where the state stays. One of `scopes` lets a member take it; without any it is the
    device's or the system's."""

    before: frozenset[State]
    after: State | None
    event: str
    scopes: tuple[Scope, ...] = ()


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


DEPARTMENT, DIGITAL, HALL = Scope.KIOSKS_REQUEST, Scope.KIOSKS_APPROVE, Scope.KIOSKS_KEEP
ENTERING = _from(State.REQUESTED, State.REVIEWED)
PRESENT = _from(State.IN_SERVICE, State.UNDER_REPAIR)
"""It stands in its hall, and no suspension has begun."""

STEPS: Mapping[Action, Step] = {
    Action.REQUEST: Step(_from(), State.REQUESTED, "kiosk.requested", (DEPARTMENT,)),
    Action.REQUEST_AGAIN: Step(
        _from(State.DECLINED, State.REMOVED), State.REQUESTED, "kiosk.requested_again", (DEPARTMENT,)
    ),
    Action.GIVE_PAPER: Step(ENTERING | {State.PLACED} | LIVE, None, "kiosk.paper_given", (DEPARTMENT,)),
    Action.REVIEW: Step(_from(State.REQUESTED), State.REVIEWED, "kiosk.reviewed", (DIGITAL,)),
    Action.DECLINE: Step(ENTERING, State.DECLINED, "kiosk.declined", (DIGITAL,)),
    Action.PLACE: Step(_from(State.REVIEWED), State.PLACED, "kiosk.placed", (DIGITAL,)),
    Action.ISSUE_CODE: Step(LIVE | {State.PLACED}, None, "kiosk.code_issued", (DIGITAL,)),
    Action.ACTIVATE: Step(_from(State.PLACED), State.IN_SERVICE, "kiosk.activated"),
    Action.REACTIVATE: Step(LIVE, None, "kiosk.reactivated"),
    Action.OFFER_KEY: Step(LIVE, None, "kiosk.key_offered"),
    Action.RENEW_KEY: Step(LIVE, None, "kiosk.key_renewed"),
    Action.REVOKE_KEY: Step(LIVE, None, "kiosk.key_revoked", (DIGITAL,)),
    Action.COMMAND: Step(LIVE, None, "kiosk.commanded", (DIGITAL,)),
    Action.ANSWER: Step(LIVE, None, "kiosk.command_answered"),
    Action.PLAN_SUSPENSION: Step(_from(State.IN_SERVICE), None, "kiosk.suspension_planned", (DEPARTMENT,)),
    Action.CALL_OFF_SUSPENSION: Step(PRESENT, None, "kiosk.suspension_called_off", (DEPARTMENT,)),
    Action.POST_SUSPENSION: Step(LIVE, None, "kiosk.suspension_posted", (HALL,)),
    Action.SUSPEND: Step(PRESENT, State.SUSPENDED, "kiosk.suspended"),
    Action.RESUME: Step(_from(State.SUSPENDED), State.IN_SERVICE, "kiosk.resumed", (DEPARTMENT,)),
    Action.TAKE_AWAY: Step(_from(State.SUSPENDED), State.TAKEN_AWAY, "kiosk.taken_away", (HALL,)),
    Action.BRING_BACK: Step(_from(State.TAKEN_AWAY), State.IN_SERVICE, "kiosk.brought_back", (HALL,)),
    Action.REMOVE: Step(_from(State.SUSPENDED), State.REMOVED, "kiosk.removed", (HALL,)),
    Action.REPORT_FAULT: Step(
        _from(State.IN_SERVICE), State.UNDER_REPAIR, "kiosk.fault_reported", (HALL, DEPARTMENT)
    ),
    Action.REPAIR: Step(_from(State.UNDER_REPAIR), State.IN_SERVICE, "kiosk.repaired", (HALL, DEPARTMENT)),
    Action.ATTRIBUTE: Step(LIVE, None, "kiosk.outage_attributed", (DIGITAL,)),
    Action.FIND: Step(LIVE, None, "kiosk.found", (DEPARTMENT, DIGITAL)),
    Action.PROLONG: Step(LIVE | {State.PLACED}, None, "kiosk.prolonged", (DIGITAL,)),
    Action.PROPOSE_RETIREMENT: Step(LIVE, None, "kiosk.retirement_proposed"),
    Action.WITHDRAW: Step(LIVE, None, "kiosk.withdrawal_asked", (DEPARTMENT,)),
    Action.DISMISS: Step(LIVE, None, "kiosk.retirement_dismissed", (DIGITAL,)),
    Action.AGREE: Step(LIVE, None, "kiosk.retirement_agreed", (DIGITAL,)),
    Action.RETIRE: Step(LIVE, State.RETIRED, "kiosk.retired"),
    Action.HAND_BACK: Step(_from(State.RETIRED), State.HANDED_BACK, "kiosk.handed_back", (HALL,)),
}
