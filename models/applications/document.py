"""What an application holds in MongoDB, field by field."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

from models.applications.actions import State
from models.applications.receiving import How
from models.clocks import Clock
from models.events import Channel
from models.guides import Handling, ItemType
from models.store import Line


class PaperState(StrEnum):
    """How far a material has come."""

    SUBMITTED = "submitted"
    TO_FOLLOW = "to_follow"  # comes after acceptance (article 4.5)
    PAPER = "paper"  # is brought on paper
    MISSING = "missing"


class Decision(StrEnum):
    """How a case ends that was decided."""

    APPROVED = "approved"
    DENIED = "denied"


class NudgeState(StrEnum):
    """Whether the last nudge of an application was answered."""

    OPEN = "open"
    ANSWERED = "answered"


class Paper(TypedDict):
    """One of the guide's materials; `file` is an id of `Materials`."""

    code: str
    name: str
    file: str | None
    file_name: str | None
    state: PaperState


class KeptPlace(TypedDict):
    """A `receiving.Place`; the address is sealed."""

    how: How
    hall: str | None
    hall_name: str | None
    address: str | None


class Clocks(TypedDict):
    """None where a clock has not begun, or never does; `silence` is that after which a permit that nobody
    answered is accepted (行政许可法 32)."""

    acceptance: Clock | None
    silence: Clock | None
    decision: Clock | None


class Supplement(TypedDict):
    """One request for supplements; `files` are those before it, by material; `by` is the actor."""

    at: datetime
    by: str
    materials: list[str]
    fields: list[str]
    reason: str
    files: dict[str, str | None]
    answered_at: datetime | None


class InternalLine(Line):
    """One line of the trail that staff alone see; `to` is the member to whom it was given, "" for nobody."""

    to: NotRequired[str]


class Refusal(TypedDict):
    """不予受理 (article 12): why, and the law that says so."""

    reason: str
    basis: str


class ServedPaper(TypedDict):
    """How and when the paper of a refusal or a denial reached the applicant; `how` is a `serving.How`."""

    how: str
    at: datetime


class Result(TypedDict):
    """`deliverable` is an id of `Materials`."""

    decision: Decision
    reason: str
    deliverable: str | None
    file_name: str | None


class Application(TypedDict):
    """One 办件. `version` grows with every change; a draft has a `draft` key, `<applicant>:<guide>`, and
    neither serial nor place, and perhaps `barring`, the last decision of the blacklist that was delivered to
    one who may hand it in; one that is under way has `under_way`, `<applicant>:<item>`, unless its guide
    allows several; one that was handed in has `found_by`, hashes by `sought.keys_of`, and `assigned`, the
    member whose it is to handle, "" while it is nobody's; one that was nudged has `nudged`; `invited` maps an
    `inviting.Errand` to when its applicant was invited last to book a visit for it, or None where that was
    taken back; `internal` is for staff alone; `repeats` are the last times at which another one of its item
    was refused because of it; `answers` maps a question to its answer, or to `{sealed}`; `due_at` is when the
    running clock is due; times are in UTC."""

    _id: str
    version: int
    draft: NotRequired[str]
    barring: NotRequired[str]
    under_way: NotRequired[str]
    serial: str | None
    applicant: str
    agent: str
    account: str
    found_by: NotRequired[list[str]]
    assigned: NotRequired[str]
    nudged: NotRequired[NudgeState]
    invited: NotRequired[dict[str, datetime | None]]
    masked_name: str
    masked_number: str
    guide: str
    item: str
    item_name: str
    department: str
    department_name: str
    type: ItemType
    handling: Handling
    state: State
    answers: dict[str, Any]
    materials: list[Paper]
    place: KeptPlace | None
    clocks: Clocks
    due_at: datetime | None
    supplements: list[Supplement]
    refusal: NotRequired[Refusal]
    result: Result | None
    served: NotRequired[ServedPaper]
    channel: NotRequired[Channel]
    timeline: list[Line]
    internal: NotRequired[list[InternalLine]]
    started_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    repeats: NotRequired[list[datetime]]
    received_at: NotRequired[datetime]
    accepted_at: NotRequired[datetime]
    concluded_at: NotRequired[datetime]
