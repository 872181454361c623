"""What it does to people that a kiosk is out of service: found out before it is decided, and told to those
whom it concerns (article 21, items 4 and 5)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.appointments import Appointment, Pauses
from models.foreseen import check_mark, mark_of
from models.guides import Guide, Guides
from models.kiosks.document import LIVE, Custody, Kiosk, State
from models.kiosks.store import Kiosks
from models.places import Halls
from models.workdays import local_date


@dataclass(frozen=True)
class Absence:
    """A time without the kiosk, decided `since` a moment; `end` is None where it does not come back."""

    start: datetime
    end: datetime | None
    reason: str
    since: datetime


@dataclass(frozen=True)
class Visits:
    """So many visits on a day, for an item."""

    day: date
    item: str
    count: int


@dataclass(frozen=True)
class Consequences:
    """Whom an absence touches: those who have booked a visit for an item of `only_here` (names), which at
    this hall nothing but this kiosk offers. What people do at the kiosk itself, in sessions and with papers
    to be printed, would be a further field here."""

    only_here: tuple[str, ...]
    visits: tuple[Appointment, ...]

    @property
    def by_day(self) -> list[Visits]:
        counted = Counter((local_date(one["start"]), one["item_name"]) for one in self.visits)
        return [Visits(day, item, count) for (day, item), count in sorted(counted.items())]

    @property
    def mark(self) -> str:
        """Equal for the same consequences: what was confirmed is what is saved."""
        return mark_of([*self.only_here, *(one["_id"] for one in self.visits)])

    def check(self, seen: str | None) -> None:
        """`seen` is the mark of those that were confirmed; None where nobody was shown any.

        Raises:
            Conflict: `consequences_changed`.
        """
        check_mark(self.mark, seen)


@dataclass(frozen=True)
class Foresight:
    kiosks: Kiosks
    guides: Guides
    halls: Halls
    pauses: Pauses

    async def of(self, kiosk: Kiosk, start: datetime, end: datetime | None) -> Consequences:
        """What it does that a kiosk is out of service from `start` to `end`, or for good."""
        alone = await self._only_here(kiosk, start, end)
        if not alone:
            return Consequences((), ())
        names = await self.guides.names(alone)
        visits = await self.pauses.booked(kiosk["hall"] or "", alone, start, end)
        return Consequences(tuple(sorted(names.get(one, one) for one in alone)), tuple(visits))

    async def _only_here(self, kiosk: Kiosk, start: datetime, end: datetime | None) -> list[str]:
        """The items for which, at its hall and in that time, there are no windows and no other kiosk."""
        if kiosk["hall"] is None:
            return []
        others = await self.kiosks.beside(kiosk["_id"], kiosk["hall"])
        elsewhere = {item for one in others if serves(one, start, end) for item in one["items"]}
        hall = await self.halls.get(kiosk["hall"])
        groups = hall.windows.capacity.keys() if hall.windows else set[str]()
        alone = [item for item in kiosk["items"] if item not in elsewhere]
        guides = [await self._guide(item) for item in alone]
        return [
            item for item, guide in zip(alone, guides, strict=True) if not at_window(guide, hall.code, groups)
        ]

    async def _guide(self, item: str) -> Guide | None:
        try:
            return await self.guides.published(item)
        except self.guides.missing:
            return None


def at_window(guide: Guide | None, hall: str, groups: Collection[str]) -> bool:
    """Whether a hall with windows for these groups handles the item of a guide."""
    return guide is not None and hall in guide.places and guide.group in groups


def serves(kiosk: Kiosk, start: datetime, end: datetime | None) -> bool:
    """Whether a kiosk, as far as is known now, is in service for the whole of a time."""
    if kiosk["state"] is not State.IN_SERVICE:
        return False
    return not any(overlaps(one, start, end) for one in absences(kiosk))


def overlaps(absence: Absence, start: datetime, end: datetime | None) -> bool:
    return (end is None or absence.start < end) and (absence.end is None or start < absence.end)


def absences(kiosk: Kiosk) -> list[Absence]:
    """What was announced and is not over: its suspension, and the day on which it leaves."""
    if kiosk["state"] not in LIVE:
        return []
    return [*_suspension(kiosk), *_retirement(kiosk)]


def _suspension(kiosk: Kiosk) -> Iterable[Absence]:
    if told := kiosk["suspension"]:
        end = None if told["custody"] is Custody.REMOVED else told["end"]
        yield Absence(told["start"], end, told["reason"], told["told_at"])


def _retirement(kiosk: Kiosk) -> Iterable[Absence]:
    leaving = kiosk["retirement"]
    if leaving and leaving["leaves_at"]:
        yield Absence(leaving["leaves_at"], None, leaving["ground"].label, leaving["leaves_at"])


def touching(found: Sequence[Absence], visit: Appointment) -> Absence:
    """The first of a kiosk's absences that a visit falls into."""
    return next(one for one in found if overlaps(one, visit["start"], visit["end"]))
