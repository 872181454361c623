"""What staff do with an application: the queue, acceptance, supplements, the decision."""

from collections.abc import Sequence

from pymongo import ASCENDING

from models.applications import rules
from models.applications.rules import Action, State
from models.applications.store import ApplicationStore
from models.errors import Refused
from models.events import Cause
from models.items import Guide
from models.staff import department_limit
from models.store import Document
from models.workdays import Workdays

OPEN = (State.SUBMITTED.value, State.SUPPLEMENT_REQUESTED.value, State.ACCEPTED.value)


class StaffSteps(ApplicationStore):
    """Every method checks the member's scope and department; `Forbidden` otherwise."""

    async def accept(
        self, key: str, member: Document, guide: Guide, calendar: Workdays, by: Cause
    ) -> Document:
        found = await self._for_member(key, member, "applications:accept")
        due = rules.decision_deadline(guide, by.at, calendar)
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
        found = await self._for_member(key, member, "applications:accept")
        rules.check_supplement(guide, found, member, materials, fields, reason)
        files = {m["code"]: m["file"] for m in found["materials"] if m["code"] in materials}
        asked = {
            "at": by.at,
            "by": by.actor,
            "materials": materials,
            "fields": fields,
            "reason": reason.strip(),
            "files": files,
            "answered_at": None,
        }
        return await self._move(
            found,
            Action.REQUEST_SUPPLEMENT,
            by,
            {"due_at": None},
            update={"$push": {"supplements": asked}},
            reason=reason,
        )

    async def not_accept(self, key: str, member: Document, reason: str, basis: str, by: Cause) -> Document:
        """不予受理, with reason, legal basis, and so the way to have it reconsidered."""
        found = await self._for_member(key, member, "applications:accept")
        rules.check_reason(reason, basis)
        refusal = {"reason": reason.strip(), "basis": basis.strip()}
        return await self._move(
            found, Action.NOT_ACCEPT, by, {"refusal": refusal, "due_at": None}, reason=reason
        )

    async def return_(self, key: str, member: Document, reason: str, by: Cause) -> Document:
        """退件"""
        found = await self._for_member(key, member, "applications:decide")
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
        found = await self._for_member(key, member, "applications:decide")
        rules.check_conclusion(guide, decision, reason, deliverable)
        if any(m["state"] == rules.TO_FOLLOW for m in found["materials"]) and decision == "approved":
            raise Refused("materials_to_follow", "尚有容后补交的材料，补齐后才能办结")
        result = {
            "decision": decision,
            "reason": reason.strip(),
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
        """Those without a deadline, then the earliest one first; `after` is the last `_id` seen."""
        query: Document = {"state": {"$in": [state for state in states if state not in rules.PRIVATE]}}
        if (department := department_limit(member)) is not None:
            query["department"] = department
        if text.strip():
            query["serial"] = text.strip().upper()
        if after:
            last = await self.get(after)
            query["$or"] = [
                {"due_at": {"$gt": last["due_at"]} if last["due_at"] else {"$ne": None}},
                {"due_at": last["due_at"], "_id": {"$gt": after}},
            ]
        order = [("due_at", ASCENDING), ("_id", ASCENDING)]
        found = self.documents.find(query, {"events": 0, "answers": 0}).sort(order).limit(limit)
        return [document async for document in found]

    async def for_member(self, key: str, member: Document) -> Document:
        """An application that a member may read.

        Raises:
            Forbidden: `scope_missing` or `other_department`.
        """
        return await self._for_member(key, member, "applications:read")

    async def _for_member(self, key: str, member: Document, scope: str) -> Document:
        found = await self.get(key)
        if found["state"] in rules.PRIVATE:
            raise self.missing
        rules.check_member(member, found, scope)
        return found
