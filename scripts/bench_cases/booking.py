"""Bookings a second, beside the bare driver that does their writes alone.

Each person books as the doors have it done: the guide in force, the hall, then the place. People spread over
the slots of a hall with sixty windows.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from _machine import embedded

from bench_cases.effort import Effort, Figures, Ground
from bench_cases.worlds import NOBODY, opened
from bench_cases.writes import Change, compared
from models.people import Party
from models.workdays import local_date
from tests.house.guides import plain_guide
from tests.house.places import WHOLE_DAY, with_windows
from tests.house.settings import environment
from tests.house.worker import World
from wechat_backend.wiring import utc_now

HALL = with_windows(60, WHOLE_DAY)


def run(effort: Effort, _ground: Ground) -> Figures:
    with embedded("bench") as (mongod, _folder):
        return {"ratio_driver": asyncio.run(measured(mongod.uri, effort))}


async def measured(uri: str, effort: Effort) -> float:
    async with opened(environment(NOBODY, uri, "bench")) as world:
        guides = [plain_guide(number + 1) for number in range(effort.rounds + 3)]
        await world.furnish(*guides, hall=HALL)
        people = [await world.applicant() for _ in range(effort.writes)]

        async def prepare(number: int, many: int) -> Sequence[Change]:
            starts = await free(world, number)
            item = guides[number].item
            return [
                partial(book, world, party, item, starts[each % len(starts)])
                for each, party in enumerate(people[:many])
            ]

        return await compared(world, "booking", effort, prepare)


async def free(world: World, number: int) -> list[datetime]:
    """The slots of a day, in each round of another one, as nobody has more than three bookings a day."""
    calendar, stores = world.stores.calendar, world.stores
    left = await stores.appointments.days_left(HALL, "general", calendar, world.by())
    days = [day for day in left if day > local_date(utc_now())]
    day = days[number % len(days)]
    return [slot.start for slot in await stores.appointments.free(HALL, "general", day, calendar, world.by())]


async def book(world: World, party: Party, item: str, start: datetime) -> object:
    stores = world.stores
    guide, hall = await stores.guides.published(item), await stores.halls.get(HALL.code)
    return await stores.appointments.book(party, guide, hall, start, stores.calendar, world.by())
