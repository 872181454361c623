"""What is written of a visit: itself once, and its place whenever it is booked or moved."""

from dataclasses import dataclass

from models.appointments.claiming import Claimed
from models.appointments.document import State
from models.appointments.rules import day_end
from models.appointments.seats import claims
from models.events import Cause
from models.guides import Guide
from models.people import Party
from models.places import Hall, Slot
from models.store import Document
from models.workdays import local_date


@dataclass(frozen=True)
class Wanted:
    """A matter of somebody, and the slot of a hall that they want for it."""

    party: Party
    guide: Guide
    hall: Hall
    slot: Slot

    @property
    def day(self) -> str:
        return local_date(self.slot.start).isoformat()


def visit_of(key: str, wanted: Wanted, by: Cause) -> Document:
    """A visit, without its place."""
    party = wanted.party
    return {
        "_id": key,
        "applicant": party.id,
        "agent": party.agent["_id"],
        "account": party.account,
        "masked_name": party.applicant["masked_name"],
        "item": wanted.guide.item,
        "state": State.BOOKED.value,
        "moves": 0,
        "reminded": [],
        "arrived_at": None,
        "giving_up": None,
        "material": None,
        "objection": None,
        "booked_at": by.at,
        "channel": by.channel.value,
    }


def place_of(key: str, wanted: Wanted, won: Claimed, visit: str) -> Document:
    """Where and when a visit is, for what the guide says now, and what it claims; `visit` says with which
    others it is one, or is its own `key`."""
    guide, hall, slot = wanted.guide, wanted.hall, wanted.slot
    shared = visit if visit != key else ""
    return {
        "visit": visit,
        "item_name": guide.name,
        "guide": guide.key,
        "department": guide.department,
        "group": guide.group,
        "hall": hall.code,
        "hall_name": hall.name,
        "day": wanted.day,
        "start": slot.start,
        "end": slot.end,
        "window": won.seat.window,
        "seat": won.seat.number,
        "number": won.number,
        "closes_at": day_end(slot.start),
        "claims": claims(wanted.party.id, guide.item, slot, won.seat, won.ordinal, won.number, shared),
    }
