"""Staff invite an applicant to book a visit for a case under way (article 12): to sign what is handed in
online, to have originals looked at, or to collect the result. The errands are closed: none asks for anything
beyond the guide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from models.applications.actions import State
from models.applications.case import Case, StaffCase
from models.applications.coming import visit_now, visits_of
from models.applications.document import Application
from models.applications.holding import HANDLES, can_hold
from models.applications.outcome import status_of
from models.applications.receiving import Visit
from models.applications.rules import ApplicationMovedOn, OtherDepartment
from models.applications.store import INVITED, UNINVITED, Applications
from models.errors import BadInput, Conflict, Refused
from models.events import Cause, Event
from models.staff import ScopeMissing, scopes_of
from models.store import Line, entry
from models.workdays import local_date


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
    message = "办件现在是“{status}”，不需要申请人到大厅{errand}"


class InvitedAlready(Conflict):
    code = "invited_already"
    message = "今天已邀请申请人预约办这一项，不必再次邀请"


class HasBooked(Conflict):
    code = "invited_has_booked"
    message = "申请人已预约到大厅，不必再次邀请"


class NotInvited(Conflict):
    code = "not_invited"
    message = "没有可以收回的这项邀请，请刷新后再看"


class Booked(Protocol):
    """Knows who has booked."""

    async def ahead_of(self, applicant: str, item: str, now: datetime) -> Sequence[Mapping[str, Any]]:
        """The visits of an applicant for an item that are booked and not over, the first one first."""


@dataclass(frozen=True)
class Inviting:
    """What is written here leaves an application's `version` as it is."""

    applications: Applications
    visits: Booked

    async def booked(self, case: Case, now: datetime) -> Sequence[Mapping[str, Any]]:
        """The applicant's visits for the item that are booked and not over, the first one first."""
        found = case.application
        return await self.visits.ahead_of(found["applicant"], found["item"], now)

    async def invite(self, case: StaffCase, errand: str, by: Cause) -> StaffCase:
        """Invite the applicant, who is told; again on a later day, as long as no visit is booked: who did not
        come can be invited once more. Of two who invite at one instant one does, and the other is told.

        Raises:
            Forbidden: `scope_missing` or `other_department`.
            ErrandUnknown, NothingToInviteFor, InvitedAlready, HasBooked
            ApplicationMovedOn: its state changed meanwhile.
        """
        asked = _asked(case, errand)
        if not _serves(case, asked):
            raise NothingToInviteFor(status=status_of(case.application), errand=ERRANDS[asked])
        if not _is_due(case, asked, by.at):
            raise InvitedAlready
        if invited_at(case, asked) and await self.booked(case, by.at):
            raise HasBooked
        return await self._set(case, INVITED, asked, by, by.at, InvitedAlready)

    async def withdraw(self, case: StaffCase, errand: str, by: Cause) -> StaffCase:
        """Take an invitation back, of which the applicant is told; a visit that they booked stays booked.

        Raises:
            Forbidden: `scope_missing` or `other_department`.
            ErrandUnknown, NotInvited
            ApplicationMovedOn: its state changed meanwhile.
        """
        asked = _asked(case, errand)
        if asked not in open_invitations(case):
            raise NotInvited
        return await self._set(case, UNINVITED, asked, by, None, NotInvited)

    async def _set(
        self,
        case: StaffCase,
        name: str,
        asked: Errand,
        by: Cause,
        at: datetime | None,
        otherwise: type[Conflict],
    ) -> StaffCase:
        """One write, where the invitation is as it was read."""
        event = Event(name, case.key, by, {"errand": asked.value, "item": case.application["item"]})
        expects = {f"invited.{asked}": invited_at(case, asked), "state": {"$in": list(STATES[asked])}}
        try:
            changed = await self.applications.aside(
                case.key,
                event,
                entry(event, ERRANDS[asked]),
                expects=expects,
                sets={f"invited.{asked}": at},
                otherwise=otherwise,
            )
        except otherwise:
            now = await self.applications.get(case.key)
            raise (otherwise() if now["state"] in STATES[asked] else ApplicationMovedOn()) from None
        return case.changed_to(changed)


def can_invite(case: StaffCase, now: datetime, *, booked: bool) -> list[Errand]:
    """For what the member may invite the applicant just now; `booked` says that a visit of theirs is."""
    if not may_invite(case):
        return []
    free = [errand for errand in Errand if not (booked and invited_at(case, errand))]
    return [errand for errand in free if _serves(case, errand) and _is_due(case, errand, now)]


def may_invite(case: StaffCase) -> bool:
    """Whether the member invites the applicants of its department."""
    return can_hold(case.member, case.application["department"])


def invited_at(case: Case, errand: Errand) -> datetime | None:
    """When the applicant was invited for it last, unless that was taken back."""
    return case.application.get("invited", {}).get(errand)


def open_invitations(case: Case) -> list[Errand]:
    """For what the applicant is invited and can still come."""
    return [errand for errand in Errand if invited_at(case, errand) and case.state in STATES[errand]]


def invitations_of(application: Application) -> list[Line]:
    """All of an application's, the first one first: who invited or took it back, when, and for what
    (`reason`)."""
    return [line for line in application.get("internal", []) if line["what"] in (INVITED, UNINVITED)]


def _asked(case: StaffCase, errand: str) -> Errand:
    """What a member who may invite asked for."""
    _check_handles(case)
    if errand not in set(Errand):
        raise ErrandUnknown
    return Errand(errand)


def _is_due(case: Case, errand: Errand, now: datetime) -> bool:
    """Nobody is invited for the same twice a day."""
    last = invited_at(case, errand)
    return last is None or local_date(last) < local_date(now)


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
    if may_invite(case):
        return
    raise OtherDepartment if HANDLES & scopes_of(case.member) else ScopeMissing
