"""When a trouble is worth an alert, and what becomes of the alert of its place."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.kiosks import Fault, Kiosk, State, Trouble
from models.kiosks.alert_rules import (
    CALM,
    PATIENCE,
    QUIET,
    TELL_AGAIN,
    Change,
    Known,
    change_of,
    concerned,
    followed,
    is_watched,
    is_worth_it,
    section_of_hall,
)
from models.workdays import Workdays
from tests.house.places import hall

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CALENDAR = Workdays({})


def panyu(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def trouble(kiosk: str = "a", minutes: float = 10, what: Fault = Fault.OFFLINE) -> Trouble:
    return Trouble(kiosk, what, NOW - minutes * MINUTE)


def kiosk(**changes: Any) -> Kiosk:
    calm: dict[str, Any] = {"state": State.IN_SERVICE, "suspension": None, "suspensions": [], "outages": []}
    return {**calm, **changes}  # type: ignore[typeddict-item]


def ago(minutes: float) -> datetime:
    return NOW - minutes * MINUTE


@pytest.mark.parametrize("state", State)
def test_only_a_kiosk_in_service_is_alerted(state: State) -> None:
    assert is_worth_it(trouble(), kiosk(state=state), (), NOW) == (state is State.IN_SERVICE)


def test_a_short_trouble_is_none() -> None:
    assert not is_worth_it(Trouble("a", Fault.FAULT, NOW - PATIENCE + MINUTE), kiosk(), (), NOW)
    assert is_worth_it(Trouble("a", Fault.FAULT, NOW - PATIENCE), kiosk(), (), NOW)


@pytest.mark.parametrize(
    ("changes", "worth_it"),
    [
        ({"suspension": {"start": ago(-60), "end": ago(-90)}}, True),  # it is still to come
        ({"suspension": {"start": ago(1), "end": ago(-90)}}, False),  # no worker has begun it yet
        ({"suspensions": [{"end": ago(29)}]}, False),
        ({"suspensions": [{"end": ago(30)}, {"end": ago(900)}]}, True),
        ({"outages": [{"end": ago(29)}]}, False),
        ({"outages": [{"end": ago(30)}, {"end": None}]}, True),
    ],
)
def test_it_is_quiet_for_planned_work_and_for_a_while_after(changes: dict[str, Any], worth_it: bool) -> None:
    assert is_worth_it(trouble(), kiosk(**changes), (), NOW) is worth_it


def test_it_is_quiet_after_a_restart_that_was_asked_for() -> None:
    assert QUIET == 30 * MINUTE
    assert not is_worth_it(trouble(minutes=29), kiosk(), [ago(29)], NOW)
    assert is_worth_it(trouble(minutes=29), kiosk(), [ago(30)], NOW)
    assert is_worth_it(trouble(minutes=10), kiosk(), [ago(9)], NOW)  # it was silent before


@pytest.mark.parametrize(
    ("moment", "by_day", "all_day"),
    [
        ("2026-11-24T09:14", False, True),  # its machines may still be starting
        ("2026-11-24T09:15", True, True),
        ("2026-11-24T12:00", False, True),
        ("2026-11-24T13:15", True, True),
        ("2026-11-24T17:00", False, True),
        ("2026-11-28T10:00", False, True),  # a Saturday
        ("2026-12-01T10:00", False, False),  # closed
    ],
)
def test_a_place_is_watched_while_it_is_open(moment: str, by_day: bool, all_day: bool) -> None:
    closed: dict[str, Any] = {"closures": [{"first": "2026-12-01", "last": "2026-12-01", "reason": "停电"}]}
    for open_always, watched in ((False, by_day), (True, all_day)):
        assert is_watched(hall(all_day=open_always, **closed), panyu(moment), CALENDAR) is watched


@pytest.mark.parametrize(
    ("kind", "section"),
    [
        ("centre", "service_centre"),
        ("hall", "service_centre"),
        ("special", "service_centre"),
        ("township", "township:市桥街道"),
        ("station", "township:市桥街道"),
    ],
)
def test_each_place_has_a_section(kind: str, section: str) -> None:
    assert section_of_hall(hall(kind=kind)).key == section


def test_an_alert_goes_its_way() -> None:
    a, b = trouble("a"), trouble("b")
    known = Known(concerned((), [a], NOW), ["a"], NOW, None)
    later, again = NOW + MINUTE, NOW + TELL_AGAIN
    assert [change_of(None, [a], NOW), change_of(None, [], NOW)] == [Change.OPENED, None]
    assert change_of(known, [a], later) is None
    assert change_of(known, [a, b], later) is Change.CHANGED  # told again too soon
    two = followed(known, Change.CHANGED, [a, b], later)
    assert [change_of(two, [a, b], again - MINUTE), change_of(two, [a, b], again)] == [None, Change.GREW]
    grown = followed(two, Change.GREW, [a, b], again)
    assert (grown.told_of, grown.told_at) == (["a", "b"], again)
    assert change_of(grown, [b], later) is Change.CHANGED
    assert change_of(grown, [], later) is Change.CLEARED
    clear = followed(grown, Change.CLEARED, [], later)
    assert [one["until"] for one in clear.kiosks] == [later, later]
    assert change_of(clear, [a], later + MINUTE) is Change.RETURNED
    assert followed(clear, Change.RETURNED, [a], later).clear_since is None
    assert change_of(clear, [], later + CALM - MINUTE) is None
    assert change_of(clear, [], later + CALM) is Change.CLOSED


LOOKS = st.lists(
    st.tuples(st.integers(min_value=1, max_value=45), st.sets(st.sampled_from("abc"))),
    min_size=1,
    max_size=60,
)


@given(looks=LOOKS)
@settings(max_examples=400, deadline=None)
def test_no_storm_comes_of_any_troubles(looks: list[tuple[int, set[str]]]) -> None:
    """Whatever kiosks do: a message goes out each half an hour at most; no alert is opened half an hour or
    less after the trouble before; no kiosk in trouble stays untold; none is left open without trouble."""
    now, known = NOW, None
    told: list[datetime] = []
    last_trouble = NOW - 2 * CALM
    for minutes, kiosks in looks:
        now += minutes * MINUTE
        troubles = [Trouble(one, Fault.OFFLINE, now) for one in sorted(kiosks)]
        change = change_of(known, troubles, now)
        if change is Change.OPENED:
            assert now - last_trouble > CALM or not told
            known = Known(concerned((), troubles, now), sorted(kiosks), now, None)
        elif change is Change.CLOSED:
            assert not troubles
            assert now - last_trouble >= CALM
            known = None
        elif change and known:
            known = followed(known, change, troubles, now)
        if change in (Change.OPENED, Change.GREW):
            assert not told or now - told[-1] >= TELL_AGAIN
            told.append(now)
        if troubles:
            assert known is not None
            last_trouble = now
            running = {one["kiosk"] for one in known.kiosks if one["until"] is None}
            assert running == kiosks
            assert known.clear_since is None
            assert kiosks <= {*known.told_of} or now - known.told_at < TELL_AGAIN
        elif known:
            assert known.clear_since
            assert now - known.clear_since < CALM
