"""What is kept of a review: what its person says, and what the reviewed department disputes."""

from datetime import datetime
from enum import StrEnum
from typing import NotRequired, TypedDict

from models.events import Channel
from models.store import Record
from models.voices.platforms import Invitation


class Kind(StrEnum):
    """Guides are reviewed apart from services (article 17)."""

    SERVICE = "service"
    GUIDE = "guide"


class WordsState(StrEnum):
    """Whether others may read what a person wrote; the level counts in any case."""

    SHOWN = "shown"
    HELD = "held"  # uncivil words: until a moderator has read them
    SHOWN_AFTER = "shown_after"  # a moderator has read them
    WITHHELD = "withheld"  # a moderator keeps them from others, with a reason


READABLE = frozenset({WordsState.SHOWN, WordsState.SHOWN_AFTER})


class Mark(StrEnum):
    """What a list finds a review by."""

    BAD = "bad"
    HELD = "held"
    DISPUTED = "disputed"  # the dispute waits for its decision
    SET_ASIDE = "set_aside"


class Opinion(TypedDict):
    """What a person says at one time; `tags` are of the list `tags_version`. `words`, and the `reason` why
    they are withheld, are kept sealed."""

    level: int
    tags: list[str]
    tags_version: str
    words: str
    words_state: WordsState
    reason: str
    at: datetime
    channel: Channel
    invitation: NotRequired[Invitation]


class DisputeState(StrEnum):
    RAISED = "raised"
    ASKED = "asked"  # the person is asked for a word
    UPHELD = "upheld"  # the review stands
    SET_ASIDE = "set_aside"  # it keeps its place, and does not count


OPEN_DISPUTE = frozenset({DisputeState.RAISED, DisputeState.ASKED})


class DisputeFile(TypedDict):
    """A file of evidence; `file` is that of `models.materials`."""

    file: str
    name: str
    sha256: str
    at: datetime


class Dispute(TypedDict):
    """被评价部门有异议. `grounds`, `evidence`, the person's `word` and the `reason` are kept sealed; `people`
    are the actors who raised it, who may not decide."""

    state: DisputeState
    grounds: str
    evidence: str
    files: list[DisputeFile]
    at: datetime
    people: list[str]
    word: str
    word_until: datetime | None
    word_at: datetime | None
    reason: str
    decided_at: datetime | None


class GivenReview(Opinion, Record):
    """`_id` is the matter: `application:<id>`, `appointment:<id>` or `guide:<item>:<version>:<applicant>`.
    `ref` is what staff know it by, and `day` the beginning of the day on which it was given: neither tells
    who gave it. `agent` is the person who acted. `again` is the follow-up (`assessNumber` 2). `revision`
    counts the changes that 好差评 is told of."""

    ref: str
    revision: int
    day: datetime
    applicant: str
    agent: str
    again: Opinion | None
    dispute: Dispute | None
    marks: list[Mark]
    item: str | None
    item_name: str | None
    department: str | None
    serial: str | None
    hall: str | None
