"""Applications in MongoDB: one document each, one guarded write a step."""

import json
from collections.abc import Sequence
from typing import ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel

from models.applications import rules
from models.applications.answers import Answers, is_sealed
from models.applications.receipt import Receipt, public_view, receipt_of
from models.applications.rules import Action, State
from models.errors import Conflict, NotFound
from models.events import Cause, Event
from models.items import Guide
from models.parties import Party
from models.privacy import Privacy
from models.store import Database, Document, Store, entry, unique_text


class ApplicationStore(Store):
    """`docs/architecture.md`, Documents, says what one holds."""

    collection = "applications"
    missing = NotFound("application_not_found", "没有找到该办件")
    indexes: ClassVar[Sequence[IndexModel]] = [
        unique_text("serial"),
        unique_text("draft"),
        IndexModel([("applicant", ASCENDING), ("changed_at", DESCENDING)]),
        IndexModel([("state", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]),
        IndexModel(
            [("department", ASCENDING), ("state", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]
        ),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    async def find(self, key: str, party: Party) -> Document:
        """An application of the party's own; somebody else's is not found, nor a deleted draft."""
        found = await self.get(key)
        if found["applicant"] != party.id or found["state"] == State.DISCARDED:
            raise self.missing
        return found

    async def of_applicant(self, applicant: str, limit: int = 100) -> list[Document]:
        """The latest changed first; a `limit` of 0 is none."""
        mine = {"applicant": applicant, "state": {"$ne": State.DISCARDED}}
        found = self.documents.find(mine, {"events": 0}).sort("changed_at", DESCENDING)
        return [document async for document in found.limit(limit)]

    async def by_serial(self, serial: str) -> Document:
        found: Document | None = await self.documents.find_one({"serial": serial})
        if found is None:
            raise self.missing
        return found

    def answers(self, document: Document) -> Answers:
        """The answers, opened."""
        return {
            name: json.loads(self.privacy.open(value["sealed"], f"application:{document['_id']}:{name}"))
            if isinstance(value, dict)
            else value
            for name, value in document["answers"].items()
        }

    def receipt(self, document: Document, base_url: str) -> Receipt:
        return receipt_of(document, self.place_text(document), base_url)

    def place_text(self, document: Document) -> str:
        """Where it is handled, or the postal address."""
        place = document["place"]
        if place["how"] == "courier":
            address = self.privacy.open(place["address"], f"application:{document['_id']}:address")
            return f"快递到付：{address}"
        return place["hall_name"] or "网上办理，无需到场"

    public_view = staticmethod(public_view)

    async def _move(
        self,
        found: Document,
        action: Action,
        by: Cause,
        sets: Document,
        *,
        update: Document | None = None,
        expects: Document | None = None,
        reason: str = "",
    ) -> Document:
        """Take one step of the state machine, in one write."""
        state = State(found["state"])
        after = rules.next_state(state, action)
        event = Event(rules.EVENTS[action], found["_id"], by, {"state": after.value})
        line = entry(event, **({"reason": reason.strip()} if reason.strip() else {}))
        update = update or {}
        pushes = {**update.get("$push", {}), "timeline": line}
        return await self.change(
            found["_id"],
            expects={"state": state.value, **(expects or {})},
            sets={"state": after.value, "changed_at": by.at, **sets},
            update={**update, "$push": pushes},
            event=event,
            otherwise=Conflict("application_moved_on", "该办件刚刚有变动，请刷新后再操作"),
        )

    async def _step(
        self, key: str, states: Sequence[State], name: str, by: Cause, sets: Document
    ) -> Document:
        """A change that leaves the state as it is."""
        return await self.change(
            key,
            expects={"state": {"$in": [state.value for state in states]}},
            sets={"changed_at": by.at, **sets},
            event=Event(name, key, by),
            otherwise=Conflict("application_moved_on", "该办件刚刚有变动，请刷新后再操作"),
        )

    def _answered(self, key: str, guide: Guide, answers: Answers) -> Document:
        return {"answers": self._sealed(key, guide, answers)}

    def _sealed(self, key: str, guide: Guide, answers: Answers) -> Document:
        secret = {question.name for question in guide.form.questions() if is_sealed(question)}
        return {
            name: {"sealed": self.privacy.seal(json.dumps(value), f"application:{key}:{name}")}
            if name in secret
            else value
            for name, value in answers.items()
        }
