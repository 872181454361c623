"""The shape of an application and of its receipt, as clients see them; what they share."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field, StrictFloat, StrictInt, StrictStr

from handlers.api.contract import Answer, Expected, Resource, Said, Versioned
from handlers.api.receiving import Receiving, Stop, receiving, stop
from handlers.api.timeline import Happening, happenings
from handlers.web.request_limits import LARGEST_FORM
from models import applications as models
from models.applications import (
    ERRANDS,
    Decision,
    Errand,
    How,
    OwnCase,
    PaperState,
    State,
    decision_text,
    invited_at,
    lacking,
    open_invitations,
    status_of,
)
from models.clocks import due_of
from models.errors import InvalidForm
from models.guides import Form, Handling, ItemType
from models.people import mask_number
from models.serving import How as HowServed
from models.workdays import local_date

Answers = dict[str, StrictStr | StrictInt | StrictFloat | list[StrictStr]]


class Material(Answer):
    code: str
    name: Said
    file_name: str | None
    state: PaperState


class Place(Answer):
    """Where the result is received; a postal address is on the receipt alone."""

    how: How
    hall: str | None
    hall_name: str | None


class Supplement(Answer):
    at: datetime
    materials: list[str]
    fields: list[str]
    reason: str
    answered_at: datetime | None


class Result(Answer):
    decision: Decision
    decision_text: Said = Field(description="as the type of the item words it")
    reason: str | None
    file_name: str | None = Field(description="of the deliverable, where there is one")


class Refusal(Answer):
    """不予受理 (article 12)."""

    reason: str
    basis: str = Field(description="in law")


class ApplicationLine(Answer):
    id: str
    serial: str | None
    item: str
    item_name: str
    type: ItemType
    department_name: str
    state: State
    status: Said = Field(description="the state in words, or that it was denied")
    submitted_at: datetime | None


class ServedPaper(Answer):
    """The paper of a refusal or a denial has reached the applicant."""

    how: HowServed
    at: datetime


class Invitation(Answer):
    """Staff ask the applicant to come for this; a visit for it is booked as any other of the item."""

    errand: Errand
    name: Said = Field(description="the errand in words")
    at: datetime = Field(description="when the applicant was invited last")


class Application(ApplicationLine, Versioned):
    guide: str = Field(description="item@version under which it was begun")
    department: str
    handling: Handling
    answers: Answers = Field(
        description="numbers of credentials come masked, and can be sent back so; to a locked question the "
        "answer is what the binding says, whatever is sent"
    )
    unfinished: dict[str, str] = Field(description="what a draft's form still needs, by question")
    lacking: list[str] = Field(description="codes of the required materials that a draft still lacks")
    materials: list[Material]
    receiving: list[Receiving] = Field(description="ways of receiving the result; the first is the usual one")
    place: Place | None
    acceptance_due: datetime | None
    acceptance_expected: Expected
    decision_due: datetime | None
    decision_expected: Expected
    supplements: list[Supplement]
    result: Result | None
    refusal: Refusal | None
    served: ServedPaper | None = Field(
        description="how and when the paper of a refusal or a denial was served; null while it is on its way"
    )
    invitations: list[Invitation] = Field(description="for what the applicant is asked to book a visit")
    timeline: list[Happening]


class ReceiptMaterial(Answer):
    name: Said
    state: PaperState


class Receipt(Answer):
    """申请回执, with everything that article 11 names."""

    serial: str
    applicant: str = Field(description="masked")
    credential: str = Field(description="masked")
    item: str
    department: str
    materials: list[ReceiptMaterial]
    handling: Handling
    place: Said = Field(description="where it is handled, or the postal address")
    stops: list[Stop] = Field(description="what the applicant comes for, in order; empty: no visit")
    deadline: datetime | None = Field(description="for acceptance; none until the printed form is there")
    deadline_expected: Expected
    submitted_at: datetime
    verify_url: str


class ApplicationBase(Resource):
    largest_body = LARGEST_FORM

    async def load(self, key: str) -> OwnCase:
        """The party's own application, with the version of the guide under which it was begun."""
        return await self.services.filing.case(key, self.bound_party())

    async def shown(self, case: OwnCase) -> Application:
        found, guide = case.application, case.guide
        names = await self.names(found)
        acceptance, decision = (due_of(found["clocks"][name]) for name in ("acceptance", "decision"))
        answers = self.services.filing.present_answers(case)
        draft = case.state is State.DRAFT
        return Application(
            **line(found, names).model_dump(),
            version=found["version"],
            guide=found["guide"],
            department=found["department"],
            handling=found["handling"],
            answers=masked(guide.form, answers),
            unfinished=self.unfinished(case) if draft else {},
            lacking=[material.code for material in lacking(guide, found)] if draft else [],
            materials=[Material(**_only(Material, each)) for each in found["materials"]],
            receiving=receiving(guide),
            place=_place(found, names),
            acceptance_due=acceptance,
            acceptance_expected=self.expects(acceptance),
            decision_due=decision,
            decision_expected=self.expects(decision),
            supplements=[Supplement(**_only(Supplement, each)) for each in found["supplements"]],
            result=_result(found),
            refusal=Refusal(**_only(Refusal, found["refusal"])) if "refusal" in found else None,
            served=ServedPaper(**_only(ServedPaper, found["served"])) if "served" in found else None,
            invitations=_invitations(case),
            timeline=happenings(found),
        )

    def unfinished(self, case: OwnCase) -> dict[str, str]:
        """What a draft's form still needs, by question."""
        try:
            self.services.filing.check_complete(case, local_date(self.now))
        except InvalidForm as error:
            return {name: self.text(fault) for name, fault in error.faults.items()}
        return {}

    def unmasked(self, case: OwnCase, given: Answers) -> Answers:
        """What a client sent: a masked number that comes back unchanged stands for the one kept."""
        kept, hidden = self.services.applications.answers(case.application), _credentials(case.guide.form)
        shown = masked(case.guide.form, {name: kept[name] for name in hidden & kept.keys()})
        return {
            name: kept[name] if name in shown and value == shown[name] else value
            for name, value in given.items()
        }

    async def receipt(self, case: OwnCase) -> Receipt:
        made = await self.services.filing.receipt(case, self.services.site.base_url)
        names, place = await self.names(case.application), case.application["place"]
        deadline = due_of(made.running)
        told = {
            "item": names.get(case.guide.key, made.item),
            "department": names.get(case.guide.department, made.department),
            "place": names.get((place and place["hall"]) or "", made.place),
            "materials": [ReceiptMaterial(name=name, state=state) for name, state in made.materials],
            "stops": [stop(each, self.locale.code) for each in made.stops],
            "deadline": deadline,
            "deadline_expected": self.expects(deadline),
        }
        return Receipt(**_some(vars(made) | told, Receipt.model_fields))


