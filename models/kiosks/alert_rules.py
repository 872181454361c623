"""When a trouble is worth an alert, and what becomes of the alert of its place: pure functions of values.

docs/decisions/0012-alerts.md has the table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TypedDict

from models.kiosks.document import CommandName, Kiosk, State
from models.kiosks.troubles import Fault, Trouble
from models.places import Hall, HallKind, working
from models.staff import CENTRE, Section, township_section
from models.workdays import Workdays

PATIENCE = timedelta(minutes=3)
"""A trouble that is over before nobody hears of."""
GATHERS = timedelta(minutes=1)
"""So long an alert waits for others of its place, fallen silent just now, so that all are told of at once."""
QUIET = timedelta(minutes=30)
"""After planned work, and after the device was told to do what it falls silent for."""
OPENING = timedelta(minutes=15)
"""So long machines may take to start when a place opens."""
CALM = timedelta(minutes=30)
"""Without trouble, after which an alert is over. What comes back before is the same alert."""
TELL_AGAIN = timedelta(minutes=30)
"""At least between two messages that more kiosks of a place are in trouble."""
ANSWER_WITHIN = timedelta(minutes=15)
"""Else the next of the line is told."""
MEND_WITHIN = timedelta(hours=4)
"""The same for an alert that was acknowledged."""
SILENCING = (CommandName.RESTART, CommandName.UPDATE, CommandName.RELOAD)


class Concerned(TypedDict):
    """A kiosk of an alert, its latest trouble, and when that was over, as far as it is."""

    kiosk: str
    what: Fault
    since: datetime
    until: datetime | None


def is_watched(hall: Hall, now: datetime, calendar: Workdays) -> bool:
    """Whether somebody could use its kiosks now, and already could when it was time to switch them on."""
    return all(working(hall, moment, calendar).anything for moment in (now, now - OPENING))


def is_worth_it(trouble: Trouble, kiosk: Kiosk, silenced: Iterable[datetime], now: datetime) -> bool:
    """Whether it is to be alerted; `silenced` is when the device was told to do what it falls silent for."""
    if kiosk["state"] is not State.IN_SERVICE or now - trouble.since < PATIENCE:
        return False
    if any(at <= trouble.since and now < at + QUIET for at in silenced):
        return False
    return all(now >= end + QUIET for end in _work_ends(kiosk, now))


def gathers(worth: Iterable[Trouble], all_there: Iterable[Trouble], now: datetime) -> bool:
    """Whether the alert of a place is not to be opened yet: more of its kiosks may be `worth` it soon."""
    soon = any(now - one.since < PATIENCE for one in all_there)
    return soon and all(now - one.since < PATIENCE + GATHERS for one in worth)


def _work_ends(kiosk: Kiosk, now: datetime) -> Iterable[datetime]:
    """When known work at it ended, or will."""
    if (told := kiosk["suspension"]) and told["start"] <= now:
        yield told["end"]
    yield from (one["end"] for one in kiosk["suspensions"])
    yield from (one["end"] for one in kiosk["outages"] if one["end"])


def section_of_hall(hall: Hall) -> Section:
    """Whose roster says who is told of a hall."""
    townships = (HallKind.TOWNSHIP, HallKind.STATION)
    return township_section(hall.township) if hall.kind in townships else CENTRE


class Change(Enum):
    """What becomes of the alert of a place."""

    OPENED = "alert.opened"
    GREW = "alert.grew"
    CHANGED = "alert.changed"
    RETURNED = "alert.returned"
    CLEARED = "alert.cleared"
    CLOSED = "alert.closed"


@dataclass(frozen=True)
class Known:
    """What an open alert knows: of which kiosks (`told_of`) and when (`told_at`) somebody was told last, and
    since when there is no trouble."""

    kiosks: Sequence[Concerned]
    told_of: Sequence[str]
    told_at: datetime
    clear_since: datetime | None


def change_of(known: Known | None, troubles: Sequence[Trouble], now: datetime) -> Change | None:
    """What a look finds that is to be kept; None where nothing is."""
    if known is None:
        return Change.OPENED if troubles else None
    if not troubles:
        if known.clear_since is None:
            return Change.CLEARED
        return Change.CLOSED if now >= known.clear_since + CALM else None
    if untold(known, troubles) and now >= known.told_at + TELL_AGAIN:
        return Change.GREW
    if known.clear_since is not None:
        return Change.RETURNED
    return None if running(known.kiosks) == running(concerned((), troubles, now)) else Change.CHANGED


def followed(known: Known, change: Change, troubles: Sequence[Trouble], now: datetime) -> Known:
    """What the alert knows after a change."""
    told = change is Change.GREW
    return Known(
        kiosks=concerned(known.kiosks, troubles, now),
        told_of=sorted({*known.told_of, *(one.kiosk for one in troubles)}) if told else known.told_of,
        told_at=now if told else known.told_at,
        clear_since=None if troubles else known.clear_since or now,
    )


def untold(known: Known, troubles: Iterable[Trouble]) -> set[str]:
    """Kiosks in trouble that nobody was told of."""
    return {one.kiosk for one in troubles} - set(known.told_of)


def running(kiosks: Iterable[Concerned]) -> list[tuple[str, Fault]]:
    """Those that are in trouble now, and in which."""
    return sorted((one["kiosk"], one["what"]) for one in kiosks if one["until"] is None)


def concerned(before: Sequence[Concerned], troubles: Iterable[Trouble], now: datetime) -> list[Concerned]:
    """The kiosks of an alert after a look: those of before, and those that are in trouble, each once."""
    kept: dict[str, Concerned] = {one["kiosk"]: {**one, "until": one["until"] or now} for one in before}
    for kiosk, what, since in troubles:
        kept[kiosk] = Concerned(kiosk=kiosk, what=what, since=since, until=None)
    return [kept[kiosk] for kiosk in sorted(kept)]
