"""A visit as its owner takes it along, on a ticket or in a calendar, with all its matters; it names no
person."""

from dataclasses import dataclass, replace
from datetime import datetime

from tornado.locale import Locale

from handlers.web.names import title_of
from handlers.web.services import Services
from models.appointments import Appointment, State
from models.guides import Way
from models.places import Position


@dataclass(frozen=True)
class Visit:
    """What there is to say of one matter, in one language. `url` is its page, which its QR leads to; `bring`
    names the materials that a window asks for; `changed` is when it last became another. `all` are those of
    one visit with it, itself too, in the order of their times; of one that is alone itself."""

    key: str
    number: str
    item: str
    bring: tuple[str, ...]
    hall: str
    address: str
    phone: str
    position: Position | None
    start: datetime
    end: datetime
    moves: int
    booked: bool
    changed: datetime
    url: str
    others: tuple["Visit", ...] = ()

    @property
    def all(self) -> tuple["Visit", ...]:
        return tuple(sorted((self, *self.others), key=lambda one: one.start))


async def visit_told(services: Services, found: Appointment, locale: Locale) -> Visit:
    """An appointment with those of the same visit."""
    together = (await services.several.together([found]))[found["_id"]]
    others = [await _told(services, one, locale) for one in together if one["_id"] != found["_id"]]
    return replace(await _told(services, found, locale), others=tuple(others))


async def _told(services: Services, found: Appointment, locale: Locale) -> Visit:
    """It, with its guide and hall as they are now; of a hall that is gone only the name."""
    guide = await services.guides.version(found["guide"])
    halls = await services.halls.those([found["hall"]])
    hall = halls[0] if halls else None
    asked = [one.name for one in guide.materials if one.required and Way.WINDOW in one.asked]
    return Visit(
        key=found["_id"],
        number=found["number"],
        item=title_of(guide, locale.code),
        bring=tuple(locale.translate(name) for name in asked),
        hall=title_of(hall, locale.code) if hall else found["hall_name"],
        address=locale.translate(hall.address) if hall else "",
        phone=hall.phone if hall else "",
        position=hall.position if hall else None,
        start=found["start"],
        end=found["end"],
        moves=found["moves"],
        booked=found["state"] is State.BOOKED,
        changed=found["timeline"][-1]["at"],
        url=visit_url(services, found["_id"]),
    )


def visit_url(services: Services, key: str) -> str:
    """The address of a visit's page, which the hall reads from the QR."""
    return f"{services.site.base_url}/appointments/{key}"
