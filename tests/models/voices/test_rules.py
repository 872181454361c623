"""What may be reviewed and what a review must say, who handled a matter, and when something is late: rules of
values alone (article 17)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.errors import DomainError
from models.schedule import Due
from models.voices import CONTACT_DUE, FIX_DUE, FURTHER, can_review, guide_matter, is_bad, is_heard
from models.voices.involved import handlers_of
from models.voices.rectifications import own
from models.voices.rectifying import is_late
from models.voices.rules import LONGEST, check_review
from models.voices.stages import RATED, STEPS, Escalated, State, Verb
from models.voices.tags import TAG_LISTS
from models.workdays import PANYU
from tests.house.guides import plain_guide

NOON = datetime(2026, 11, 24, 12, tzinfo=PANYU)
MINUTE = timedelta(minutes=1)

SAID: list[tuple[int, list[str], str, str]] = [
    # level, tags, words → what is said to that
    (5, [], "", ""),
    (4, [], "", ""),
    (3, [], "", ""),
    (2, [], "", "reason_required"),
    (1, [], "", "reason_required"),
    (2, ["214"], "", ""),
    (1, ["108"], "", ""),
    (2, [], "等了一天", ""),
    (1, [], "等了一天", ""),
    (3, ["314"], "一般", ""),
    (3, ["214"], "", "tags_invalid"),
    (1, ["108", "214"], "", "tags_invalid"),
    (5, ["999"], "", "tags_invalid"),
    (0, [], "好", "level_invalid"),
    (6, [], "好", "level_invalid"),
    (-1, [], "好", "level_invalid"),
    (5, [], "好" * LONGEST, ""),
    (5, [], "好" * (LONGEST + 1), "words_too_long"),
]


@pytest.mark.article("17.reason")
@pytest.mark.parametrize(("level", "tags", "words", "told"), SAID)
def test_what_a_review_must_say(level: int, tags: list[str], words: str, told: str) -> None:
    try:
        check_review(level, tags, words, TAG_LISTS[0])
    except DomainError as error:
        assert error.code == told
    else:
        assert told == ""


@pytest.mark.article("17.reason")
@pytest.mark.parametrize(("level", "bad"), [(5, False), (4, False), (3, False), (2, True), (1, True)])
def test_two_levels_are_bad(level: int, bad: bool) -> None:
    assert is_bad(level) is bad


@pytest.mark.article("17.review", "17.guides")
@pytest.mark.parametrize(
    ("kind", "state", "can"),
    [
        ("application", "concluded", True),
        ("application", "accepted", False),
        ("application", "submitted", False),
        ("application", "withdrawn", False),
        ("appointment", "served", True),
        ("appointment", "arrived", False),
        ("appointment", "booked", False),
        ("appointment", "missed", False),
        ("guide", "published", True),
        ("consultation", "concluded", False),
    ],
)
def test_what_is_finished_can_be_reviewed(kind: str, state: str, can: bool) -> None:
    assert can_review(kind, state) is can


class Somebody:
    """As far as `guide_matter` looks at a party."""

    def __init__(self, key: str) -> None:
        self.id = key


@pytest.mark.article("17.guides")
def test_a_guide_is_one_matter_for_each_version_and_person() -> None:
    first, next_one = plain_guide(1, version=1), plain_guide(1, version=2)
    matters = {
        guide_matter(guide, Somebody(who))["_id"]  # type: ignore[arg-type]
        for guide in (first, next_one, plain_guide(2))
        for who in ("王", "李")
    }
    assert len(matters) == 6


@pytest.mark.article("17.contact")
@pytest.mark.parametrize(
    ("about", "who"),
    [
        ({"timeline": [{"actor": "staff:li"}]}, {"staff:li"}),
        (
            {"timeline": [{"actor": "staff:li", "on_behalf_of": "staff:wang"}]},
            {"staff:li", "staff:wang"},
        ),
        ({"internal": [{"actor": "staff:zhao"}]}, {"staff:zhao"}),
        ({"assigned": "qian", "timeline": []}, {"staff:qian"}),
        ({"assigned": ""}, set()),
        ({"timeline": [{"actor": "applicant:1"}, {"actor": "system"}, {}]}, set()),
    ],
)
def test_who_handled_a_matter(about: dict[str, Any], who: set[str]) -> None:
    assert handlers_of(about) == who


LATE: list[tuple[str, State, State | None, bool]] = [
    # what was looked for, how far it has come, in which state it was late before → is it late?
    (CONTACT_DUE, State.OPEN, None, True),
    (CONTACT_DUE, State.CONTACTED, None, False),
    (CONTACT_DUE, State.FIXED, None, False),
    (FIX_DUE, State.OPEN, None, True),
    (FIX_DUE, State.CONTACTED, None, True),
    (FIX_DUE, State.FIXED, None, False),
    (FIX_DUE, State.CALLED_BACK, None, False),
    (FIX_DUE, State.CLOSED, None, False),
    (FURTHER, State.OPEN, State.OPEN, True),
    (FURTHER, State.CONTACTED, State.OPEN, False),
    (FURTHER, State.CONTACTED, State.CONTACTED, True),
    (FURTHER, State.FIXED, State.CONTACTED, False),
]


@pytest.mark.article("17.rectification")
@pytest.mark.parametrize(("what", "state", "late_in", "late"), LATE)
def test_what_is_late(what: str, state: State, late_in: State | None, late: bool) -> None:
    found: Any = {"state": state, "escalated": Escalated.NO, "escalated_in": late_in}
    assert is_late(found, Due("plan", what, "matter", NOON, 1, "lease")) is late


@pytest.mark.article("17.dispute")
@pytest.mark.parametrize(
    ("word_until", "word_at", "now", "heard"),
    [
        (None, None, NOON, False),  # nobody asked
        (NOON, None, NOON - MINUTE, False),
        (NOON, None, NOON, False),  # the last instant is the person's
        (NOON, None, NOON + MINUTE, True),
        (NOON, NOON - MINUTE, NOON - MINUTE, True),
    ],
)
def test_when_the_person_was_heard(
    word_until: datetime | None, word_at: datetime | None, now: datetime, heard: bool
) -> None:
    review: Any = {"dispute": {"word_until": word_until, "word_at": word_at}}
    assert is_heard(review, now) is heard
    assert not is_heard({"dispute": None}, now)  # type: ignore[typeddict-item]


WAY: list[tuple[Verb, State, State, bool]] = [
    # the step, from which state into which, and whether who takes it talks to the person
    (Verb.CONTACT, State.OPEN, State.CONTACTED, True),
    (Verb.FIX, State.CONTACTED, State.FIXED, False),
    (Verb.CALL_BACK, State.FIXED, State.CALLED_BACK, True),
    (Verb.CLOSE, State.CALLED_BACK, State.CLOSED, False),
]


@pytest.mark.article("17.rectification", "17.contact")
def test_the_way_of_a_rectification() -> None:
    assert [(verb, step.before, step.after, step.personal) for verb, step in STEPS.items()] == WAY


@pytest.mark.article("17.rectification")
@pytest.mark.parametrize(
    ("state", "rated"),
    [
        (State.OPEN, False),
        (State.CONTACTED, False),
        (State.FIXED, True),
        (State.CALLED_BACK, True),
        (State.CLOSED, True),
    ],
)
def test_a_fix_is_rated_once_it_is_there(state: State, rated: bool) -> None:
    assert (state in RATED) is rated


@pytest.mark.article("17.contact")
def test_the_person_reads_what_was_done_and_not_what_was_noted_of_calls() -> None:
    done = {verb: {"at": NOON, "actor": "staff:li", "words": verb.value} for verb in Verb}
    kept_back = {
        "applicant": "1",
        "agent": "1",
        "ref": "r",
        "day": NOON,
        "contact_due": NOON,
        "fix_due": NOON,
        "escalated": Escalated.SUPERVISOR,
        "escalated_in": State.OPEN,
    }
    before = {"level": 1, "opened_at": NOON, "rating": None, "done": done}
    found: Any = {"_id": "matter", "state": State.CLOSED, "level": 1, "done": done, **kept_back}
    told = {"fix": {"at": NOON, "words": "fix"}, "close": {"at": NOON, "words": "close"}}
    assert own(found | {"earlier": [before]}) == {
        "state": State.CLOSED,
        "level": 1,
        "done": told,
        "earlier": [{**before, "done": told}],
    }
