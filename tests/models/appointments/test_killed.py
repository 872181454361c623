"""A server is killed as somebody books or moves: all is done or nothing, and the own list tells which."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from models.appointments import Appointments
from models.people import Party
from models.store import Database
from tests.house.clock import START, MakeCause
from tests.house.house import said
from tests.house.outside import Register
from tests.house.stores import stores_over
from tests.models.appointments.dies import TEN
from tests.models.appointments.test_booking import CALENDAR, GUIDE, HALL, NINE, TOMORROW

ROOT = Path(__file__).parents[3]
BOOKED, MOVED = "appointment.booked", "appointment.moved"
CASES: dict[tuple[str, str], tuple[list[Any], str, list[str]]] = {
    ("book", "after"): ([TEN], "already_booked", [BOOKED]),
    ("move", "before"): ([NINE], "done", [BOOKED, MOVED]),
    ("move", "after"): ([TEN], "slot_same", [BOOKED, MOVED]),
}
"""Where the person has a place then, what trying again comes to, and all that was told in the end."""


@pytest.fixture(scope="module")
async def indexed(database: Database) -> Database:
    """One driver is enough."""
    await stores_over(database, lambda: START, Register()).prepare()
    return database


@pytest.mark.article("9.place")
@pytest.mark.parametrize(("act", "moment"), CASES)
async def test_killed_at_the_write(
    database: Any,
    appointments: Appointments,
    mongo_uri: str,
    cause: MakeCause,
    party: Party,
    act: str,
    moment: str,
) -> None:
    if act == "move":
        await appointments.book(party, GUIDE, HALL, NINE, CALENDAR, cause())
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.models.appointments.dies"),
        *(act, moment, mongo_uri, database.name, party.id),
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    assert await process.wait() == -signal.SIGKILL
    places, again, told = CASES[act, moment]
    own = await appointments.of_applicant(party.id)
    assert [one["start"] for one in own] == places
    trying = (
        appointments.move(own[0]["_id"], party, GUIDE, HALL, TEN, CALENDAR, cause())
        if act == "move"
        else appointments.book(party, GUIDE, HALL, TEN, CALENDAR, cause())
    )
    assert await said(trying) == again
    [kept] = await appointments.documents.find({"applicant": party.id}).to_list()
    assert (kept["state"], kept["start"]) == ("booked", TEN)
    assert [event["name"] for event in kept["events"]] == told
    free = await appointments.free(HALL, "general", TOMORROW, CALENDAR, cause())
    assert sum(slot.left for slot in free) == 5 * len(free) - 1
