"""How a result can be received, and what one comes for, as clients see it."""

from pydantic import Field

from handlers.api.contract import Answer, Said
from handlers.web.names import title_of
from models.applications import How, Visit, offered, visits
from models.applications import Stop as ModelStop
from models.guides import Guide


class Receiving(Answer):
    """One of the ways that an item offers."""

    how: How
    visits: list[Visit] = Field(description="what the applicant then comes for, in order")


class StopHall(Answer):
    code: str
    name: str
    address: Said
    phone: str


class Stop(Answer):
    """A visit, and the halls to any one of which it can be made."""

    visit: Visit
    halls: list[StopHall]


def receiving(guide: Guide) -> list[Receiving]:
    return [Receiving(how=how, visits=list(visits(guide, how))) for how in offered(guide)]


def stop(found: ModelStop, language: str) -> Stop:
    halls = [
        StopHall(code=hall.code, name=title_of(hall, language), address=hall.address, phone=hall.phone)
        for hall in found.halls
    ]
    return Stop(visit=found.visit, halls=halls)
