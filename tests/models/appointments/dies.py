"""Run as a process of its own: somebody books or moves to ten, and it is killed before or after the write.

    python -m tests.models.appointments.dies (book|move) (before|after) MONGO_URI DATABASE APPLICANT

So nobody is told what came of it.
"""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import Any

from models.people import Party
from models.store import Store
from tests.house.clock import START
from tests.house.house import House
from tests.house.outside import Register
from tests.house.stores import stores_over
from tests.models.appointments.test_booking import CALENDAR, GUIDE, HALL, NINE
from wechat_backend.database.connection import connect

TEN = NINE + timedelta(hours=1)
WRITES = {"book": "add", "move": "change"}
"""The method of a store by which a visit is written."""


def deadly(act: str, moment: str) -> None:
    """Let the write of an act kill this process, before it is done or when the database has it."""
    write: Any = getattr(Store, WRITES[act])

    async def dies(self: Store[Any], *given: Any, **more: Any) -> None:
        if moment == "after":
            await write(self, *given, **more)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(Store, WRITES[act], dies)


async def run(act: str, moment: str, uri: str, name: str, applicant: str) -> None:
    house = House(stores_over(await connect(uri, name), lambda: START, Register()))
    person = await house.stores.applicants.get(applicant)
    party, store, by = Party(person, person, person["account"] or ""), house.stores.appointments, house.by()
    deadly(act, moment)
    if act == "book":
        await store.book(party, GUIDE, HALL, TEN, CALENDAR, by)
    else:
        [booked] = await store.of_applicant(party.id)
        await store.move(booked["_id"], party, GUIDE, HALL, TEN, CALENDAR, by)


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