def line(found: models.Application, names: Mapping[str, str]) -> ApplicationLine:
    """`names` are those of `Resource.names`."""
    return ApplicationLine(
        id=found["_id"],
        item_name=names.get(found["guide"], found["item_name"]),
        department_name=names.get(found["department"], found["department_name"]),
        status=status_of(found),
        **_some(found, ("serial", "item", "type", "state", "submitted_at")),
    )


def _invitations(case: OwnCase) -> list[Invitation]:
    invited = ((errand, invited_at(case, errand)) for errand in open_invitations(case))
    return [Invitation(errand=errand, name=ERRANDS[errand], at=at) for errand, at in invited if at]


def _place(found: models.Application, names: Mapping[str, str]) -> Place | None:
    if (place := found["place"]) is None:
        return None
    hall = place["hall"]
    return Place(
        how=place["how"], hall=hall, hall_name=names.get(hall or "", place["hall_name"] or "") or None
    )


def _result(found: models.Application) -> Result | None:
    if (result := found["result"]) is None:
        return None
    return Result(**_only(Result, result) | {"decision_text": decision_text(found)})


def masked(form: Form, answers: dict[str, Any]) -> Answers:
    """Kept answers as they are shown: a credential's number only in part."""
    hidden = _credentials(form)
    return {
        name: mask_number(value) if name in hidden and isinstance(value, str) else value
        for name, value in answers.items()
    }


def _credentials(form: Form) -> set[str]:
    return {q.name for q in form.questions() if q.kind == "credential" or q.prefill == "credential_number"}


def _only(schema: type[Answer], document: Mapping[str, Any]) -> dict[str, Any]:
    return _some(document, schema.model_fields)


def _some(document: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: document.get(name) for name in names}
