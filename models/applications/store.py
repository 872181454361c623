"""Applications in MongoDB: one document each, one guarded write a step."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from pymongo import ASCENDING, DESCENDING, IndexModel

from models import typed
from models.applications import rules
from models.applications.actions import DONE, STEPS, Action, State, steps_from
from models.applications.identity import differing, locked_part, prefilled, with_known
from models.applications.receipt import Receipt, public_view, receipt_of
from models.errors import Conflict, NotFound
from models.events import Cause, Event
from models.guides import Guide, Question
from models.guides.form.answers import Answers, check_answers, is_sealed
from models.people.parties import Party
from models.privacy import Privacy
from models.store import Database, Document, PageUnknown, Store, entry, part, unique_text


class ApplicationMovedOn(Conflict):
    code = "application_moved_on"
    message = "该办件刚刚有变动，请刷新后再操作"


class ApplicationNotFound(NotFound):
    code = "application_not_found"
    message = "没有找到该办件"


KEPT_BACK = frozenset(
    {"draft", "version", "applicant", "agent", "account", "masked_name", "masked_number", "due_at"}
)
"""Ids and helps of our own, which tell the applicant nothing."""
LATEST_FIRST = [("changed_at", DESCENDING), ("_id", DESCENDING)]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ApplicationStore(Store):
    """`{_id, version, draft: "<applicant>:<guide>" while it is one, serial: None until then, applicant,
    agent, account, masked_name, masked_number, guide, item, item_name, department, department_name, handling,
    state, answers, materials, place, deadlines: {acceptance, decision}, due_at: of the clock that runs,
    supplements, refusal, result, channel, timeline, started_at, changed_at, submitted_at, received_at,
    accepted_at, concluded_at}`.

    `version` grows with every change; `answers` maps a question to its answer, or to `{sealed}`;
    `materials` are `{code, name, file, file_name, state}` (see MATERIAL_STATES); `place` is a `Place` with
    the address sealed; `supplements` are `{at, by, materials, fields, reason, files: those before, by
    material, answered_at}`; `refusal` is `{reason, basis}`; `result` is `{decision, reason, deliverable,
    file_name}`; files are ids of `Materials`, the deliverable too.
    """

    collection = "applications"
    missing = ApplicationNotFound
    tells = (
        *DONE,
        "application.saved",
        "application.material_changed",
    )
    indexes: ClassVar[Sequence[IndexModel]] = [
        unique_text("serial"),
        unique_text("draft"),
        IndexModel([("applicant", ASCENDING), ("changed_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel([("state", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]),
        IndexModel(
            [("department", ASCENDING), ("state", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]
        ),
        IndexModel([("state", ASCENDING), ("changed_at", DESCENDING), ("_id", DESCENDING)]),
        IndexModel(
            [("department", ASCENDING), ("state", ASCENDING), ("changed_at", DESCENDING), ("_id", DESCENDING)]
        ),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    async def change(
        self, key: str, *, expects: Document, update: Document | None = None, **what: Any
    ) -> Document:
        """Every change makes the next version; where one is expected, another one is `draft_changed`."""
        try:
            return await super().change(
                key, expects=expects, update={**(update or {}), "$inc": {"version": 1}}, **what
            )
        except Conflict:
            now = await self.get(key)
            if "version" in expects and now["state"] == expects["state"]:
                raise rules.DraftChanged(version=now["version"]) from None
            raise

    async def find(self, key: str, party: Party) -> Document:
        """An application of the party's own; somebody else's is not found, nor a deleted draft."""
        found = await self.get(key)
        if found["applicant"] != party.id or found["state"] == State.DISCARDED:
            raise self.missing
        return found

    async def of_applicant(self, applicant: str) -> list[Document]:
        """All of them whole, the latest changed first."""
        mine = {"applicant": applicant, "state": {"$ne": State.DISCARDED}}
        return [one async for one in self.documents.find(mine, {"events": 0}).sort(LATEST_FIRST)]

    async def export(self, applicant: str) -> list[Document]:
        """All of an applicant's own, in the clear."""
        return [
            part(one, KEPT_BACK) | {"answers": self.answers(one), "place": self.place(one)}
            for one in await self.of_applicant(applicant)
        ]

    async def unfinished(self, applicant: str, item: str) -> list[Document]:
        """Drafts of an item and those under way, without their answers."""
        states = [state for state in State if steps_from(state)]
        query = {"applicant": applicant, "item": item, "state": {"$in": states}}
        found = self.documents.find(query, {"events": 0, "answers": 0}).sort(LATEST_FIRST)
        return [document async for document in found]

    async def page_of(self, applicant: str, limit: int, after: str = "") -> tuple[list[Document], str | None]:
        """Without their answers, the latest changed first; and `after` for the next page, if there is one.

        Raises:
            BadInput: `page_unknown`.
        """
        query: Document = {"applicant": applicant, "state": {"$ne": State.DISCARDED}}
        if after:
            moment, key = _position(after)
            query["changed_at"] = {"$lte": moment}
            query["$or"] = [{"changed_at": {"$lt": moment}}, {"_id": {"$lt": key}}]
        cursor = self.documents.find(query, {"events": 0, "answers": 0}).sort(LATEST_FIRST)
        found = [document async for document in cursor.limit(limit + 1)]
        return found[:limit], _cursor(found[limit - 1]) if len(found) > limit else None

    async def files_held(self, keys: set[str]) -> set[str]:
        """Ids of the files that belong to any of these applications."""
        wanted = {"materials.file": 1, "supplements.files": 1, "result.deliverable": 1}
        query = {"_id": {"$in": sorted(keys)}, "state": {"$ne": State.DISCARDED}}
        found = self.documents.find(query, wanted)
        return {file async for document in found for file in rules.files_of(document)}

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

    def known(self, party: Party, guide: Guide) -> Answers:
        """What the binding answers, whatever anybody sends, by question."""
        return locked_part(guide.form, prefilled(self.privacy, party, guide.form))

    def present_answers(self, document: Document, party: Party, guide: Guide) -> Answers:
        """What is handed in, or of a draft, what would be handed in now."""
        answers = self.answers(document)
        if document["state"] != State.DRAFT:
            return answers
        return with_known(guide.form, answers, self.known(party, guide))

    def check_complete(self, document: Document, party: Party, guide: Guide, today: date) -> None:
        """
        Raises:
            InvalidForm: a draft still lacks answers, or they are wrong.
        """
        answers, known = self.answers(document), self.known(party, guide)
        check_answers(guide.form, answers, known, complete=True, today=today)

    def unlike_binding(self, document: Document, party: Party, guide: Guide) -> list[Question]:
        """The questions of one's own identity whose answer is not what the binding says now."""
        return differing(guide.form, self.answers(document), self.known(party, guide))

    def receipt(self, document: Document, base_url: str) -> Receipt:
        return receipt_of(document, self.place_text(document), base_url)

    def place(self, document: Document) -> Document | None:
        """How the result is received, with the address opened; None for a draft."""
        place: Document | None = document["place"]
        if not place or not place["address"]:
            return place
        address = self.privacy.open(place["address"], f"application:{document['_id']}:address")
        return place | {"address": address}

    def place_text(self, document: Document) -> str:
        """Where it is handled, or the postal address."""
        place = self.place(document) or {}
        if place["how"] == "courier":
            return f"快递到付：{place['address']}"
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
        event = Event(STEPS[action].event, found["_id"], by, {"state": after.value})
        reason = typed.words(reason)
        line = entry(event, **({"reason": reason} if reason else {}))
        update = update or {}
        pushes = {**update.get("$push", {}), "timeline": line}
        return await self.change(
            found["_id"],
            expects={"state": state.value, **(expects or {})},
            sets={"state": after.value, "changed_at": by.at, **sets},
            update={**update, "$push": pushes},
            event=event,
            otherwise=ApplicationMovedOn,
        )

    def _sealed(self, key: str, guide: Guide, answers: Answers) -> Document:
        secret = {question.name for question in guide.form.questions() if is_sealed(question)}
        return {
            name: {"sealed": self.privacy.seal(json.dumps(value), f"application:{key}:{name}")}
            if name in secret
            else value
            for name, value in answers.items()
        }


def _cursor(document: Document) -> str:
    """Where a page ends: `changed_at` in milliseconds, as MongoDB keeps it, and the id."""
    return f"{(document['changed_at'] - EPOCH) // timedelta(milliseconds=1)}-{document['_id']}"


def _position(cursor: str) -> tuple[datetime, str]:
    parts = re.fullmatch(r"(\d{1,13})-([0-9a-f]{32})", cursor, re.ASCII)
    if not parts:
        raise PageUnknown
    return EPOCH + timedelta(milliseconds=int(parts[1])), parts[2]
