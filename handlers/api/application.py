"""The shape of an application and of its receipt, as clients see them; what they share."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, StrictFloat, StrictInt, StrictStr

from handlers.api.contract import Answer, Expected, Resource, Versioned
from handlers.api.timeline import Happening, happenings
from handlers.web.bodies import LARGEST_FORM
from models.applications import How, State, lacking, status_text
from models.errors import InvalidForm
from models.guides import Form, Guide, Handling
from models.people.masks import mask_number
from models.store import Document
from models.workdays import local_date

Answers = dict[str, StrictStr | StrictInt | StrictFloat | list[StrictStr]]
MaterialState = Literal["submitted", "to_follow", "paper", "missing"]


class Material(Answer):
    code: str
    name: str
    file_name: str | None
    state: MaterialState


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
    decision: Literal["approved", "denied"]
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
    department_name: str
    state: State
    status: str = Field(description="the state in Chinese")
    submitted_at: datetime | None


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
    place: Place | None
    acceptance_due: datetime | None
    acceptance_expected: Expected
    decision_due: datetime | None
    decision_expected: Expected
    supplements: list[Supplement]
    result: Result | None
    refusal: Refusal | None
    timeline: list[Happening]


class ReceiptMaterial(Answer):
    name: str
    state: MaterialState


class Receipt(Answer):
    """申请回执, with everything that article 11 names."""

    serial: str
    applicant: str = Field(description="masked")
    credential: str = Field(description="masked")
    item: str
    department: str
    materials: list[ReceiptMaterial]
    handling: Handling
    place: str = Field(description="where it is handled, or the postal address")
    deadline: datetime = Field(description="for acceptance")
    deadline_expected: Expected
    submitted_at: datetime
    verify_url: str


class ApplicationBase(Resource):
    largest_body = LARGEST_FORM

    async def load(self, key: str) -> tuple[Document, Guide]:
        """The party's own application, and the very version of the guide under which it was begun."""
        found = await self.services.applications.find(key, self.bound_party())
        return found, await self.services.guides.version(found["guide"])

    def shown(self, found: Document, guide: Guide) -> Application:
        party = self.bound_party()
        answers = self.services.applications.present_answers(found, party, guide)
        draft = found["state"] == State.DRAFT
        due = found.get("deadlines") or {}
        return Application(
            **line(found).model_dump(),
            version=found["version"],
            guide=found["guide"],
            department=found["department"],
            handling=found["handling"],
            answers=masked(guide.form, answers),
            unfinished=self.unfinished(found, guide) if draft else {},
            lacking=[material.code for material in lacking(guide, found)] if draft else [],
            materials=[Material(**_only(Material, each)) for each in found["materials"]],
            place=Place(**_only(Place, found["place"])) if found.get("place") else None,
            acceptance_due=due.get("acceptance"),
            acceptance_expected=self.expects(due.get("acceptance")),
            decision_due=due.get("decision"),
            decision_expected=self.expects(due.get("decision")),
            supplements=[Supplement(**_only(Supplement, each)) for each in found["supplements"]],
            result=Result(**_only(Result, found["result"])) if found.get("result") else None,
            refusal=Refusal(**_only(Refusal, found["refusal"])) if found.get("refusal") else None,
            timeline=happenings(found),
        )

    def unfinished(self, found: Document, guide: Guide) -> dict[str, str]:
        """What a draft's form still needs, by question."""
        try:
            self.services.applications.check_complete(found, self.bound_party(), guide, local_date(self.now))
        except InvalidForm as error:
            return {name: self.text(fault) for name, fault in error.faults.items()}
        return {}

    def receipt(self, found: Document) -> Receipt:
        made = self.services.applications.receipt(found, self.services.site.base_url)
        materials = [ReceiptMaterial(name=name, state=state) for name, state in made.materials]
        told = vars(made) | {"materials": materials, "deadline_expected": self.expects(made.deadline)}
        return Receipt(**told)


def line(found: Document) -> ApplicationLine:
    copied = ("serial", "item", "item_name", "department_name", "state", "submitted_at")
    return ApplicationLine(
        id=found["_id"], status=status_text(found["state"]), **{name: found.get(name) for name in copied}
    )


def masked(form: Form, answers: dict[str, Any]) -> Answers:
    """Kept answers as they are shown: a credential's number only in part."""
    hidden = _credentials(form)
    return {
        name: mask_number(value) if name in hidden and isinstance(value, str) else value
        for name, value in answers.items()
    }


def unmasked(form: Form, given: Answers, kept: dict[str, Any]) -> Answers:
    """What a client sends: a masked number that comes back unchanged stands for the one kept."""
    shown = masked(form, {name: kept[name] for name in _credentials(form) & kept.keys()})
    return {
        name: kept[name] if name in shown and value == shown[name] else value for name, value in given.items()
    }


def _credentials(form: Form) -> set[str]:
    return {q.name for q in form.questions() if q.kind == "credential" or q.prefill == "credential_number"}


def _only(schema: type[Answer], document: Document) -> Document:
    return {name: document.get(name) for name in schema.model_fields}
