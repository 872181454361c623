"""What figures say, and what of them is published."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.voices.periods import Period, days_of, months_before, months_of
from models.voices.tally import LEAST, Published, Tally, least, published, published_parts, together


def of(count: int) -> Tally:
    return Tally({"level_5": count, "finished": count * 2})


def test_what_a_tally_says() -> None:
    tally = Tally(
        {"level_5": 6, "level_3": 1, "level_2": 2, "level_1": 1, "again_4": 1, "finished": 40, "reviewed": 10}
        | {"opened": 4, "in_time": 2, "due": 1, "late": 1, "set_aside": 3}
        | {"tag_108": 1, "tag_209": 2, "tag_517": 9}
    )
    assert (tally.count, tally.satisfied, tally.bad, tally.satisfaction) == (10, 7, 3, 0.7)
    assert (tally.rate, tally.followed_up, tally.set_aside) == (0.25, 1, 3)
    assert (tally.opened, tally.in_time, tally.overdue, tally.timeliness) == (4, 2, 1, 2 / 3)
    assert list(tally.reasons.items()) == [("209", 2), ("108", 1)], "those of bad reviews alone"


def test_a_rate_of_nothing_is_none() -> None:
    assert (Tally().satisfaction, Tally().rate, Tally().timeliness) == (None, None, None)


def test_the_least_is_dated_and_has_a_reason() -> None:
    assert least(date(2026, 11, 24)) == 5
    assert all(one.number > 1 and one.reason for one in LEAST)


GROUPS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 12).map(of), max_size=8)


@pytest.mark.article("17.statistics")
@given(GROUPS, st.integers(2, 6))
def test_nothing_of_fewer_is_shown_or_can_be_worked_out(groups: Mapping[str, Tally], number: int) -> None:
    found = published(groups, number)
    together = sum(group.count for group in groups.values())
    if together < number:
        assert found == Published(None, {}, None)
        return
    assert found.total
    assert found.total.count == together
    shown = sum(group.count for group in found.rows.values())
    assert all(group.count >= number for group in found.rows.values())
    rest = found.rest.count if found.rest else 0
    assert shown + rest == together
    assert rest == 0 or rest >= number, "else it follows from the whole and the rows"


@pytest.mark.article("17.statistics")
@given(st.dictionaries(st.sampled_from("ABCD"), GROUPS), st.integers(2, 6))
def test_parts_of_parts_tell_nothing_of_fewer(
    offices: Mapping[str, Mapping[str, Tally]], number: int
) -> None:
    """Whatever is shown of departments and their items: each remainder is nothing, or large enough."""
    items = {
        office: {f"{office}{key}": tally for key, tally in own.items()} for office, own in offices.items()
    }
    groups = {office: sum(own.values(), Tally()) for office, own in items.items()}
    shown = published(groups, number)
    parts = published_parts(shown, items, number)
    whole = together(shown.total, parts.values())
    remainders = [one.rest.count for one in (shown, whole, *parts.values()) if one.rest]
    for office, own in items.items():
        own_shown = sum(whole.rows[key].count for key in own if key in whole.rows)
        assert office in shown.rows or not own_shown
        remainders += [groups[office].count - own_shown] if own_shown else []
    assert all(left == 0 or left >= number for left in remainders)
    assert all(row.count >= number for row in whole.rows.values())


@pytest.mark.article("17.statistics")
def test_the_smallest_that_could_be_shown_goes_with_a_lonely_one() -> None:
    found = published({"a": of(20), "b": of(7), "c": of(6), "d": of(2)}, 5)
    assert list(found.rows) == ["a", "b"]
    assert found.rest
    assert found.rest.count == 8


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.TWELVE_MONTHS, "2025-04-01", "2026-03-31"),
        (Period.YEAR, "2026-01-01", "2026-03-31"),
        (Period.QUARTER, "2026-01-01", "2026-03-31"),
        (Period.MONTH, "2026-03-01", "2026-03-31"),
        (Period.LAST_MONTH, "2026-02-01", "2026-02-28"),
    ],
)
def test_periods(period: Period, first: str, last: str) -> None:
    assert days_of(period, date(2026, 3, 31)) == (date.fromisoformat(first), date.fromisoformat(last))


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_every_period_ends_today_at_the_latest(today: date) -> None:
    for period in Period:
        first, last = days_of(period, today)
        assert first <= last <= today
        assert months_of(first, last)[0] == f"{first:%Y-%m}"
        assert months_of(first, last)[-1] == f"{last:%Y-%m}"
    assert len(months_of(*days_of(Period.TWELVE_MONTHS, today))) == 12
    assert months_before(today.replace(day=1), 0) == today.replace(day=1)
