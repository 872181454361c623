"""The form of an item (智能引导): sections of questions, some of which depend on earlier answers."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.guides.form.kinds import ONE_OF, Kind

PREFILLS: Mapping[str, Kind] = {
    "name": Kind.NAME,
    "credential_number": Kind.CREDENTIAL,
    "agent_name": Kind.NAME,
    "contact": Kind.NAME,
    "phone": Kind.PHONE,
}
"""What can be filled in from the binding, and the kind of question that asks for it."""

SUGGESTED = frozenset({"contact", "phone"})
"""Prefilled answers that the applicant may change; all others are verified by the binding, and locked."""

OWN = frozenset(
    {"姓名", "本人姓名", "申请人姓名", "姓名（名称）", "单位名称", "经办人姓名", "证件号码", "本人证件号码"}
    | {"身份证号码", "申请人证件号码", "统一社会信用代码", "统一社会信用代码（注册号）"}
)
"""Labels that ask for what the binding knows."""


class GuidePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(GuidePart):
    value: str
    label: str


class Condition(GuidePart):
    """Shows a question only when the answer to `question` is one of `values`."""

    question: str
    values: list[str] = Field(min_length=1)


class Question(GuidePart):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    kind: Kind
    required: bool = True
    help: str = ""
    options: list[Option] = []
    when: Condition | None = None
    prefill: Literal["name", "credential_number", "agent_name", "contact", "phone"] | None = Field(
        None, description="what of the binding answers it: of the applicant, or of the person who acts"
    )
    locked: bool = Field(
        False, description="the binding knows it: it is shown, not asked, and what is sent for it is dropped"
    )
    max_length: int = 200
    minimum: float | None = None
    maximum: float | None = None
    latest: Literal["today"] | None = Field(None, description="of a date that lies in the past")

    @model_validator(mode="before")
    @classmethod
    def _known_is_locked(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {**given, "locked": given.get("prefill") in PREFILLS.keys() - SUGGESTED}

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Question":
        if (self.kind in ONE_OF or self.kind is Kind.CHOICES) != bool(self.options):
            raise ValueError(f"{self.name}: options go with choice, health and choices")
        if self.latest and self.kind is not Kind.DATE:
            raise ValueError(f"{self.name}: only a date has a latest")
        if self.prefill and self.kind != PREFILLS[self.prefill]:
            raise ValueError(f"{self.name}: {self.prefill} goes with {PREFILLS[self.prefill]}")
        if self.label in OWN and not self.locked:
            raise ValueError(f"{self.name}: asks for what the binding knows, and has no prefill")
        if self.name == "version":
            raise ValueError("version: the name is the form's own")
        return self


class Section(GuidePart):
    title: str
    questions: list[Question] = Field(min_length=1)


class Form(GuidePart):
    sections: list[Section] = Field(min_length=1)

    def questions(self) -> Iterable[Question]:
        for section in self.sections:
            yield from section.questions

    @model_validator(mode="after")
    def _conditions_look_back(self) -> "Form":
        seen: dict[str, Question] = {}
        for question in self.questions():
            if question.name in seen:
                raise ValueError(f"{question.name}: asked twice")
            if question.when:
                asked = seen.get(question.when.question)
                choices = {option.value for option in asked.options} if asked else set()
                known = choices | ({"yes", "no"} if asked and asked.kind is Kind.YES_NO else set())
                if not known.issuperset(question.when.values):
                    raise ValueError(f"{question.name}: depends on an answer that is not asked for before it")
            seen[question.name] = question
        return self
