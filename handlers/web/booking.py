"""What one can choose from when a hall is booked, at any door that has pages (article 9)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from handlers.web.pages import CitizenPage
from models.appointments import FreeSlot
from models.appointments.rules import SlotFull, SlotUnknown
from models.guides import Guide
from models.places import Hall, Near, Position, seen_from, slots


async def halls_for(page: CitizenPage, guide: Guide, here: Position | None = None) -> list[Near]:
    """Where an item is booked; with a position, which is not kept, the nearest first."""
    halls = page.services.shown.halls
    if here:
        found = await halls.near(here, group=guide.group, places=guide.places)
    else:
        found = await halls.offering(guide.group, guide.places)
    return seen_from(found, here, page.now, page.services.calendar)


def chosen_of(halls: Sequence[Near], code: str) -> Hall | None:
    """The hall with this code, or the only one there is."""
    if len(halls) == 1:
        return halls[0].hall
    return next((near.hall for near in halls if near.hall.code == code), None)


async def times(
    page: CitizenPage, guide: Guide, hall: Hall | None, day: date | None, without: Collection[str] = ()
) -> dict[str, Any]:
    """The days of a hall with the places left, and the slots of one of them; of appointments `without`, which
    are to be moved, the places are free."""
    if hall is None:
        return {"days": {}, "slots": []}
    appointments, calendar, by = page.services.appointments, page.services.calendar, page.cause()
    left = await appointments.days_left(hall, guide.group, calendar, by, without)
    ahead = [
        one for one in left if any(slot.start > by.at for slot in slots(hall, guide.group, one, calendar))
    ]
    free: list[FreeSlot] = []
    if day and day in ahead:
        free = await appointments.free(hall, guide.group, day, calendar, by, without)
    return {"days": {one: left[one] for one in ahead}, "slots": free}


def open_slot(free: Sequence[FreeSlot], start: datetime) -> FreeSlot:
    """The slot that begins then and has a place.

    Raises:
        BadInput: `slot_unknown`.
        Conflict: `slot_full`.
    """
    for slot in free:
        if slot.start == start:
            if not slot.left:
                raise SlotFull
            return slot
    raise SlotUnknown
