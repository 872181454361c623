"""What the service of a paper (送达) holds in MongoDB, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NotRequired, TypedDict

from models.events import Cause
from models.store import Document, Record


class Paper(StrEnum):
    """The papers that are served, each with what people call it and the own page on which it is read."""

    label: str
    page: str

    def __new__(cls, name: str, label: str, page: str) -> "Paper":
        member = str.__new__(cls, name)
        member._value_, member.label, member.page = name, label, page
        return member

    NON_ACCEPTANCE = "non_acceptance", "不予受理通知书", "/applications/{about}"
    DENIAL = "denial", "不予办理的决定", "/applications/{about}"
    BAN = "ban", "处理决定书", "/blacklist/{about}"


PAPERS: Mapping[str, Paper] = {paper.value: paper for paper in Paper}


class How(StrEnum):
    """The ways by which a paper may reach its person, in the order in which they are gone."""

    WECHAT = "wechat"
    SMS = "sms"
    OWN_PAGE = "own_page"  # nothing more is sent: the paper waits on the own page
    CALL = "call"  # a clerk reads it out
    LETTER = "letter"  # by post, with a slip to be signed
    PUBLIC_NOTICE = "public_notice"


class State(StrEnum):
    UNDERWAY = "underway"
    DELIVERED = "delivered"
    DROPPED = "dropped"  # the paper was taken back before it arrived


class Outcome(StrEnum):
    """What became of one step."""

    WAITING = "waiting"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NO_WORD = "no_word"  # its time was over, and nothing was known


class Word(StrEnum):
    """What a clerk notes of a call, a letter or a public notice."""

    READ_OUT = "read_out"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    SENT = "sent"
    SIGNED = "signed"
    RETURNED = "returned"
    PUBLISHED = "published"


class Note(TypedDict):
    """`at` is when it happened, `noted_at` when it was noted; `words` are sealed where it is stored."""

    what: Word
    at: datetime
    noted_at: datetime
    by: str
    words: str


class Step(TypedDict):
    """One step of the ladder. `at` is when it was taken, `code` why a message did not reach, as the provider
    says it."""

    how: How
    at: datetime
    by: str
    outcome: Outcome
    ended_at: datetime | None
    code: str
    notes: list[Note]


class Delivered(TypedDict):
    """`at` is when it reached the person, `noted_at` when that was recorded."""

    how: How
    at: datetime
    noted_at: datetime
    by: str


class Serving(Record):
    """The service of one paper; `_id` is `<about>:<paper>`. `applicant` is whom it is for, `agent` who acted
    for a body; `event` told of it by WeChat and SMS. `department` is whose paper it is. `step` is the one
    being taken; `next_at` the moment at which the next one is due, None where a clerk has to act first.
    `published_at` is that of a public notice that is shown. `version` guards each write."""

    paper: Paper
    about: str
    title: str
    applicant: str
    agent: str
    masked_name: str
    department: str
    event: str
    state: State
    step: How
    steps: list[Step]
    delivered: Delivered | None
    next_at: datetime | None
    published_at: NotRequired[datetime]
    begun_at: datetime
    changed_at: datetime
    version: int


@dataclass(frozen=True)
class ToServe:
    """A paper, about what it is, and for whom; `event` has told of it by WeChat and SMS."""

    paper: Paper
    about: str
    title: str
    applicant: str
    agent: str
    department: str
    event: str

    @property
    def key(self) -> str:
        return f"{self.about}:{self.paper}"


def new_step(how: How, by: Cause) -> Document:
    """A step that is taken now, as it is stored."""
    step = Step(how=how, at=by.at, by=by.actor, outcome=Outcome.WAITING, ended_at=None, code="", notes=[])
    return {**step, "how": how.value, "outcome": Outcome.WAITING.value}


def end_step(steps: list[Document], how: How, outcome: Outcome, code: str, at: datetime) -> None:
    """Of the steps as they are stored: the last one that went this way ended so."""
    for step in reversed(steps):
        if step["how"] == how:
            step.update(outcome=outcome.value, code=code, ended_at=at)
            return
