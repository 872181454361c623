"""Staff invite an applicant to book a visit for a case under way (article 12): to sign what is handed in
online, to have originals looked at, or to collect the result. The errands are closed: none asks for anything
beyond the guide."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.applications.actions import State
from models.applications.case import Case, StaffCase
from models.applications.coming import visit_now, visits_of
from models.applications.document import Application
from models.applications.holding import HANDLES, can_hold
from models.applications.receiving import Visit
from models.applications.rules import ApplicationMovedOn, OtherDepartment
from models.applications.store import INVITED, Applications
from models.errors import BadInput, Conflict, Refused
from models.events import Cause, Event
from models.staff import ScopeMissing, scopes_of
from models.store import Line, entry


class Errand(StrEnum):
    """What the applicant is invited for."""

    SIGN = "sign"
    ORIGINAL = "original"
    COLLECT = "collect"


ERRANDS: Mapping[Errand, str] = {
    Errand.SIGN: "现场补签名盖章",
    Errand.ORIGINAL: "核对原件",
    Errand.COLLECT: "领取结果",
}
UNDER_WAY = (State.ACCEPTED, State.PAUSED)
STATES: Mapping[Errand, tuple[State, ...]] = {
    Errand.SIGN: UNDER_WAY,
    Errand.ORIGINAL: UNDER_WAY,
    Errand.COLLECT: (State.CONCLUDED,),
}
"""The states in which one is invited for an errand; in any other the invitation is over."""
SIGNS = frozenset({Visit.SIGN, Visit.SIGN_AND_COLLECT})
COLLECTS = frozenset({Visit.COLLECT, Visit.SIGN_AND_COLLECT})


class ErrandUnknown(BadInput):
    code = "errand_unknown"
    message = "请选择邀请申请人到大厅办什么"
    field = "errand"


class NothingToInviteFor(Refused):
    code = "nothing_to_invite_for"
    message = "办件现在不需要申请人到大厅办这一项"


class InvitedAlready(Conflict):
    code = "invited_already"
    message = "已邀请申请人预约办这一项，不必再次邀请"


@dataclass(frozen=True)
class Inviting:
    """What is written here leaves an application's `version` as it is."""

    applications: Applications

    async def invite(self, case: StaffCase, errand: str, by: Cause) -> StaffCase:
        """Invite the applicant, who is told. Of two who invite at one instant one does, and the other is
        told.

        Raises:
            Forbidden: `scope_missing` or `other_department`.
            ErrandUnknown, NothingToInviteFor, InvitedAlready
            ApplicationMovedOn: its state changed meanwhile.
        """
        _check_handles(case)
        if errand not in set(Errand):
            raise ErrandUnknown
        asked = Errand(errand)
        if not _serves(case, asked):
            raise NothingToInviteFor
        event = Event(INVITED, case.key, by, {"errand": asked.value, "item": case.application["item"]})
        try:
            invited = await self.applications.aside(
                case.key,
                event,
                entry(event, ERRANDS[asked]),
                expects={f"invited.{asked}": {"$exists": False}, "state": {"$in": list(STATES[asked])}},
                sets={f"invited.{asked}": by.at},
                otherwise=InvitedAlready,
            )
        except InvitedAlready:
            now = await self.applications.get(case.key)
            raise (InvitedAlready() if asked in now.get("invited", {}) else ApplicationMovedOn()) from None
        return case.changed_to(invited)


def can_invite(case: StaffCase) -> list[Errand]:
    """For what the member may invite the applicant just now."""
    if not can_hold(case.member, case.application["department"]):
        return []
    invited = case.application.get("invited", {})
    return [errand for errand in Errand if errand not in invited and _serves(case, errand)]


def open_invitations(case: Case) -> list[Errand]:
    """For what the applicant is invited and can still come."""
    invited = case.application.get("invited", {})
    return [errand for errand in Errand if errand in invited and case.state in STATES[errand]]


def invitations_of(application: Application) -> list[Line]:
    """All of an application's, the first one first: who invited, when, and for what (`reason`)."""
    return [line for line in application.get("internal", []) if line["what"] == INVITED]


def _serves(case: Case, errand: Errand) -> bool:
    """Whether the guide has the errand, and the state allows it."""
    if case.state not in STATES[errand]:
        return False
    if errand is Errand.SIGN:
        return bool(SIGNS & set(visits_of(case)))
    if errand is Errand.ORIGINAL:
        return any(material.uploads for material in case.guide.online_materials())
    return visit_now(case) in COLLECTS


def _check_handles(case: StaffCase) -> None:
    if can_hold(case.member, case.application["department"]):
        return
    raise OtherDepartment if HANDLES & scopes_of(case.member) else ScopeMissing
