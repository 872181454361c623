"""What the applicant does with an application: begin, fill, hand in, supplement, withdraw."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from pymongo.errors import DuplicateKeyError

from models.applications import clocks, rules
from models.applications.actions import FOLLOWED, STARTED, Action, State
from models.applications.identity import locked_part, prefilled, whose
from models.applications.receiving import Place, check_place, check_promise
from models.applications.serials import new_serial
from models.applications.store import ApplicationMovedOn, ApplicationStore
from models.errors import Conflict, InvalidForm, Refused
from models.events import Cause, Event
from models.guides import Guide, Material
from models.guides.form.answers import AnswerMissing, Answers, check_answers, is_asked
from models.people.credentials import ApplicantKind
from models.people.parties import Party
from models.store import Document, entry
from models.workdays import Workdays, local_date


class SerialTaken(Conflict):
    code = "serial_taken"
    message = "系统繁忙，请稍后再试"


class MaterialsMissing(Refused):
    code = "materials_missing"
    message = "还缺少材料：{materials}，请上传后再提交"


class MaterialBeyondGuide(Refused):
    code = "beyond_guide"
    message = "该事项的办事指南不需要这项材料"


class MaterialNotYours(Refused):
    code = "material_not_yours"
    message = "该文件不属于本次申请"


class SupplementIncomplete(Refused):
    code = "materials_missing"
    message = "请先补齐所要求的全部材料"


SERIAL_TRIES = START_TRIES = 5
HANDED_IN = frozenset({State.SUBMITTED, State.ACCEPTED})
"""What is there cannot be taken back; what was to follow can still come."""


class ApplicantSteps(ApplicationStore):
    """Every method checks that the application is the party's own; somebody else's is `NotFound`."""

    async def start(self, party: Party, guide: Guide, department: Document, by: Cause) -> Document:
        """Begin a draft, or go on with the one there is of the same version of the guide.

        Raises:
            Refused: `not_for_applicant` or `channel_not_offered`.
            Conflict: `application_moved_on`.
        """
        rules.check_offered(guide, ApplicantKind(party.applicant["kind"]), by.channel)
        claim = f"{party.id}:{guide.key}"
        document = _draft(party, guide, department, claim, by)
        filled = prefilled(self.privacy, party, guide.form)
        answers = check_answers(guide.form, filled, filled, complete=False, today=local_date(by.at))
        document["answers"] = self._sealed(document["_id"], guide, answers)
        event = Event(STARTED, document["_id"], by)
        document["timeline"] = [entry(event)]
        for _ in range(START_TRIES):
            if found := await self.documents.find_one({"draft": claim}):
                return dict(found)
            with suppress(DuplicateKeyError):  # begun at the same time, and perhaps handed in already
                return await self.add(document, event)
        raise ApplicationMovedOn

    async def save(
        self, key: str, party: Party, guide: Guide, given: Mapping[str, Any], version: int, by: Cause
    ) -> Document:
        """Keep a draft's answers as far as they go, in place of those of the `version` that was seen.

        Keeping again what is kept changes nothing, so that a request whose answer was lost can be repeated.

        Raises:
            Conflict: `draft_changed`, `already_submitted` or `application_moved_on`.
        """
        found = await self._own_draft(key, party)
        known = self.known(party, guide)
        answers = check_answers(guide.form, given, known, complete=False, today=local_date(by.at))
        if answers == self.answers(found):
            return found
        return await self._keep(found, party, guide, answers, version, by)

    async def _keep(
        self, found: Document, party: Party, guide: Guide, answers: Answers, version: int, by: Cause
    ) -> Document:
        rules.check_version(found, version)
        sealed = self._sealed(found["_id"], guide, answers)
        return await self.change(
            found["_id"],
            expects={"state": State.DRAFT, "version": version},
            sets={"answers": sealed, "changed_at": by.at, **whose(party)},
            event=Event("application.saved", found["_id"], by),
            otherwise=ApplicationMovedOn,
        )

    async def attach(
        self, key: str, party: Party, guide: Guide, code: str, material: Document, by: Cause
    ) -> str | None:
        """Hand in a file for a material of the guide; returns the file that nobody needs any more.

        Raises:
            Refused: `beyond_guide`, `material_not_asked`, `material_not_yours`.
            Conflict: `already_submitted` or `application_moved_on`.
        """
        found = await self.find(key, party)
        if code not in {m.code for m in guide.online_materials() if m.uploads}:
            raise MaterialBeyondGuide
        if material["applicant"] != party.id or material["application"] != key:
            raise MaterialNotYours
        rules.check_open(found, code)
        return await self._put_file(found, code, by, file=material["_id"], name=material["name"])

    async def detach(self, key: str, party: Party, code: str, by: Cause) -> str | None:
        """Take a file back, as long as it was not handed in for good; returns it if nobody needs it.

        Raises:
            Refused: `material_not_asked`.
            Conflict: `already_submitted` or `application_moved_on`.
        """
        found = await self.find(key, party)
        if found["state"] in HANDED_IN:
            raise rules.moved_on(State(found["state"]))
        rules.check_open(found, code)
        return await self._put_file(found, code, by, file=None, name=None)

    async def submit(
        self,
        key: str,
        party: Party,
        guide: Guide,
        version: int,
        calendar: Workdays,
        by: Cause,
        place: Place,
        *,
        promised: bool,
    ) -> Document:
        """Hand in the `version` that was confirmed; from now on it has a serial number and a receipt.
        `promised`: that what is handed in is true.

        Where the binding has changed since that version, the draft takes over what it says now, and is to be
        confirmed again.

        Raises:
            InvalidForm: answers are missing or wrong.
            BadInput: `promise_required`, `hall_required` or `address_required`.
            Refused: `materials_missing`.
            Conflict: `draft_changed`, `already_submitted` or `application_moved_on`.
        """
        check_promise(promised)
        check_place(guide, place)
        found = await self.find(key, party)
        rules.next_state(State(found["state"]), Action.SUBMIT)
        rules.check_version(found, version)
        before, known = self.answers(found), self.known(party, guide)
        answers = check_answers(guide.form, before, known, complete=True, today=local_date(by.at))
        _check_materials(guide, found)
        if locked_part(guide.form, answers) != locked_part(guide.form, before):
            kept = await self._keep(found, party, guide, answers, version, by)
            raise rules.DraftChanged(version=kept["version"])
        due = clocks.acceptance_deadline(guide, by.at, calendar)
        sets = {
            "answers": self._sealed(key, guide, answers),
            "place": self._sealed_place(key, place),
            "materials": [{**m, "state": _material_state(guide, m)} for m in found["materials"]],
            "submitted_at": by.at,
            "received_at": by.at,
            "deadlines": {"acceptance": due, "decision": None},
            "due_at": due,
            "channel": by.channel.value,
            **whose(party),
        }
        for _ in range(SERIAL_TRIES):
            try:
                return await self._move(
                    found,
                    Action.SUBMIT,
                    by,
                    {**sets, "serial": new_serial(local_date(by.at))},
                    update={"$unset": {"draft": ""}},
                    expects={"version": version},
                )
            except DuplicateKeyError:
                continue
        raise SerialTaken

    async def supplement(
        self,
        key: str,
        party: Party,
        guide: Guide,
        given: Mapping[str, Any],
        version: int,
        calendar: Workdays,
        by: Cause,
    ) -> Document:
        """Answer all that was asked for, with the files of the `version` that was seen; the limit for
        acceptance begins anew. What the binding knows is taken from it again.

        Raises:
            InvalidForm, Refused (`materials_missing`), Conflict.
        """
        found = await self.find(key, party)
        rules.next_state(State(found["state"]), Action.SUPPLEMENT)
        rules.check_version(found, version)
        asked = found["supplements"][-1]
        before = self.answers(found)
        new = {name: given[name] for name in given if name in asked["fields"] or name not in before}
        _check_answered(guide, asked["fields"], {**before, **new}, given)
        known = self.known(party, guide)
        answers = check_answers(guide.form, {**before, **new}, known, complete=True, today=local_date(by.at))
        files = {m["code"]: m["file"] for m in found["materials"]}
        uploads = {m.code for m in guide.online_materials() if m.uploads}  # paper comes by another way
        if any(files[code] in (None, asked["files"].get(code)) for code in uploads & set(asked["materials"])):
            raise SupplementIncomplete
        due = clocks.acceptance_deadline(guide, by.at, calendar)
        last = len(found["supplements"]) - 1
        return await self._move(
            found,
            Action.SUPPLEMENT,
            by,
            {
                "answers": self._sealed(key, guide, answers),
                f"supplements.{last}.answered_at": by.at,
                "received_at": by.at,
                "deadlines.acceptance": due,
                "due_at": due,
                **whose(party),
            },
            expects={"version": version},
        )

    async def withdraw(self, key: str, party: Party, by: Cause) -> Document:
        """The applicant may take it back until it is decided.

        Raises:
            Conflict: `application_moved_on`.
        """
        return await self._move(await self.find(key, party), Action.WITHDRAW, by, {"due_at": None})

    async def discard(self, key: str, party: Party, by: Cause) -> Document:
        """Take away a draft and what was written in it; its files are the caller's to drop.

        Raises:
            Conflict: `already_submitted` or `application_moved_on`.
        """
        found = await self._own_draft(key, party)
        return await self._move(
            found,
            Action.DISCARD,
            by,
            {"answers": {}},
            update={"$unset": {"draft": ""}},
            expects={"materials": found["materials"]},
        )

    async def _own_draft(self, key: str, party: Party) -> Document:
        found = await self.find(key, party)
        if found["state"] != State.DRAFT:
            raise rules.moved_on(State(found["state"]))
        return found

    async def _put_file(
        self, found: Document, code: str, by: Cause, *, file: str | None, name: str | None
    ) -> str | None:
        """Guards the one material alone: several may be handed in at the same time."""
        followed = found["state"] in HANDED_IN
        name_now = FOLLOWED if followed else "application.material_changed"
        event = Event(name_now, found["_id"], by, {"code": code})
        before = next(m for m in found["materials"] if m["code"] == code)
        expected = {"code": code, "file": before["file"], "state": before["state"]}
        changed = await self.change(
            found["_id"],
            expects={"state": found["state"], "materials": {"$elemMatch": expected}},
            sets={
                "materials.$.file": file,
                "materials.$.file_name": name,
                "materials.$.state": "submitted" if file else "missing",
                "changed_at": by.at,
            },
            update={"$push": {"timeline": entry(event)}} if followed else None,
            event=event,
            otherwise=ApplicationMovedOn,
        )
        return before["file"] if before["file"] not in rules.files_of(changed) else None

    def _sealed_place(self, key: str, place: Place) -> Document:
        document = asdict(place)
        if place.address:
            document["address"] = self.privacy.seal(place.address, f"application:{key}:address")
        return document


def _draft(party: Party, guide: Guide, department: Document, claim: str, by: Cause) -> Document:
    return {
        "_id": uuid4().hex,
        "draft": claim,
        "version": 1,
        "serial": None,
        **whose(party),
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


def _check_answered(guide: Guide, fields: list[str], answers: Answers, given: Mapping[str, Any]) -> None:
    """What was asked for is answered, though it be as before.

    Raises:
        InvalidForm
    """
    wanted = set(fields) - given.keys()
    open_still = [q for q in guide.form.questions() if q.name in wanted and not q.locked]
    if faults := {q.name: AnswerMissing() for q in open_still if is_asked(q, answers)}:
        raise InvalidForm(faults)


def _check_materials(guide: Guide, found: Document) -> None:
    """Required files are there, unless the item trusts first (article 4.5) or takes them on paper.

    Raises:
        Refused: `materials_missing`.
    """
    if guide.trust_first:
        return
    if lacking := rules.lacking(guide, found):
        names = "、".join(material.name for material in lacking)
        raise MaterialsMissing(materials=names)


def _material_state(guide: Guide, material: Document) -> str:
    if material["file"]:
        return "submitted"
    asked = next(m for m in guide.online_materials() if m.code == material["code"])
    if not asked.required:
        return "missing"
    return rules.TO_FOLLOW if asked.uploads and guide.trust_first else "paper"
