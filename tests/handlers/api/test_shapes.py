"""The API answers shapes of its own: a field that is kept is told once an answer names it, not before."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, TypedDict, get_args, get_type_hints, is_typeddict

import pytest
from pydantic import BaseModel

from handlers import api as doors
from handlers.api.contract import Answer, Failure
from models.guides import Fees, Guide
from models.places import Hall

ROOT = Path(__file__).parents[3]
GROWN = """
import json
from models import guides
from models.places import hall as halls


class Guide(guides.Guide):
    only_for_staff: str = ""


class Hall(halls.Hall):
    only_for_staff: str = ""


guides.Guide, halls.Hall = Guide, Hall

from handlers import api
from handlers.api.openapi import describe
from handlers.web.site import Site

schemas = describe(api.ENDPOINTS, Site("https://panyu.example", "", "", ""))["components"]["schemas"]
print(json.dumps([name for name, each in schemas.items() if "only_for_staff" in each.get("properties", {})]))
"""
"""The whole API, where a guide and a hall are kept with one field more."""


def shapes(answered: Any, seen: set[type]) -> Iterator[type]:
    """All classes with fields in an answer, at any depth."""
    for part in get_args(answered):
        yield from shapes(part, seen)
    if not isinstance(answered, type) or answered in seen:
        return
    if issubclass(answered, BaseModel) or is_dataclass(answered) or is_typeddict(answered):
        seen.add(answered)
        yield answered
        for hint in get_type_hints(answered).values():
            yield from shapes(hint, seen)


def kept(answered: Any) -> list[str]:
    """Those that are a class of `models/`, or inherit from one."""
    return sorted(
        shape.__qualname__
        for shape in shapes(answered, set())
        if any(each.__module__.partition(".")[0] == "models" for each in shape.__mro__)
    )


ANSWERS: set[type[BaseModel]] = {
    operation.answers
    for endpoint in doors.ENDPOINTS
    for _, operation in endpoint.operations()
    if isinstance(operation.answers, type)
} | {Failure}


@pytest.mark.parametrize("answered", sorted(ANSWERS, key=str))
def test_no_answer_is_what_is_kept(answered: type[BaseModel]) -> None:
    assert kept(answered) == []
    assert all(issubclass(shape, Answer) for shape in shapes(answered, set()))


def test_no_answer_grows_with_what_is_kept() -> None:
    told = subprocess.run(
        [sys.executable, "-c", GROWN], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(told.stdout) == []


class Inherits(Fees):
    more: str


class Embeds(Answer):
    halls: dict[str, list[Hall | None]]


@dataclass
class Carries:
    guide: Guide | None


class Holds(TypedDict):
    carried: list[Carries]


@pytest.mark.parametrize(
    ("answered", "found"),
    [
        (Inherits, {"Inherits"}),
        (Embeds, {"Hall", "Windows"}),
        (Carries, {"Guide", "Form"}),
        (Holds, {"Guide"}),
    ],
)
def test_the_walk_finds_what_is_kept(answered: type, found: set[str]) -> None:
    assert found <= set(kept(answered))
