"""Who is told of what, and that every notice fits its template."""

import pytest

from models.events import Cause, Channel, Event, event_of
from models.outgoing.notices import NOTICES, plan
from tests.house.clock import START
from wechat_backend.worker.facts.letter import Letter, fields, limit_of, parameters, shorten
from wechat_backend.worker.menu_buttons import fingerprint, menu


def planned(name: str, **document: str) -> set[tuple[str, str, str, str | None]]:
    event = Event(name, "x1", Cause("system", START, Channel.SYSTEM, "r1"))
    plans = plan(event_of(event.document()), document)
    return {(each.via, each.notice, each.recipient, each.fallback) for each in plans}


@pytest.mark.article("11.forms")
def test_receipt_goes_both_ways_and_to_the_acceptance_system() -> None:
    assert planned("application.submitted", applicant="a1") == {
        ("wechat", "receipt", "a1", "sms"),
        ("sms", "receipt", "a1", None),
        ("government", "acceptance", "acceptance", None),
    }


@pytest.mark.parametrize(
    "event",
    [
        "accepted",
        "not_accepted",
        "supplement_requested",
        "supplemented",
        "returned",
        "concluded",
        "withdrawn",
    ],
)
@pytest.mark.article("13.pushed")
def test_each_change_is_told(event: str) -> None:
    assert planned(f"application.{event}", applicant="a1") == {
        ("wechat", "progress", "a1", "sms"),
        ("government", "acceptance", "acceptance", None),
    }


@pytest.mark.parametrize(
    ("event", "document", "expected"),
    [
        ("phone_code.requested", {}, ("sms", "code", "x1", None)),
        ("applicant.rebound", {}, ("wechat", "rebinding", "x1", "sms")),
        ("appointment.booked", {"applicant": "a1"}, ("wechat", "appointment", "a1", "sms")),
        ("agency.confirmed", {"person": "p1"}, ("wechat", "agency", "p1", "sms")),
        ("agency.requested", {"representative": "f00d"}, ("wechat", "agency", "representative:f00d", "sms")),
        ("review.given", {}, ("government", "reviews", "reviews", None)),
    ],
)
def test_others(event: str, document: dict[str, str], expected: tuple[str, ...]) -> None:
    assert planned(event, **document) == {expected}


def test_a_phone_that_was_changed_at_a_window_is_told_of_it_too() -> None:
    assert planned("applicant.phone_changed") == {
        ("wechat", "rebinding", "x1", "sms"),
        ("sms", "former_phone", "former_phone:x1", None),
    }


def test_what_concerns_nobody_is_told_to_nobody() -> None:
    assert planned("account.followed") == set()


@pytest.mark.parametrize("name", sorted(NOTICES))
@pytest.mark.parametrize("text", ["", "长" * 60, "两\n行", "A" * 60])
def test_fields_fit(name: str, text: str) -> None:
    notice = NOTICES[name]
    letter = Letter(dict.fromkeys([*notice.fields.values(), *notice.parameters], text))
    for field, value in fields(notice, letter).items():
        limit = limit_of(field)
        assert value
        assert limit is None or (len(value) <= limit and "\n" not in value)
    assert all(1 <= len(value) <= 35 for value in parameters(notice, letter).values())


def test_shortening_shows() -> None:
    assert shorten("一二三四五", 5) == "一二三四五"
    assert shorten("一二三四五六", 5) == "一二三四…"


def test_menu_is_one_that_wechat_takes() -> None:
    made = menu("https://panyu.test")
    assert 1 <= len(made["button"]) <= 3
    for button in made["button"]:
        assert len(button["name"].encode()) <= 16
        assert 1 <= len(button["sub_button"]) <= 5
        for entry in button["sub_button"]:
            assert len(entry["name"].encode()) <= 60
            assert len(entry.get("key", "").encode()) <= 128
            assert entry["type"] == "click" or entry["url"].startswith("https://panyu.test/")
    entries = {entry["name"]: entry.get("url") for button in made["button"] for entry in button["sub_button"]}
    assert entries["大字版"] == "https://panyu.test/elder"
    assert fingerprint(made) != fingerprint(menu("https://elsewhere.test"))
