"""A server is killed as somebody books or moves: all is done or nothing, and the own list tells which."""

import asyncio
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from bson import Binary

from models.appointments import Appointments, Matter
from models.people import Party
from models.store import Database
from tests.house.clock import START, MakeCause
from tests.house.house import House, said
from tests.house.outside import Register
from tests.house.stores import stores_over
from tests.models.appointments.dies import BOTH, ONE, TEN, VISIT
from tests.models.appointments.test_booking import CALENDAR, GUIDE, HALL, NINE, TOMORROW

HALF = timedelta(minutes=30)
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


async def dead(*given: str) -> str:
    """What a process said that was killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.models.appointments.dies", *given),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    told, _ = await process.communicate()
    assert process.returncode == -signal.SIGKILL
    return told.decode().strip()


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
    await dead(act, moment, mongo_uri, database.name, party.id)
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


@pytest.mark.article("9.place")
@pytest.mark.parametrize("act", ["book-visit", "move-visit"])
async def test_killed_in_the_transaction_of_a_visit(
    database: Any, house: House, mongo_uri: str, party: Party, other: Party, act: str
) -> None:
    """Nothing of it is there; its places are free when the server has ended it, and not before."""
    several, appointments, by = house.stores.several, house.stores.appointments, house.by()
    before = [NINE, NINE + HALF] if act == "move-visit" else []
    if before:
        await several.book(party, _matters(before), ONE, CALENDAR, by)
    session = await dead(act, "after", mongo_uri, database.name, party.id)
    assert sorted(one["start"] for one in await appointments.of_applicant(party.id)) == before
    assert await said(several.book(other, _matters(VISIT), ONE, CALENDAR, by)) == "changed_meanwhile"
    await database.client.admin.command("killSessions", [{"id": Binary.from_uuid(UUID(session))}])
    assert await said(several.book(other, _matters(VISIT), ONE, CALENDAR, by)) == "done"
    assert sorted(one["start"] for one in await appointments.of_applicant(party.id)) == before


async def test_the_server_ends_what_nobody_goes_on_with(database: Any) -> None:
    """It looks for such transactions each half of this time: within a minute they are gone."""
    name = "transactionLifetimeLimitSeconds"
    assert (await database.client.admin.command("getParameter", 1, **{name: 1}))[name] * 1.5 < 60


def _matters(starts: list[datetime]) -> list[Matter]:
    return [Matter(guide, start) for guide, start in zip(BOTH, starts, strict=True)]
