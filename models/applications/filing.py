"""What the applicant does with an application: begin, fill, hand in, supplement, withdraw."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import uuid4

from pymongo.errors import DuplicateKeyError

from models import typed
from models.applications import rules
from models.applications.actions import STARTED, Action, State
from models.applications.case import OwnCase, check_own
from models.applications.coming import stops
from models.applications.document import Application, KeptPlace
from models.applications.handed_in import (
    Received,
    check_answered,
    check_draft,
    check_materials,
    no_file,
    paper_state,
    received,
)
from models.applications.identity import known_to, locked_part, prefilled, whose, with_known
from models.applications.receipt import Receipt, receipt_of
from models.applications.receiving import How, Place, check_place, check_promise
from models.applications.serials import new_serial
from models.applications.sought import keys_of
from models.applications.store import LOOK, Applications
from models.errors import Conflict, Refused
from models.events import Cause, Event, Plan
from models.guides import (
    Answers,
    Departments,
    Guide,
    Guides,
    Handling,
    Uses,
    check_answers,
)
from models.people import ApplicantKind, Party, shown_name
from models.places import Halls
from models.store import Document, entry
from models.workdays import Workdays, local_date


class SerialTaken(Conflict):
    code = "serial_taken"
    message = "系统繁忙，请稍后再试"


class SupplementIncomplete(Refused):
    code = "materials_missing"
    message = "请先补齐所要求的全部材料"


class Bar(Protocol):
    """What may keep a party from applying online."""

    async def check(self, party: Party, by: Cause) -> None:
        """
        Raises:
            Forbidden
        """


SERIAL_TRIES = START_TRIES = 5


@dataclass(frozen=True)
class Filing:
    """The applicant's side; every step but the first takes a case that is the party's own."""

    applications: Applications
    guides: Guides
    departments: Departments
    halls: Halls
    calendar: Workdays
    uses: Uses
    bar: Bar

    async def own(self, key: str, party: Party) -> Application:
        """
        Raises:
            ApplicationNotFound: there is none, or it is another applicant's.
        """
        found = await self.applications.get(key)
        check_own(found, party)
        return found

    async def case(self, key: str, party: Party) -> OwnCase:
        """An application of the party's own, with the version of the guide under which it was begun.

        Raises:
            ApplicationNotFound: there is none, or it is another applicant's.
        """
        found = await self.own(key, party)
        return OwnCase(found, await self.guides.version(found["guide"]), party)

    async def start(self, party: Party, item: str, by: Cause) -> OwnCase:
        """Begin a draft, or go on with the one there is of the same version of the guide.

        Raises:
            NotFound: `guide_not_found`.
            Forbidden: `blacklisted`.
            Refused: `not_for_applicant` or `channel_not_offered`.
            Conflict: `already_under_way` or `application_moved_on`.
        """
        guide = await self.beginning(party, item, by)
        department = await self.departments.get(guide.department)
        event = Event(STARTED, uuid4().hex, by)
        draft = self._draft(party, guide, department.name, event)
        for _ in range(START_TRIES):
            if found := await self.applications.find_draft(draft["draft"]):
                return OwnCase(found, guide, party)
            await self._check_single(party, guide, by)
            with suppress(DuplicateKeyError):  # begun at the same time, and perhaps handed in already
                begun = await self.applications.add(draft, event)
                self.uses.count(item)
                return OwnCase(begun, guide, party)
        raise rules.ApplicationMovedOn

    async def beginning(self, party: Party, item: str, by: Cause) -> Guide:
        """The guide of an item that the party may begin through this door.

        Raises:
            see `start`.
        """
        guide = await self.guides.published(item)
        rules.check_offered(guide, ApplicantKind(party.applicant["kind"]), by.channel)
        await self.bar.check(party, by)
        return guide

    async def save(self, case: OwnCase, given: Mapping[str, Any], version: int, by: Cause) -> OwnCase:
        """Keep a draft's answers, complete or not, in place of those of the `version` that the applicant
        saw.

        Keeping again what is kept changes nothing, so that a request whose answer was lost can be repeated.

        Raises:
            Conflict: `draft_changed`, `already_submitted` or `application_moved_on`.
        """
        check_draft(case)
        form, today = case.guide.form, local_date(by.at)
        answers = check_answers(form, given, self.known(case), complete=False, today=today)
        if answers == self.applications.answers(case.application):
            return case
        try:
            return await self._keep(case, answers, version, by)
        except Conflict:  # of two at once the second finds the first
            now = await self.applications.get(case.key)
            if now["state"] is not State.DRAFT or answers != self.applications.answers(now):
                raise
            return case.changed_to(now)

    async def submit(
        self, case: OwnCase, version: int, place: Place, by: Cause, *, promised: bool
    ) -> OwnCase:
        """Hand in the `version` that was confirmed; from now on it has a serial number and a receipt.
        `promised`: that what is handed in is true.

        Where the binding has changed since that version, the draft takes over what it says now, and is to be
        confirmed again.

        Raises:
            InvalidForm: answers are missing or wrong.
            BadInput: `promise_required`, `way_not_offered`, `hall_required` or `address_required`.
            Forbidden: `blacklisted`.
            Refused: `materials_missing`.
            Conflict: `draft_changed`, `already_submitted`, `already_under_way` or `application_moved_on`.
        """
        await self.bar.check(case.party, by)
        check_promise(promised)
        kept_place = await self._kept_place(case, place)
        form_only = case.guide.handling is Handling.FORM_GENERATION
        action = Action.GENERATE if form_only else Action.SUBMIT
        rules.next_state(case.state, action)
        rules.check_version(case.application, version)
        before, form = self.applications.answers(case.application), case.guide.form
        answers = self._complete(case, before, local_date(by.at))
        check_materials(case)
        if locked_part(form, answers) != locked_part(form, before):
            kept = await self._keep(case, answers, version, by)
            raise rules.DraftChanged(version=kept.application["version"])
        papers = case.application["materials"]
        begun = Received({}, ()) if form_only else received(case.guide, by.at, self.calendar)
        sets = {
            "answers": self.applications.sealed(case.key, answers),
            "place": kept_place,
            "materials": [{**paper, "state": paper_state(case.guide, paper).value} for paper in papers],
            "submitted_at": by.at,
            **begun.sets,
            "channel": by.channel.value,
            "assigned": "",
            **self._whose(case.party),
            **({} if case.guide.several else {"under_way": f"{case.party.id}:{case.guide.item}"}),
        }
        seen = {"version": version, "barring": case.application.get("barring")}
        try:
            return await self._hand_in(case, action, sets, seen, begun, by)
        except rules.DraftChanged:
            await self.bar.check(case.party, by)  # it may have been delivered since
            raise

    async def _hand_in(
        self, case: OwnCase, action: Action, sets: Document, seen: Document, begun: Received, by: Cause
    ) -> OwnCase:
        """With a serial number, if the draft is still as it was `seen`.

        Raises:
            Conflict: `serial_taken`; see `submit`.
        """
        for _ in range(SERIAL_TRIES):
            await self._check_single(case.party, case.guide, by)
            with suppress(DuplicateKeyError):  # of the serial number, or another was first to be under way
                return case.changed_to(
                    await self.applications.move(
                        case.application,
                        action,
                        by,
                        {**sets, "serial": new_serial(local_date(by.at))},
                        update={"$unset": {"draft": ""}},
                        expects=seen,
                        plans=(*begun.plans, Plan(LOOK, by.at)),
                    )
                )
        raise SerialTaken

    async def _check_single(self, party: Party, guide: Guide, by: Cause) -> None:
        """As `Applications.check_single`; a repeat that is refused is counted."""
        try:
            await self.applications.check_single(party.id, guide)
        except rules.AlreadyUnderWay as error:
            await self.applications.note_repeat(error.application, by)
            raise

    async def supplement(self, case: OwnCase, given: Mapping[str, Any], version: int, by: Cause) -> OwnCase:
        """Answer all that was asked for, with the files of the `version` that was seen; the limit for
        acceptance begins anew. What the binding knows is taken from it again.

        Raises:
            InvalidForm, Refused (`materials_missing`), Conflict.
        """
        rules.next_state(case.state, Action.SUPPLEMENT)
        rules.check_version(case.application, version)
        asked = case.application["supplements"][-1]
        before = self.applications.answers(case.application)
        new = {name: given[name] for name in given if name in asked["fields"] or name not in before}
        check_answered(case.guide, asked["fields"], {**before, **new}, given)
        answers = self._complete(case, {**before, **new}, local_date(by.at))
        files = {paper["code"]: paper["file"] for paper in case.application["materials"]}
        uploads = {m.code for m in case.guide.online_materials() if m.uploads}  # paper comes by another way
        if any(files[code] in (None, asked["files"].get(code)) for code in uploads & set(asked["materials"])):
            raise SupplementIncomplete
        last = len(case.application["supplements"]) - 1
        begun = received(case.guide, by.at, self.calendar)
        sets = {
            "answers": self.applications.sealed(case.key, answers),
            f"supplements.{last}.answered_at": by.at,
            **begun.sets,
            **self._whose(case.party),
        }
        return case.changed_to(
            await self.applications.move(
                case.application,
                Action.SUPPLEMENT,
                by,
                sets,
                expects={"version": version},
                plans=(*begun.plans, Plan(LOOK, by.at)),
            )
        )

    async def withdraw(self, case: OwnCase, by: Cause) -> OwnCase:
        """The applicant may take it back until it is decided.

        Raises:
            Conflict: `application_moved_on`.
        """
        return case.changed_to(
            await self.applications.move(
                case.application, Action.WITHDRAW, by, {"due_at": None}, plans=(Plan(LOOK, by.at),)
            )
        )

    async def discard(self, found: Application, party: Party, by: Cause) -> None:
        """Take away a draft and what was written in it; `Papers.discard` drops its files too.

        Raises:
            Conflict: `already_submitted` or `application_moved_on`.
        """
        check_own(found, party)
        await self.applications.move(
            found,
            Action.DISCARD,
            by,
            {"answers": {}},
            update={"$unset": {"draft": ""}},
            expects={"materials": found["materials"]},
        )

    async def receipt(self, case: OwnCase, base_url: str) -> Receipt:
        """
        Raises:
            ReceiptNotFound: it has not been handed in.
        """
        address = self.applications.postal_address(case)
        applicant = shown_name(self.applications.privacy, case.party.applicant)
        return receipt_of(case, applicant, await stops(case, self.halls), address, base_url)

    def known(self, case: OwnCase) -> Answers:
        """The answers that come from the binding, by question; what is sent for these questions is
        dropped."""
        return known_to(self.applications.privacy, case.party, case.guide)

    def present_answers(self, case: OwnCase) -> Answers:
        """What is handed in, or of a draft, what would be handed in now."""
        answers = self.applications.answers(case.application)
        if case.state is not State.DRAFT:
            return answers
        return with_known(case.guide.form, answers, self.known(case))

    def check_complete(self, case: OwnCase, today: date) -> None:
        """
        Raises:
            InvalidForm: a draft still lacks answers, or they are wrong.
        """
        self._complete(case, self.applications.answers(case.application), today)

    def _complete(self, case: OwnCase, answers: Answers, today: date) -> Answers:
        return check_answers(case.guide.form, answers, self.known(case), complete=True, today=today)

    def _whose(self, party: Party) -> Document:
        """Who hands in, and the hashes by which staff find it for them."""
        return {**whose(party), "found_by": keys_of(self.applications.privacy, party)}

    async def _keep(self, case: OwnCase, answers: Answers, version: int, by: Cause) -> OwnCase:
        rules.check_version(case.application, version)
        sealed = self.applications.sealed(case.key, answers)
        return case.changed_to(
            await self.applications.change(
                case.key,
                expects={"state": State.DRAFT.value, "version": version},
                sets={"answers": sealed, "changed_at": by.at, **whose(case.party)},
                event=Event("application.saved", case.key, by),
                otherwise=rules.ApplicationMovedOn,
            )
        )

    async def _kept_place(self, case: OwnCase, place: Place) -> KeptPlace:
        """Where the result is received, as it is kept.

        Raises:
            BadInput: `way_not_offered`, `hall_required` or `address_required`.
        """
        place = Place(place.how, place.hall, typed.words(place.address))
        check_place(case.guide, place)
        kept = KeptPlace(how=place.how, hall=None, hall_name=None, address=None)
        if place.how is How.WINDOW:
            kept |= {"hall": place.hall, "hall_name": (await self.halls.get(place.hall)).name}
        if place.how is How.COURIER:
            kept["address"] = self.applications.sealed_address(case.key, place.address)
        return kept

    def _draft(self, party: Party, guide: Guide, department: str, event: Event) -> Document:
        key, by = event.about, event.cause
        filled = prefilled(self.applications.privacy, party, guide.form)
        answers = check_answers(guide.form, filled, filled, complete=False, today=local_date(by.at))
        return {
            "_id": key,
            "draft": f"{party.id}:{guide.key}",
            "version": 1,
            "serial": None,
            **whose(party),
            "guide": guide.key,
            "item": guide.item,
            "item_name": guide.name,
            "department": guide.department,
            "department_name": department,
            "type": guide.type.value,
            "handling": guide.handling.value,
            "state": State.DRAFT.value,
            "answers": self.applications.sealed(key, answers),
            "materials": [no_file(material) for material in guide.online_materials()],
            "place": None,
            "started_at": by.at,
            "changed_at": by.at,
            "submitted_at": None,
            "clocks": {"acceptance": None, "silence": None, "decision": None},
            "due_at": None,
            "supplements": [],
            "result": None,
            "timeline": [entry(event)],
        }
