"""Whose an application is to handle, and what staff note of it: the applicant sees neither."""

from collections.abc import Mapping
from dataclasses import dataclass

from models import typed
from models.applications import rules
from models.applications.actions import OPEN
from models.applications.case import StaffCase
from models.applications.document import Application
from models.applications.rules import ApplicationMovedOn
from models.applications.store import ASSIGNED, INVITED, NOTED, UNINVITED, Applications
from models.errors import Conflict, Forbidden, Refused
from models.events import Cause, Event
from models.staff import Member, Scope, ScopeMissing, Staff, is_let_in, reaches
from models.store import entry

INTERNAL: Mapping[str, str] = {ASSIGNED: "确定承办人", INVITED: "邀请申请人预约到大厅", UNINVITED: "收回邀请"}
"""Event → the word for it in the trail of staff; notes and nudges stand by themselves."""
HANDLES = frozenset({Scope.APPLICATIONS_ACCEPT, Scope.APPLICATIONS_DECIDE})


class HeldAlready(Conflict):
    """Another member was first; `name` is what the member is called."""

    code = "held_already"
    message = "该办件现由{name}承办，请刷新后再操作"


class HolderChanged(Conflict):
    code = "holder_changed"
    message = "该办件现在无人承办，请刷新后再操作"


class NotHolder(Forbidden):
    code = "not_holder"
    message = "只有承办人可以转交该办件"


class CannotHold(Refused):
    code = "cannot_hold"
    message = "该人员不能办理本部门的办件，请另选承办人"


class NoteEmpty(Refused):
    code = "note_empty"
    message = "请填写备注内容"


@dataclass(frozen=True)
class Holding:
    """What is written here leaves an application's `version` as it is: no form of the applicant's is late
    because of it."""

    applications: Applications
    staff: Staff

    async def take(self, case: StaffCase, by: Cause) -> StaffCase:
        """The member takes what is nobody's.

        Raises:
            Forbidden: `scope_missing`, the member may not handle it.
            HeldAlready: another was first.
            ApplicationMovedOn: it is over.
        """
        if not can_hold(case.member, case.application["department"]):
            raise ScopeMissing
        return await self._give(case, "", case.member["_id"], "", by)

    async def hand_over(self, case: StaffCase, to: str, words: str, by: Cause) -> StaffCase:
        """The member whose it is gives it to another, and says why.

        Raises:
            NotHolder
            ReasonRequired, CannotHold, HeldAlready, HolderChanged, ApplicationMovedOn
        """
        if case.application.get("assigned") != case.member["_id"]:
            raise NotHolder
        rules.check_reason(words)
        if not to:
            raise CannotHold
        return await self._give(case, case.member["_id"], to, words, by)

    async def assign(self, case: StaffCase, before: str, to: str, words: str, by: Cause) -> StaffCase:
        """Who supervises gives it to a member, or with `to` "" to nobody; `before` is whose it was as seen.

        Raises:
            Forbidden: `scope_missing` or `other_department`.
            CannotHold, HeldAlready, HolderChanged, ApplicationMovedOn
        """
        rules.check_member(case.member, case.application, Scope.APPLICATIONS_SUPERVISE)
        return await self._give(case, before, to, words, by)

    async def note(self, case: StaffCase, words: str, by: Cause) -> StaffCase:
        """Keep what members tell each other of it.

        Raises:
            NoteEmpty
        """
        if not (words := typed.words(words)):
            raise NoteEmpty
        event = Event(NOTED, case.key, by)
        line = entry(event, words)
        return case.changed_to(
            await self.applications.aside(case.key, event, line, otherwise=ApplicationMovedOn)
        )

    async def able(self, department: str) -> list[Member]:
        """The members who may handle what is a department's, by their names."""
        present = await self.staff.present()
        return sorted((one for one in present if can_hold(one, department)), key=lambda one: one["name"])

    async def _give(self, case: StaffCase, before: str, to: str, words: str, by: Cause) -> StaffCase:
        if to:
            member = await self.staff.find(to)
            if not member or not is_let_in(member) or not can_hold(member, case.application["department"]):
                raise CannotHold
        event = Event(ASSIGNED, case.key, by, {"from": before, "to": to})
        line = {**entry(event, typed.words(words)), "to": to}
        try:
            given = await self.applications.aside(
                case.key,
                event,
                line,
                expects={"assigned": before, "state": {"$in": list(OPEN)}},
                sets={"assigned": to},
                otherwise=ApplicationMovedOn,
            )
        except ApplicationMovedOn:
            raise await self._why(await self.applications.get(case.key), before) from None
        return case.changed_to(given)

    async def _why(self, now: Application, before: str) -> Conflict:
        """Why it could not be given away."""
        holder = now.get("assigned", "")
        if now["state"] not in OPEN:
            return rules.moved_on(now["state"])
        if holder == before:
            return ApplicationMovedOn()
        if not holder:
            return HolderChanged()
        return HeldAlready(name=(await self.staff.names([holder])).get(holder, holder))


def can_hold(member: Member, department: str) -> bool:
    """Whether a member may take steps with what is a department's."""
    return any(reaches(member, scope, department) for scope in HANDLES)
