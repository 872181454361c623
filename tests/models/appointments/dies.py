"""Run as a process of its own: somebody books or moves to ten, and it is killed before or after the write.

    python -m tests.models.appointments.dies ACT (before|after) MONGO_URI DATABASE APPLICANT

So nobody is told what came of it. The acts are `book`, `move`, `book-visit` and `move-visit`; a visit is of
two matters, and its process is killed with the transaction open, whose session it says.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import Any

from models.appointments import Matter
from models.people import Party
from models.store import Store
from tests.house.clock import START
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.outside import Register
from tests.house.places import MORNING, with_windows
from tests.house.stores import stores_over
from tests.models.appointments.test_booking import CALENDAR, GUIDE, HALL, NINE
from wechat_backend.database.connection import connect

TEN = NINE + timedelta(hours=1)
BOTH = [plain_guide(number) for number in (1, 2)]
ONE = with_windows(1, MORNING)
VISIT = [TEN, TEN + timedelta(minutes=30)]
"""The two matters of a visit, the hall with one window, and when they are to be there."""
WRITES = {"book": "add", "move": "change", "book-visit": "add", "move-visit": "change"}
"""The method of a store by which a visit is written."""


def deadly(act: str, moment: str) -> None:
    """Let the write of an act kill this process, before it is done or when the database has it."""
    write: Any = getattr(Store, WRITES[act])

    async def dies(self: Store[Any], *given: Any, **more: Any) -> None:
        for session in (one for one in (*given, *more.values()) if hasattr(one, "session_id")):
            sys.stdout.write(session.session_id["id"].hex())
            sys.stdout.flush()
        if moment == "after":
            await write(self, *given, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(Store, WRITES[act], dies)


async def run(act: str, moment: str, uri: str, name: str, applicant: str) -> None:
    house = House(stores_over(await connect(uri, name), lambda: START, Register()))
    person = await house.stores.applicants.get(applicant)
    party, store, by = Party(person, person, person["account"] or ""), house.stores.appointments, house.by()
    deadly(act, moment)
    several, visit = house.stores.several, [Matter(guide, at) for guide, at in zip(BOTH, VISIT, strict=True)]
    booked = await store.of_applicant(party.id)
    match act:
        case "book":
            await store.book(party, GUIDE, HALL, TEN, CALENDAR, by)
        case "move":
            await store.move(booked[0]["_id"], party, GUIDE, HALL, TEN, CALENDAR, by)
        case "book-visit":
            await several.book(party, visit, ONE, CALENDAR, by)
        case "move-visit":
            await several.move(booked[0]["visit"], visit, party, ONE, CALENDAR, by)


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
