"""What it takes to read the queue: of thousands, each list reads little more than it shows (article 10)."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from models.applications import CLOCKED, CLOSED, SEEN, DueBy, Holder, Sought, State
from models.applications.queue import matching
from models.applications.sought import keys_of
from models.events import Channel
from models.paging import ENOUGH, Position
from models.store import Database, Document
from tests.house.clock import START, Clock
from tests.house.database import fresh_database
from tests.house.desk import Desk
from tests.house.guides import OTHER, USCC, plain_guide
from tests.house.house import House
from tests.house.outside import Register, TakesAll
from tests.house.stores import PRIVACY, stores_over

MANY = 3000
ROWS = 30
STATES = (*CLOCKED, State.SUPPLEMENT_REQUESTED, State.PAUSED, State.CONCLUDED, State.WITHDRAWN)


@pytest.fixture(scope="module")
async def full(mongo_uri: str) -> AsyncIterator[Desk]:
    """A desk over copies of one application: of two departments, three items, both channels, some taken, some
    sent back before, and of a few the same applicant."""
    async with fresh_database(mongo_uri) as database:
        yield await filled(database)


async def filled(database: Database) -> Desk:
    clock = Clock()
    stores = stores_over(database, clock.now, Register())
    await stores.prepare()
    house = House(stores)
    stores.materials.inspector = TakesAll()
    desk = house.desk(await house.applicant())
    pattern = await stores.applications.documents.find_one(
        {"_id": (await desk.submitted(plain_guide(several=True)))["_id"]}
    )
    asked = [{"at": START, "by": "x", "materials": [], "fields": [], "files": {}, "answered_at": None}]
    made = []
    for number in range(MANY):
        moment = clock.now() + timedelta(minutes=number - MANY // 2)
        state = STATES[number % len(STATES)]
        made.append(
            {
                **pattern,
                "_id": f"{number:032x}",
                "serial": f"{number}",
                "events": [],
                "state": state.value,
                "changed_at": moment,
                "due_at": moment if state in CLOCKED else None,
                "department": USCC if number % 7 else OTHER,
                "item": f"item-{number % 3}",
                "channel": (Channel.H5 if number % 5 else Channel.KIOSK).value,
                "assigned": "approver" if number % 4 == 1 else "",
                "supplements": asked if number % 11 == 0 else [],
                "found_by": pattern["found_by"] if number % 20 == 0 else ["another"],
            }
        )
    await stores.applications.documents.insert_many(made)
    return desk


CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {"item": "item-1"},
    {"department": OTHER},
    {"due": DueBy.OVERDUE},
    {"due": DueBy.TODAY, "channel": "kiosk"},
    {"holder": Holder.ME},
    {"holder": Holder.NOBODY, "item": "item-2", "channel": "h5"},
    {"handling": "fully_online"},
)
LISTS: tuple[dict[str, Any], ...] = (
    {"states": CLOCKED, "mine": True},
    {"states": CLOCKED},
    {"states": (State.PAUSED,)},
    {"states": CLOSED},
    {"states": SEEN},
)


def asked() -> Iterator[Sought]:
    for of, choice in product(LISTS, CHOICES):
        yield Sought(**of, **choice)


@pytest.mark.parametrize("member", ["window", "approver", "both", "management", "civil"])
async def test_little_more_is_read_than_is_shown(full: Desk, member: str) -> None:
    known, now = await full.known(member), full.stores.clock()
    middle = Position(now, f"{MANY // 2:032x}").cursor
    found = Sought(SEEN, keys=tuple(keys_of(PRIVACY, full.party)))
    shown = 0
    for sought in (*asked(), found):
        for place in ({}, {"after": middle}, {"before": middle}):
            query, order = full.stores.queue.selection(known, sought, now, **place)
            rows, examined, plan = await explained(full, query, order, sought.index)
            assert examined <= 3 * max(rows, 1), (sought, place, rows, examined, plan)
            shown += rows
    assert shown > 500 or member == "management"


@pytest.mark.parametrize("member", ["window", "approver", "both", "management", "civil"])
async def test_a_neighbour_is_read_alone(full: Desk, member: str) -> None:
    """Beside a case that stands in the list, and beside one that has left it."""
    known, now = await full.known(member), full.stores.clock()
    middle = Position(now, f"{MANY // 2:032x}").cursor
    found = Sought(SEEN, keys=tuple(keys_of(PRIVACY, full.party)))
    shown = 0
    for sought in (*asked(), found):
        for side in ({"after": middle}, {"before": middle}):
            query, order = full.stores.queue.nearest(known, sought, now, **side)
            rows, examined, plan = await explained(full, query, order, sought.index, 1)
            assert examined <= 3, (sought, side, rows, examined, plan)
            shown += rows
    assert shown > 20 or member == "management"


async def explained(
    full: Desk, query: Document, order: list[tuple[str, int]], index: str | None, limit: int = ROWS
) -> tuple[int, int, str]:
    """Rows of a page, documents examined for it, and the plan."""
    applications = full.stores.applications.documents
    told = await applications.find(query, hint=index).sort(order).limit(limit).explain()
    stats = told["executionStats"]
    return stats["nReturned"], stats["totalDocsExamined"], str(told["queryPlanner"]["winningPlan"])


@pytest.mark.parametrize("member", ["window", "approver", "both"])
async def test_what_is_counted_is_counted_in_the_index_and_no_further(full: Desk, member: str) -> None:
    known, now = await full.known(member), full.stores.clock()
    database = full.stores.applications.documents.database
    for sought in asked():
        query = matching(known, sought, now)
        whole = await full.stores.applications.documents.count_documents(query)
        assert await full.stores.queue.count(known, sought, now) == min(whole, ENOUGH + 1)
        pipeline = [{"$match": query}, {"$limit": ENOUGH + 1}, {"$count": "all"}]
        told = await database.command(
            {
                "explain": {"aggregate": "applications", "pipeline": pipeline, "cursor": {}},
                "verbosity": "executionStats",
            }
        )
        examined = str(told).partition("'totalDocsExamined': ")[2].partition(",")[0]
        again = known["department"] and sought.mine and "both" in known["_id"]
        assert int(examined) == 0 or again, (sought, told)
