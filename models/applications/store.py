"""Applications in MongoDB: one document each, one guarded write a step."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.applications import rules
from models.applications.answers import Answers, check_answers, is_sealed
from models.applications.receipt import Place, Receipt, public_view, receipt_of
from models.applications.rules import Action, State
from models.applications.serials import new_serial
from models.credentials import ApplicantKind
from models.errors import Conflict, NotFound, Refused
from models.events import Cause, Event
from models.items import Guide, Handling, Material
from models.parties import Party
from models.privacy import Privacy
from models.staff import department_limit
from models.store import Database, Document, Store, entry
from models.workdays import Workdays, local_date

SERIAL_TRIES = 5
OPEN = (State.SUBMITTED.value, State.SUPPLEMENT_REQUESTED.value, State.ACCEPTED.value)


class Applications(Store):
    """`docs/architecture.md`, Documents, says what one holds."""

    collection = "applications"
    missing = NotFound("application_not_found", "没有找到该办件")
    indexes: ClassVar[Sequence[IndexModel]] = [
        IndexModel("serial", unique=True, partialFilterExpression={"serial": {"$type": "string"}}),
        IndexModel("draft", unique=True, partialFilterExpression={"draft": {"$type": "string"}}),
        IndexModel([("applicant", ASCENDING), ("changed_at", DESCENDING)]),
        IndexModel([("state", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]),
        IndexModel(
            [("department", ASCENDING), ("state", ASCENDING), ("due_at", ASCENDING), ("_id", ASCENDING)]
        ),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    # what the applicant does

    async def start(self, party: Party, guide: Guide, department: Document, by: Cause) -> Document:
        """Begin a draft, or go on with the one there is of the same version of the guide.

        Raises:
            Refused: `not_for_applicant`, the item is not for such applicants.
        """
        if ApplicantKind(party.applicant["kind"]) not in guide.audience:
            raise Refused("not_for_applicant", "该事项不面向此类服务对象，请核对办事指南")
        claim = f"{party.id}:{guide.key}"
        if found := await self.documents.find_one({"draft": claim}):
            return dict(found)
        document = _draft(party, guide, department, claim, by)
        document["answers"] = self._sealed(document["_id"], guide, self._prefilled(party, guide))
        event = Event("application.started", document["_id"], by)
        document["timeline"] = [entry(event)]
        try:
            return await self.add(document, event)
        except DuplicateKeyError:
            return dict(await self.documents.find_one({"draft": claim}))

    async def find(self, key: str, party: Party) -> Document:
        """An application of the party's own; somebody else's is not found."""
        found = await self.get(key)
        if found["applicant"] != party.id:
            raise self.missing
        return found

    async def of_applicant(self, applicant: str, limit: int = 100) -> list[Document]:
        """The latest changed first."""
        found = self.documents.find({"applicant": applicant}, {"events": 0}).sort("changed_at", DESCENDING)
        return [document async for document in found.limit(limit)]

    async def by_serial(self, serial: str) -> Document:
        found: Document | None = await self.documents.find_one({"serial": serial})
        if found is None:
            raise self.missing
        return found

    def answers(self, document: Document) -> Answers:
        """The answers, opened."""
        return {
            name: self.privacy.open(value["sealed"], f"application:{document['_id']}:{name}")
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

    async def save(
        self, key: str, party: Party, guide: Guide, given: Mapping[str, Any], by: Cause
    ) -> Document:
        """Keep a draft's answers as far as they go."""
        await self._own_draft(key, party)
        answers = check_answers(guide.form, given, complete=False)
        return await self._step(
            key, [State.DRAFT], "application.saved", by, self._answered(key, guide, answers)
        )

    async def attach(
        self, key: str, party: Party, guide: Guide, code: str, material: Document, by: Cause
    ) -> Document:
        """Hand in a file for a material of the guide.

        Raises:
            Refused: `beyond_guide`, `material_not_asked`, `material_not_yours`.
        """
        found = await self.find(key, party)
        if code not in {m.code for m in guide.online_materials() if m.uploads}:
            raise Refused("beyond_guide", "该事项的办事指南不需要这项材料")
        if material["applicant"] != party.id or material["application"] != key:
            raise Refused("material_not_yours", "该文件不属于本次申请")
        _check_open_for(found, code)
        return await self._put_file(found, code, by, file=material["_id"], name=material["name"])

    async def detach(self, key: str, party: Party, code: str, by: Cause) -> Document:
        """Take a file back, as long as it was not handed in for good."""
        found = await self.find(key, party)
        _check_open_for(found, code)
        return await self._put_file(found, code, by, file=None, name=None)

    async def submit(
        self, key: str, party: Party, guide: Guide, calendar: Workdays, by: Cause, place: Place
    ) -> Document:
        """Hand it in; from now on it has a serial number and a receipt.

        Raises:
            InvalidForm: answers are missing or wrong.
            Refused: `materials_missing`.
            Conflict: `already_submitted` or `application_moved_on`.
        """
        found = await self.find(key, party)
        rules.next_state(State(found["state"]), Action.SUBMIT)
        answers = check_answers(guide.form, self.answers(found), complete=True)
        _check_materials(guide, found)
        due = rules.acceptance_deadline(guide, by.at, calendar)
        sets = {
            **self._answered(key, guide, answers),
            "place": self._sealed_place(key, place),
            "materials": [{**m, "state": _material_state(guide, m)} for m in found["materials"]],
            "submitted_at": by.at,
            "received_at": by.at,
            "deadlines": {"acceptance": due, "decision": None},
            "due_at": due,
            "channel": by.channel.value,
        }
        for _ in range(SERIAL_TRIES):
            try:
                return await self._move(
                    found,
                    Action.SUBMIT,
                    by,
                    {**sets, "serial": new_serial(local_date(by.at))},
                    update={"$unset": {"draft": ""}},
                    expects={"materials": found["materials"], "answers": found["answers"]},
                )
            except DuplicateKeyError:
                continue
        raise Conflict("serial_taken", "系统繁忙，请稍后再试")

    async def supplement(
        self, key: str, party: Party, guide: Guide, given: Mapping[str, Any], calendar: Workdays, by: Cause
    ) -> Document:
        """Answer all that was asked for; the limit for acceptance begins anew.

        Raises:
            InvalidForm, Refused (`materials_missing`), Conflict.
        """
        found = await self.find(key, party)
        rules.next_state(State(found["state"]), Action.SUPPLEMENT)
        asked = found["supplements"][-1]
        before = self.answers(found)
        new = {name: given.get(name) for name in asked["fields"]}
        answers = check_answers(guide.form, {**before, **new}, complete=True)
        files = {m["code"]: m["file"] for m in found["materials"]}
        if any(files.get(code) in (None, asked["files"].get(code)) for code in asked["materials"]):
            raise Refused("materials_missing", "请先补齐所要求的全部材料")
        due = rules.acceptance_deadline(guide, by.at, calendar)
        last = len(found["supplements"]) - 1
        return await self._move(
            found,
            Action.SUPPLEMENT,
            by,
            {
                **self._answered(key, guide, answers),
                f"supplements.{last}.answered_at": by.at,
                "received_at": by.at,
                "deadlines.acceptance": due,
                "due_at": due,
            },
            expects={"materials": found["materials"]},
        )

    async def withdraw(self, key: str, party: Party, by: Cause) -> Document:
        """The applicant may take it back until it is decided.

        Raises:
            Conflict: `application_moved_on`.
        """
        return await self._move(await self.find(key, party), Action.WITHDRAW, by, {"due_at": None})

    # what staff do

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
        if any(m["state"] == "to_follow" for m in found["materials"]) and decision == "approved":
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
        """What a member has to see, the earliest deadline first; `after` is the last `_id` seen."""
        query: Document = {"state": {"$in": [state for state in states if state != State.DRAFT]}}
        if (department := department_limit(member)) is not None:
            query["department"] = department
        if text.strip():
            query["serial"] = text.strip().upper()
        if after:
            last = await self.get(after)
            query["$or"] = [
                {"due_at": {"$gt": last["due_at"]}},
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

    # how

    async def _for_member(self, key: str, member: Document, scope: str) -> Document:
        found = await self.get(key)
        if found["state"] == State.DRAFT:
            raise self.missing
        rules.check_member(member, found, scope)
        return found

    async def _own_draft(self, key: str, party: Party) -> Document:
        found = await self.find(key, party)
        if found["state"] != State.DRAFT:
            raise rules.moved_on(State(found["state"]))
        return found

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

    async def _put_file(
        self, found: Document, code: str, by: Cause, *, file: str | None, name: str | None
    ) -> Document:
        materials = [
            {**m, "file": file, "file_name": name, "state": "submitted" if file else "missing"}
            if m["code"] == code
            else m
            for m in found["materials"]
        ]
        return await self.change(
            found["_id"],
            expects={"state": found["state"], "materials": found["materials"]},
            sets={"materials": materials, "changed_at": by.at},
            event=Event("application.material_changed", found["_id"], by, {"code": code}),
            otherwise=Conflict("application_moved_on", "该办件刚刚有变动，请刷新后再操作"),
        )

    def _prefilled(self, party: Party, guide: Guide) -> Answers:
        """What the bound identity already says."""
        who = party.applicant
        opened = {"name": "name", "credential_number": "number", "phone": "phone"}
        answers: Answers = {}
        for question in guide.form.questions():
            field = opened.get(question.prefill or "")
            source = party.agent if field == "phone" else who
            if field and source.get(field):
                answers[question.name] = self.privacy.open(
                    source[field], f"applicant:{source['_id']}:{field}"
                )
        return answers

    def _answered(self, key: str, guide: Guide, answers: Answers) -> Document:
        return {"answers": self._sealed(key, guide, answers)}

    def _sealed(self, key: str, guide: Guide, answers: Answers) -> Document:
        secret = {question.name for question in guide.form.questions() if is_sealed(question)}
        return {
            name: {"sealed": self.privacy.seal(_one_text(value), f"application:{key}:{name}")}
            if name in secret
            else value
            for name, value in answers.items()
        }

    def _sealed_place(self, key: str, place: Place) -> Document:
        document = asdict(place)
        if place.address:
            document["address"] = self.privacy.seal(place.address, f"application:{key}:address")
        return document


def _one_text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def _draft(party: Party, guide: Guide, department: Document, claim: str, by: Cause) -> Document:
    return {
        "_id": uuid4().hex,
        "draft": claim,
        "serial": None,
        "applicant": party.id,
        "applicant_kind": party.applicant["kind"],
        "agent": str(party.agent["_id"]),
        "account": party.account,
        "masked_name": party.applicant["masked_name"],
        "masked_number": party.applicant["credential"]["masked"],
        "guide": guide.key,
        "item": guide.item,
        "item_name": guide.name,
        "department": guide.department,
        "department_name": department["name"],
        "handling": guide.handling.value,
        "state": State.DRAFT.value,
        "materials": [_no_file(material) for material in guide.online_materials()],
        "place": None,
        "started_at": by.at,
        "changed_at": by.at,
        "submitted_at": None,
        "deadlines": {"acceptance": None, "decision": None},
        "due_at": None,
        "supplements": [],
        "result": None,
    }


def _no_file(material: Material) -> Document:
    return {
        "code": material.code,
        "name": material.name,
        "file": None,
        "file_name": None,
        "state": "missing",
    }


def _check_open_for(found: Document, code: str) -> None:
    """
    Raises:
        Refused: `material_not_asked`.
        Conflict: `application_moved_on`.
    """
    state = State(found["state"])
    if state is State.SUPPLEMENT_REQUESTED:
        if code not in found["supplements"][-1]["materials"]:
            raise Refused("material_not_asked", "本次补正没有要求这项材料")
    elif state is not State.DRAFT:
        raise rules.moved_on(state)


def _check_materials(guide: Guide, found: Document) -> None:
    """Required files are there, unless the item trusts first (article 4.5) or takes them on paper.

    Raises:
        Refused: `materials_missing`.
    """
    if guide.trust_first:
        return
    here = {m["code"] for m in found["materials"] if m["file"]}
    lacking = [m.name for m in _must_upload(guide) if m.code not in here]
    if lacking:
        raise Refused(
            "materials_missing", "还缺少材料：{materials}，请上传后再提交", materials="、".join(lacking)
        )


def _must_upload(guide: Guide) -> list[Material]:
    """With form generation all materials may come to the window with the printed form (article 12)."""
    if guide.handling is Handling.FORM_GENERATION:
        return []
    return [m for m in guide.online_materials() if m.required and m.uploads]


def _material_state(guide: Guide, material: Document) -> str:
    if material["file"]:
        return "submitted"
    required = {m.code for m in guide.online_materials() if m.required}
    return "to_follow" if material["code"] in required and guide.trust_first else "missing"
