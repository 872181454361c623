from datetime import datetime

import pytest

from models.asking import when_to_ask
from models.workdays import PANYU


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PANYU)


@pytest.mark.parametrize(
    ("finished", "asked"),
    [
        ("2026-11-24T10:00", "2026-11-24T11:00"),
        ("2026-11-24T19:00", "2026-11-24T20:00"),
        ("2026-11-24T19:01", "2026-11-25T09:00"),
        ("2026-11-24T23:30", "2026-11-25T09:00"),
        ("2026-11-24T06:00", "2026-11-24T09:00"),
        ("2026-12-31T22:00", "2027-01-01T09:00"),
    ],
)
def test_an_hour_later_and_never_at_night(finished: str, asked: str) -> None:
    assert when_to_ask(at(finished)) == at(asked)
