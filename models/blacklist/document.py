"""What a decision on the blacklist holds in MongoDB, field by field."""

from datetime import datetime
from enum import StrEnum
from typing import Literal, NotRequired, TypedDict

from models.people import ApplicantKind
from models.privacy import Sealed
from models.serving import Delivered
from models.store import Line, Record


class Ground(StrEnum):
    """The three grounds of article 28, each with its item and its words."""

    item: str
    words: str

    def __new__(cls, name: str, item: str, words: str) -> "Ground":
        member = str.__new__(cls, name)
        member._value_, member.item, member.words = name, item, words
        return member

    FALSEHOOD = "falsehood", "第（一）项", "办理事项时提供虚假申请材料、信息或采取其他欺诈手段隐瞒事实"
    DISORDER = (
        "disorder",
        "第（二）项",
        "批量重复申办同一事项、在申办表单中填写不符合文明规范要求的信息等行为，违背公序良俗",
    )
    MALICE = "malice", "第（三）项", "恶意投诉、评价"


GROUNDS = {ground.value: ground for ground in Ground}


class State(StrEnum):
    """From `confirmed` on it is a decision; it has an effect from its delivery until its last day ends."""

    PROPOSED = "proposed"  # by one officer
    DECLINED = "declined"  # by a second one: nothing comes of it
    CONFIRMED = "confirmed"
    LIFTED = "lifted"  # after an appeal
    DELISTED = "delisted"  # it was not on purpose
    EXPIRED = "expired"


Kind = Literal["application", "review", "file"]


class Evidence(TypedDict):
    """A record or a file as it was when the decision was proposed. `sha256` is of the sealed `content`, the
    record as JSON, or of the bytes of `copy`, an id of `Materials`."""

    kind: Kind
    key: str
    title: str
    sha256: str
    content: Sealed | None
    copy: str | None


class AppealState(StrEnum):
    OPEN = "open"
    KEPT = "kept"  # the decision stands
    LIFTED = "lifted"


class Attached(TypedDict):
    """`file` is an id of `Materials`."""

    file: str
    name: str


class Appeal(TypedDict):
    """`words` and `reason` are sealed where it is stored; it is answered by `due_at`."""

    state: AppealState
    words: str
    files: list[Attached]
    by: str
    at: datetime
    due_at: datetime
    reason: str
    decided_at: datetime | None
    decided_by: str


class FindingState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Finding(TypedDict):
    """That it was malice; `facts` are sealed where they are stored."""

    state: FindingState
    facts: str
    proposed_by: list[str]
    at: datetime
    decided_at: datetime | None


class Ban(Record):
    """One decision. `applicant` is whom it lists, `keys` are the hashes by which the same person or body is
    known under every credential. `proposed_by` and `confirmed_by` are the actors, and for whom they acted.
    `year` and `sequence` make its number. `until` is the end of its last day. `facts` and `reason` are sealed
    where they are stored; `reason` says why it was declined or delisted. While it is not over, `running` has
    the `keys`, so that there is one at a time."""

    applicant: str
    kind: ApplicantKind
    masked_name: str
    keys: list[str]
    running: NotRequired[list[str]]
    ground: Ground
    facts: str
    evidence: list[Evidence]
    flag: NotRequired[str]
    state: State
    proposed_by: list[str]
    proposed_at: datetime
    confirmed_by: list[str]
    confirmed_at: datetime | None
    year: NotRequired[int]
    sequence: NotRequired[int]
    delivered: Delivered | None
    until: datetime | None
    appeal_until: datetime | None
    appeal: Appeal | None
    malice: NotRequired[Finding]
    reason: str
    ended_at: datetime | None
    timeline: list[Line]


SHOWN = frozenset(State) - {State.PROPOSED, State.DECLINED}
"""States in which it is a decision, which its person may see."""
STANDS = frozenset({State.CONFIRMED, State.EXPIRED})
"""States in which nobody has taken it back, whether or not its time is over."""
OVER = frozenset({State.DECLINED, State.LIFTED, State.DELISTED, State.EXPIRED})
