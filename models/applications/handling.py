"""What staff do with an application: the queue, acceptance, supplements, the decision."""

from collections.abc import AsyncIterator, Sequence

from pymongo import ASCENDING, DESCENDING

from models import typed
from models.applications import clocks, rules
from models.applications.actions import OPEN, PRIVATE, Action, State
from models.applications.serials import sought_serial
from models.applications.store import ApplicationStore
from models.errors import Refused
from models.events import Cause
from models.guides import Guide
from models.staff.scopes import Scope, department_limit
from models.store import Document
from models.workdays import Workdays


class MaterialsToFollow(Refused):
    code = "materials_to_follow"
    message = "尚有容后补交的材料，补齐后才能办结"


CLOCKED = frozenset({State.SUBMITTED.value, State.ACCEPTED.value})
"""States in which a deadline runs."""


class StaffSteps(ApplicationStore):
    """Every method checks the member's scope and department; `Forbidden` otherwise."""

    async def accept(
        self, key: str, member: Document, guide: Guide, calendar: Workdays, by: Cause
    ) -> Document:
        """受理; the limit for the decision begins.

        Raises:
            Conflict: `already_submitted` or `application_moved_on`, here and below.
        """
        found = await self._for_action(key, member, Action.ACCEPT)
        due = clocks.decision_deadline(guide, by.at, calendar)
        sets = {"accepted_at": by.at, "deadlines.decision": due, "due_at": due}
        return await self._move(found, Action.ACCEPT, by, sets)

    async def request_supplement(
        self,
        key: str,
        member: Document,
        guide: Guide,
        materials: list[str],
        fields: list[str],
        reason: str,
        by: Cause,
    ) -> Document:
        """Ask once, for everything, within the guide; see `rules.check_supplement`."""
        found = await self._for_action(key, member, Action.REQUEST_SUPPLEMENT)
        rules.check_supplement(guide, materials, fields, reason)
        files = {m["code"]: m["file"] for m in found["materials"] if m["code"] in materials}
        asked = {
            "at": by.at,
            "by": by.actor,
            "materials": materials,
            "fields": fields,
            "reason": typed.words(reason),
            "files": files,
            "answered_at": None,
        }
        return await self._move(
            found,
            Action.REQUEST_SUPPLEMENT,
            by,
            {"due_at": None},
            update={"$push": {"supplements": asked}},
            expects=_unchanged(files),
            reason=reason,
        )

    async def not_accept(self, key: str, member: Document, reason: str, basis: str, by: Cause) -> Document:
        """不予受理, with reason, legal basis, and so the way to have it reconsidered."""
        found = await self._for_action(key, member, Action.NOT_ACCEPT)
        rules.check_reason(reason, basis)
        refusal = {"reason": typed.words(reason), "basis": typed.words(basis)}
        return await self._move(
            found, Action.NOT_ACCEPT, by, {"refusal": refusal, "due_at": None}, reason=reason
        )

    async def return_(self, key: str, member: Document, reason: str, by: Cause) -> Document:
        """退件"""
        found = await self._for_action(key, member, Action.RETURN)
        rules.check_reason(reason)
        return await self._move(found, Action.RETURN, by, {"due_at": None}, reason=reason)

    async def conclude(
        self,
        key: str,
        member: Document,
        guide: Guide,
        decision: str,
        reason: str,
        deliverable: Document | None,
        by: Cause,
    ) -> Document:
        """办结: `decision` is approved or denied; see `rules.check_conclusion`."""
        found = await self._for_action(key, member, Action.CONCLUDE)
        rules.check_conclusion(guide, decision, reason, deliverable)
        if any(m["state"] == rules.TO_FOLLOW for m in found["materials"]) and decision == "approved":
            raise MaterialsToFollow
        result = {
            "decision": decision,
            "reason": typed.words(reason),
            "deliverable": deliverable["_id"] if deliverable else None,
            "file_name": deliverable["name"] if deliverable else None,
        }
        return await self._move(
            found,
            Action.CONCLUDE,
            by,
            {"result": result, "concluded_at": by.at, "due_at": None},
            reason=reason,
        )

    async def queue(
        self,
        member: Document,
        states: Sequence[str] = OPEN,
        limit: int = 50,
        after: str | None = None,
        text: str = "",
    ) -> list[Document]:
        """A page of `listed`; `after` is the last `_id` seen, `text` a serial number."""
        return [document async for document in self.listed(member, states, limit, after, text)]

    async def listed(
        self,
        member: Document,
        states: Sequence[str],
        limit: int,
        after: str | None = None,
        text: str = "",
    ) -> AsyncIterator[Document]:
        """Where a clock runs the earliest deadline comes first, elsewhere the latest change."""
        query, order = await self.selection(member, states, after)
        if text:
            query["serial"] = sought_serial(text)
        found = self.documents.find(query, {"events": 0, "answers": 0}).sort(order).limit(limit)
        async for document in found:
            yield document

    async def selection(
        self, member: Document, states: Sequence[str], after: str | None = None
    ) -> tuple[Document, list[tuple[str, int]]]:
        """What a member sees in these states behind `after`, and its order."""
        query: Document = {"state": {"$in": [state for state in states if state not in PRIVATE]}}
        if (department := department_limit(member, Scope.APPLICATIONS_READ)) is not None:
            query["department"] = department
        last = await self.get(after) if after else None
        if CLOCKED.isdisjoint(states):
            if last:
                query |= _after(last, "changed_at", "$lt")
            return query, [("changed_at", DESCENDING), ("_id", DESCENDING)]
        if last:
            query |= _after(last, "due_at", "$gt")
        return query, [("due_at", ASCENDING), ("_id", ASCENDING)]

    async def for_member(self, key: str, member: Document) -> Document:
        """An application that a member may read.

        Raises:
            Forbidden: `scope_missing` or `other_department`.
        """
        found = await self._handed_in(key)
        rules.check_member(member, found, Scope.APPLICATIONS_READ)
        return found

    async def _for_action(self, key: str, member: Document, action: Action) -> Document:
        found = await self._handed_in(key)
        rules.check_action(member, found, action)
        return found

    async def _handed_in(self, key: str) -> Document:
        found = await self.get(key)
        if found["state"] in PRIVATE:
            raise self.missing
        return found


def _after(last: Document, field: str, beyond: str) -> Document:
    """Behind `last` in the order of `field`; those that lack it come first."""
    value = last[field]
    further: Document = {field: {beyond: value} if value else {"$ne": None}}
    bound: Document = {field: {f"{beyond}e": value}} if value else {}
    return {**bound, "$or": [further, {field: value, "_id": {beyond: last["_id"]}}]}


def _unchanged(files: Document) -> Document:
    """The materials with these codes still have these files; what happens to others does not matter."""
    each = [{"$elemMatch": {"code": code, "file": file}} for code, file in files.items()]
    return {"materials": {"$all": each}} if each else {}
