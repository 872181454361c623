"""What one matter adds to the statistics of reviews, as a pure function of what is true of it.

A matter puts ticks into boxes. A box is a name in a cell, and a cell is a day, a kind, a department, an item,
a hall and a channel. A tick counts one. So the figures are the sum of the ticks, and follow from the
documents alone, in whatever order and however often their events come. Nothing here depends on "now".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from models.voices.document import Kind, Mark
from models.voices.rules import can_review
from models.voices.stages import Verb
from models.voices.tags import LEVELS, TAG_LISTS
from models.workdays import local_date

APART = "|"
"""Parts the names in a cell's id; no code has it."""


class Box(StrEnum):
    """What is counted, besides `level_N`, `again_N` (of a follow-up) and `tag_CODE`."""

    FINISHED = "finished"  # could be reviewed: concluded, or served; in no channel
    REVIEWED = "reviewed"  # of those that finished, so that it is never more
    SET_ASIDE = "set_aside"  # counts nowhere else
    OPENED = "opened"  # rectifications, on the day of the bad opinion
    IN_TIME = "in_time"  # on the day of the fix
    DUE = "due"  # on the last day for a fix that was not made by then, or not yet
    LATE = "late"  # of these, fixed since


def level_box(level: int) -> str:
    return f"level_{level}"


def again_box(level: int) -> str:
    return f"again_{level}"


def tag_box(tag: str) -> str:
    return f"tag_{tag}"


BOXES: tuple[str, ...] = (
    *Box,
    *map(level_box, LEVELS),
    *map(again_box, LEVELS),
    *dict.fromkeys(tag_box(tag) for listed in TAG_LISTS for tags in listed.tags.values() for tag in tags),
)


@dataclass(frozen=True)
class Cell:
    """Where a tick is counted; "" where a matter has no hall, or what is counted no channel."""

    day: date
    kind: Kind
    department: str
    item: str
    hall: str
    channel: str

    @property
    def key(self) -> str:
        return APART.join(
            (self.day.isoformat(), self.kind, self.department, self.item, self.hall, self.channel)
        )

    def tick(self, box: str) -> str:
        return f"{self.key}{APART}{box}"


def cell_of(key: str) -> Cell:
    """The cell that has this key."""
    day, kind, department, item, hall, channel = key.split(APART)
    return Cell(date.fromisoformat(day), Kind(kind), department, item, hall, channel)


def split(tick: str) -> tuple[str, str]:
    """The key of a tick's cell, and the name of its box."""
    key, _, box = tick.rpartition(APART)
    return key, box


REVIEW = ("department", "item", "hall", "channel", "day", "level", "tags", "marks", "again")
RECTIFICATION = ("opened_at", "fix_due", "done", "earlier")
SUBJECT = ("state", "department", "item", "hall", "concluded_at", "day")
"""The fields of each document that count."""

Part = Mapping[str, Any] | None
"""These fields as they are kept; None where there is no such document."""


def ticks_of(matter: str, subject: Part, review: Part, rectification: Part) -> tuple[str, ...]:
    """All ticks of a matter, in their order: of what was done (`subject`, an application or an appointment),
    of what its person said of it, and of what was rectified; two rounds of one day are two ticks. A review
    that is set aside counts as such alone."""
    aside = bool(review and Mark.SET_ASIDE in review["marks"])
    ticks = [*_finished(matter, subject, reviewed=bool(review) and not aside)]
    if review:
        ticks += _said(matter, review, aside=aside)
        if rectification and not aside:
            ticks += _rectified(matter, review, rectification)
    return tuple(sorted(ticks))


def _finished(matter: str, subject: Part, *, reviewed: bool) -> Iterator[str]:
    kind = matter.partition(":")[0]
    if not subject or not can_review(kind, subject["state"]):
        return
    day = local_date(subject["concluded_at"]) if kind == "application" else date.fromisoformat(subject["day"])
    cell = _cell(matter, subject, day, "")
    yield cell.tick(Box.FINISHED)
    if reviewed:
        yield cell.tick(Box.REVIEWED)


def _said(matter: str, review: Mapping[str, Any], *, aside: bool) -> Iterator[str]:
    cell = _cell(matter, review, local_date(review["day"]), review["channel"])
    if aside:
        yield cell.tick(Box.SET_ASIDE)
        return
    yield cell.tick(level_box(review["level"]))
    yield from (cell.tick(tag_box(tag)) for tag in {*review["tags"]})
    if again := review["again"]:
        later = _cell(matter, review, local_date(again["at"]), again["channel"])
        yield later.tick(again_box(again["level"]))


def _rectified(matter: str, review: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """Each round of it, since a follow-up can open it anew."""
    for one in (*found["earlier"], found):
        yield from _round(matter, review, one)


def _round(matter: str, review: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    limit, fixed = found["fix_due"], found["done"].get(Verb.FIX.value)

    def at(moment: datetime) -> Cell:
        return _cell(matter, review, local_date(moment), review["channel"])

    yield at(found["opened_at"]).tick(Box.OPENED)
    if fixed and fixed["at"] <= limit:
        yield at(fixed["at"]).tick(Box.IN_TIME)
        return
    yield at(limit).tick(Box.DUE)
    if fixed:
        yield at(limit).tick(Box.LATE)


def _cell(matter: str, of: Mapping[str, Any], day: date, channel: str) -> Cell:
    kind = Kind.GUIDE if matter.startswith("guide:") else Kind.SERVICE
    department, item, hall = (of.get(name) or "" for name in ("department", "item", "hall"))
    return Cell(day, kind, department, item, hall, channel)
