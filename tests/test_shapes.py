"""The check of shapes sees what is wrong."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, NotRequired, TypedDict

import pytest

from models.store import Store
from tests.shapes import faults, shape_of


class Colour(StrEnum):
    RED = "red"


class Small(TypedDict):
    name: str
    colour: NotRequired[Colour]


class Thing(TypedDict):
    _id: str
    size: float
    count: int
    at: datetime | None
    kind: Literal["a", "b"]
    parts: list[Small]
    by_name: dict[str, list[int]]


class Things(Store[Thing]):
    collection = "things"


class Narrower(Things):
    """Inherits the shape."""


class Shapeless(Store):
    collection = "shapeless"


RIGHT: dict[str, Any] = {
    "_id": "x",
    "size": 1,
    "count": 2,
    "at": datetime(2026, 11, 24, tzinfo=UTC),
    "kind": "a",
    "parts": [{"name": "n", "colour": "red"}, {"name": "m", "more": 1}],
    "by_name": {"a": [1]},
}


def test_what_is_right_has_no_fault() -> None:
    assert list(faults(RIGHT, Thing)) == []
    assert list(faults({**RIGHT, "at": None}, Thing)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"size": "1"}, ".size: '1' is no float"),
        ({"count": True}, ".count: True is no int"),
        ({"count": 1.5}, ".count: 1.5 is no int"),
        ({"at": "2026"}, ".at: '2026' is no datetime.datetime | None"),
        ({"kind": "c"}, ".kind: 'c' is no Literal"),
        ({"parts": [{}]}, ".parts.0.name: is missing"),
        ({"parts": [{"name": "n", "colour": "blue"}]}, ".parts.0.colour: 'blue' is no Colour"),
        ({"parts": ["n"]}, ".parts.0: 'n' is no Small"),
        ({"by_name": {"a": [None]}}, ".by_name.a.0: None is no int"),
        ({"parts": None}, ".parts: None is no list"),
        ({"by_name": 1}, ".by_name: 1 is no dict"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: dict[str, Any], fault: str) -> None:
    assert list(faults({**RIGHT, **change}, Thing)) == [fault]


def test_a_store_tells_its_shape() -> None:
    nobody: Any = {"things": None, "shapeless": None}
    assert shape_of(Things(nobody)) is shape_of(Narrower(nobody)) is Thing
    assert shape_of(Shapeless(nobody)) is None
