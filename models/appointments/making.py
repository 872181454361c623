"""What is written of a visit: itself once, and its place whenever it is booked or moved."""

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


def visit_of(key: str, party: Party, guide: Guide, by: Cause) -> Document:
    """A visit, without its place."""
    return {
        "_id": key,
        "applicant": party.id,
        "agent": party.agent["_id"],
        "account": party.account,
        "masked_name": party.applicant["masked_name"],
        "item": guide.item,
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


def place_of(party: Party, guide: Guide, hall: Hall, slot: Slot, won: Claimed) -> Document:
    """Where and when a visit is, for what the guide says now, and what it claims."""
    return {
        "item_name": guide.name,
        "guide": guide.key,
        "department": guide.department,
        "group": guide.group,
        "hall": hall.code,
        "hall_name": hall.name,
        "day": local_date(slot.start).isoformat(),
        "start": slot.start,
        "end": slot.end,
        "window": won.seat.window,
        "seat": won.seat.number,
        "number": won.number,
        "closes_at": day_end(slot.start),
        "claims": claims(party.id, guide.item, slot, won.seat, won.ordinal, won.number),
    }
