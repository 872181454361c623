"""What fits the schedule of a hall (article 9)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.appointments import Reason, misfit
from models.places import slots
from tests.house.places import WHOLE_DAY, hall
from tests.models.appointments.test_booking import CALENDAR, NINE, TOMORROW

SHARED = {"code": "w1", "groups": ["general", "social"], "seats": 2}


@dataclass(frozen=True)
class Visit:
    group: str = "general"
    window: str = "w1"
    seat: int = 1
    start: datetime = NINE
    end: datetime = NINE + timedelta(minutes=30)


def served(**changes: Any) -> Any:
    closures = changes.pop("closures", [])
    windows = {"weekday_hours": WHOLE_DAY, "windows": [SHARED], **changes}
    return hall(windows=windows, closures=closures)


@pytest.mark.article("9.time")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"slot_minutes": 45}, None),
        ({"closures": [{"first": "2026-11-25", "last": "2026-11-25", "reason": "检修"}]}, Reason.CLOSED),
        ({"by_date": {"2026-11-25": []}}, Reason.DAY_OFF),
        ({"by_weekday": {3: []}}, Reason.DAY_OFF),
        ({"weekday_hours": [["09:15", "17:00"]]}, Reason.OUTSIDE_HOURS),
        ({"by_date": {"2026-11-25": [["08:00", "09:15"], ["09:20", "17:00"]]}}, Reason.OUTSIDE_HOURS),
        ({"windows": [{**SHARED, "code": "w2"}]}, Reason.WINDOW_GONE),
        ({"windows": [{**SHARED, "groups": ["social"]}]}, Reason.GROUP_GONE),
        ({"windows": [{**SHARED, "seats": 1}]}, Reason.SEAT_GONE),
    ],
)
def test_why_a_visit_does_not_fit(changes: dict[str, Any], reason: Reason | None) -> None:
    found = misfit(served(**changes), Visit(), CALENDAR)
    assert (found.reason if found else None) == reason
    if reason is Reason.CLOSED:
        assert found
        assert found.label == "当天停止办理（检修）"


@pytest.mark.article("9.place")
def test_every_seat_that_is_sold_fits() -> None:
    sold = [
        Visit("social", window.code, seat, slot.start, slot.end)
        for slot in slots(served(), "social", TOMORROW, CALENDAR)
        for window in slot.windows
        for seat in range(window.seats)
    ]
    assert len(sold) == 28
    assert not [one for one in sold if misfit(served(), one, CALENDAR)]
    assert misfit(served(), replace(sold[0], seat=2), CALENDAR)
