"""The shape of a guide, as clients see it."""

from typing import Literal

from pydantic import Field

from handlers.api.contract import Answer, Said
from models.guides import Handling, ItemType, Kind, MaterialKind, Medium, Offer, Way
from models.people import ApplicantKind


class GuideMaterial(Answer):
    code: str
    name: Said
    kinds: list[MaterialKind]
    required: bool
    copies: int
    asked: list[Way]
    sample: Said = Field(description="in words")
    sample_file: str = Field(
        description="a picture, at `/static/papers/{sample_file}`; empty if there is none"
    )
    blank: Said = Field(description="where the empty form is to be had")
    blank_file: str = Field(
        description="the empty form, at `/static/papers/{blank_file}`; empty if there is none"
    )
    note: Said


class GuideStep(Answer):
    """One step of a process; booking and pre-acceptance are not counted (article 10)."""

    name: Said
    kind: Literal["booking", "pre_acceptance", "step"]


class TimeLimit(Answer):
    """In working days, except `on_the_spot`."""

    acceptance: int = Field(description="from submission to acceptance")
    decision: int = Field(description="promised, from acceptance to conclusion")
    legal: int = Field(description="what the law allows")
    basis: Said = Field(description="the law that sets `legal`, where it is not the usual one")
    on_the_spot: bool


class Fees(Answer):
    amount: Said
    basis: Said


class Option(Answer):
    value: str
    label: Said


class Condition(Answer):
    """Shows a question only when the answer to `question` is one of `values`."""

    question: str
    values: list[str]


class Question(Answer):
    name: str
    label: Said
    kind: Kind = Field(description="what an answer is; `health` is chosen as `choice` is, `money` a number")
    required: bool
    help: Said
    options: list[Option]
    when: Condition | None
    prefill: Literal["name", "credential_number", "agent_name", "contact", "phone"] | None = Field(
        description="what of the binding answers it: of the applicant, or of the person who acts"
    )
    locked: bool = Field(
        description="the binding knows it: it is shown, not asked, and what is sent for it is dropped"
    )
    max_length: int
    minimum: float | None
    maximum: float | None
    latest: Literal["today"] | None = Field(description="of a date that lies in the past")


class Section(Answer):
    title: Said
    questions: list[Question]


class Form(Answer):
    """The form of an item (智能引导): sections of questions, some of which depend on earlier answers."""

    sections: list[Section]


class Guide(Answer):
    """With everything that article 24 lists. Codes of departments are 18-character USCCs."""

    item: str = Field(description="department's USCC + 13 characters")
    version: int
    type: ItemType
    name: str = Field(description="in Chinese")
    name_en: str
    summary: Said
    department: str
    audience: list[ApplicantKind]
    topics: list[str] = Field(description="life events, 主题, as `/guides` takes them")
    keywords: list[str]
    basis: list[Said] = Field(description="legal basis")
    conditions: list[Said]
    time_limit: TimeLimit
    fees: Fees
    materials: list[GuideMaterial]
    window_steps: list[GuideStep]
    online_steps: list[GuideStep]
    handling: Handling
    visits: int = Field(description="how many visits the online way takes")
    trust_first: bool = Field(description="先信任后审核: accepted now, materials to follow")
    places: list[str] = Field(description="codes of halls with a window for it")
    group: str = Field(description="item group whose windows serve it")
    consult_phone: str
    complaint_phone: str
    channels: list[Offer]
    deliverable: Said = Field(description="name of the result; guides of early versions may have none")
    deliverable_in: list[Medium] = Field(
        description="on paper alone where the electronic record does not stand for it, as of a passport"
    )
    several: bool = Field(description="whether one applicant may have several under way at once")
    form: Form
