"""What one message reads, each thing once: all parts of an answer speak of the same.

Guides and places are those that are shown; who does something reads what it stands on of the database.
"""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from handlers.web.services import Services
from models.appointments import Appointment, FreeSlot
from models.events import Cause
from models.guides import Guide
from models.places import Hall
from models.shown import Shown


@dataclass
class Reading:
    services: Services
    by: Cause
    kept: dict[Hashable, Any] = field(default_factory=dict)
    of: Services | Shown = field(init=False)

    def __post_init__(self) -> None:
        self.of = self.services.shown

    def anew(self) -> None:
        """From now on all is read again, of the database: something is done."""
        self.kept.clear()
        self.of = self.services

    async def guide(self, item: str) -> Guide:
        """The guide in force of an item.

        Raises:
            NotFound: `guide_not_found`.
        """
        found: Guide = await self._once(("guide", item), lambda: self.of.guides.published(item))
        return found

    async def place(self, code: str) -> Hall | None:
        """A hall, if it is there still."""
        found: list[Hall] = await self._once(("hall", code), lambda: self.of.halls.those([code]))
        return found[0] if found else None

    async def hall(self, code: str) -> Hall:
        """
        Raises:
            NotFound: `hall_not_found`.
        """
        if (found := await self.place(code)) is None:
            raise self.services.halls.missing
        return found

    async def offering(self, guide: Guide) -> list[Hall]:
        """The halls with windows for an item."""
        found: list[Hall] = await self._once(
            ("offering", guide.key), lambda: self.of.halls.offering(guide.group, guide.places)
        )
        self.kept.update({("hall", hall.code): [hall] for hall in found})
        return found

    async def visit(self, key: str) -> Appointment:
        """
        Raises:
            NotFound: `appointment_not_found`.
        """
        found: Appointment = await self._once(("visit", key), lambda: self.services.appointments.get(key))
        return found

    async def visits(self, applicant: str) -> list[Appointment]:
        """An applicant's, the latest first."""
        found: list[Appointment] = await self._once(
            ("visits", applicant), lambda: self.services.appointments.of_applicant(applicant)
        )
        self.kept.update({("visit", one["_id"]): one for one in found})
        return found

    async def days(self, hall: Hall, group: str, without: Sequence[str] = ()) -> dict[date, int]:
        """The places left by day; of appointments `without`, which are to be moved, the places are free."""
        calendar, of = self.services.calendar, self.services.appointments
        found: dict[date, int] = await self._once(
            ("days", hall.code, group, *without),
            lambda: of.days_left(hall, group, calendar, self.by, without),
        )
        return found

    async def slots(self, hall: Hall, group: str, day: date, without: Sequence[str] = ()) -> list[FreeSlot]:
        """The slots of a day that have not begun; `without` as for `days`."""
        calendar, of = self.services.calendar, self.services.appointments
        found: list[FreeSlot] = await self._once(
            ("slots", hall.code, group, day, *without),
            lambda: of.free(hall, group, day, calendar, self.by, without),
        )
        return found

    async def _once(self, key: Hashable, read: Callable[[], Awaitable[Any]]) -> Any:
        if key not in self.kept:
            self.kept[key] = await read()
        return self.kept[key]
