"""What `scripts/drill booking` counts is told where it is not as it must be."""

import importlib
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.store import Document
from tests.house.clock import START

sys.path.append(str(Path(__file__).parents[2] / "scripts"))
ledger, people, service = (
    importlib.import_module(f"_booking_{name}") for name in ("ledger", "people", "service")
)


class Kept:
    """A collection that gives all that it holds."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.find = lambda *_: documents


def visit(key: str, seat: int = 0, hours: int = 0) -> Document:
    start = START + timedelta(hours=hours)
    return {
        "_id": key,
        "applicant": f"of {key}",
        "item": "card",
        "hall": "hall",
        "day": "2026-11-24",
        "window": "w0",
        "seat": seat,
        "start": start,
        "end": start + timedelta(minutes=30),
        "timeline": [{"at": START, "what": "appointment.booked"}],
    }


def person(key: str, *told: Document) -> Any:
    known = {one["_id"]: people.Visit(one["item"], one["hall"], one["start"]) for one in told}
    return people.Person(f"of {key}", "", told=known, tries=[people.Try(START, START)])


COUNTED = {"what", "expected", "there"}
FIRST, SECOND = visit("a"), visit("b", seat=1)


@pytest.mark.parametrize(
    ("there", "told", "faults"),
    [
        ([FIRST, SECOND], [FIRST, SECOND], {}),
        ([FIRST], [FIRST, SECOND], {"lost": 1, "unsold": 1}),
        ([FIRST, SECOND], [FIRST], {"untold": 1}),
        ([FIRST, visit("b", seat=0)], [FIRST, SECOND], {"doubled": 1}),
        ([FIRST, visit("b", seat=1, hours=1)], [FIRST, SECOND], {"lost": 1}),
        ([FIRST, SECOND, visit("c", seat=2)], [FIRST, SECOND, visit("c")], {"oversold": 1}),
    ],
)
def test_of_a_sale(there: list[Document], told: list[Document], faults: dict[str, int]) -> None:
    crowd = [person(one["_id"], one) for one in told]
    row = ledger.of_sale("sale", 2, ["card"], crowd, {"appointments": Kept(there)})
    assert {name: n for name, n in row._asdict().items() if n and name not in COUNTED} == faults
    assert row.clean == (not faults)


@pytest.mark.parametrize(
    ("seats", "most", "faults"),
    [((0, 1), 2, {}), ((0, 0), 2, {"doubled": 30}), ((0, 1, 2), 2, {"oversold": 30})],
)
def test_of_seats(seats: tuple[int, ...], most: int, faults: dict[str, int]) -> None:
    """Each of thirty minutes counts; a schedule that was not in force yet gives nobody a place."""
    windows, later = service.Windows(None, None), START + timedelta(seconds=1)
    windows.since["hall"] = [(START, {"w0": most}), (later, {"w0": 9})]
    windows.until["hall"] = [later]
    visits = [visit(str(n), seat=seat) for n, seat in enumerate(seats)]
    windows.moments.append(service.Moment(later, visits))
    row = ledger.of_seats(windows, [person(one["_id"]) for one in visits])
    assert {name: n for name, n in row._asdict().items() if n and name not in COUNTED} == faults


def test_of_events_and_deliveries() -> None:
    events = [
        {"_id": "e1", "about": "a", "name": "appointment.booked"},
        {"_id": "e2", "about": "a", "name": "appointment.booked"},
    ]
    deliveries = [{"event": "e1", "channel": way, "state": "sent"} for way in ("wechat", "sms")]
    house = {
        "appointments": Kept([FIRST, SECOND]),
        "events": Kept(events),
        "deliveries": Kept(deliveries),
    }
    told = ledger.of_events(house)
    assert (told.lost, told.doubled) == (1, 1)
    sent = ledger.of_deliveries(house)
    assert (sent.lost, sent.doubled) == (1, 1)
