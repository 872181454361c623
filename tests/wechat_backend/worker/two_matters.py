"""A visit of two matters, half an hour after each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from models.appointments import Appointment, Matter
from models.guides import Guide
from models.people import Party
from models.workdays import local_date, local_moment
from tests.house.guides import plain_guide
from tests.house.places import HALL
from tests.house.worker import World

NAMES = ("居住证签注", "医保参保")


@dataclass(frozen=True)
class TwoMatters:
    """What somebody wants, on a working day `ahead`."""

    party: Party
    guides: Sequence[Guide]
    starts: Sequence[datetime]

    async def book(self, world: World) -> list[Appointment]:
        matters = [Matter(*one) for one in zip(self.guides, self.starts, strict=True)]
        calendar, by = world.services.calendar, world.by(f"applicant:{self.party.id}")
        visit = await world.services.several.book(self.party, matters, HALL, calendar, by)
        await world.publish(*self.guides)
        return visit


def two_matters(world: World, party: Party, ahead: int = 1) -> TwoMatters:
    guides = [plain_guide(number, name=name) for number, name in enumerate(NAMES, 1)]
    day = world.services.calendar.after(local_date(world.clock()), ahead)
    return TwoMatters(party, guides, [local_moment(day, time(10, 30 * number)) for number in range(2)])
