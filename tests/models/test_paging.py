"""Lists page by page: there and back again, whatever goes meanwhile; what is not shown is not read."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.appointments import ObjectionState, State, Visits
from models.appointments.listing import day_query, objection_query
from models.outgoing.deliveries import STAGES, Stage
from models.paging import Order, Page, count_in, page_in
from models.store import Database, Document, NothingFound, Store
from models.stores import Stores
from tests.house.clock import START
from tests.house.outside import Register
from tests.house.stores import stores_over

DAY, ROWS = date(2026, 11, 25), 30
HALLS = ("a", "b", "c")
VISITS = 3000


class Things(Store[Document]):
    collection = "things_of_the_test"
    missing = NothingFound
    tells: ClassVar[tuple[str, ...]] = ()


def key(number: int) -> str:
    return f"{number:032x}"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minutes=st.lists(st.integers(0, 4), max_size=12),
    limit=st.integers(1, 5),
    latest_first=st.booleans(),
    gone=st.integers(0, 11),
    kind=st.sampled_from(["", "application:"]),
)
async def test_there_and_back_again(
    database: Database, minutes: list[int], limit: int, latest_first: bool, gone: int, kind: str
) -> None:
    """Each line is shown once, in its order; and the way back leads over the same lines, though one that
    was the end of a page has gone. Where nothing is left before a page, the way back is the first page."""
    things = Things(database)
    await things.documents.delete_many({})
    made: list[Document] = [
        {"_id": kind + key(n), "at": {"moment": START + timedelta(minutes=m)}} for n, m in enumerate(minutes)
    ]
    if made:
        await things.documents.insert_many(made)
    order = Order("at.moment", latest_first)
    sorted_keys = [one["_id"] for one in sorted(made, key=lambda one: (one["at"]["moment"], one["_id"]))]
    if latest_first:
        sorted_keys.reverse()

    async def page(**place: str) -> Page[Document]:
        return await page_in(things, {}, order, limit, **place)

    pages = [await page()]
    while pages[-1].next:
        pages.append(await page(after=pages[-1].next))
    assert [one["_id"] for each in pages for one in each.rows] == sorted_keys
    assert [bool(each.previous) for each in pages] == [number > 0 for number in range(len(pages))]
    await things.documents.delete_one({"_id": kind + key(gone)})
    here = pages[-1]
    back = [one["_id"] for one in here.rows]
    while here.previous:
        here = await page(before=here.previous)
        back = [*(one["_id"] for one in here.rows if one["_id"] not in back), *back]
    on_the_last = {one["_id"] for one in pages[-1].rows}
    assert back == [one for one in sorted_keys if one != kind + key(gone) or one in on_the_last]


@pytest.fixture(scope="module")
async def full(database: Database) -> Stores:
    """Days with many visits, objections and deliveries."""
    stores = stores_over(database, lambda: START, Register())
    await stores.prepare()
    await stores.appointments.documents.insert_many([visit(number) for number in range(VISITS)])
    await stores.deliveries.documents.insert_many([delivery(number) for number in range(1500)])
    return stores


async def test_no_more_is_read_than_is_shown(full: Stores) -> None:
    """Of a list's first and middle page; and what is counted is counted in an index alone."""
    database: Any = full.database
    asked: list[tuple[Store[Any], Document, Order]] = [
        *((full.appointments, day_query(HALLS, DAY, which), Order("start")) for which in Visits),
        (full.appointments, day_query(["b"], DAY, Visits.OPEN), Order("start")),
        (full.appointments, objection_query([ObjectionState.OPEN]), Order("objection.at")),
        (
            full.appointments,
            objection_query([ObjectionState.UPHELD, ObjectionState.KEPT]),
            Order("objection.at", latest_first=True),
        ),
        *((full.deliveries, *STAGES[stage]) for stage in Stage),
    ]
    for store, query, order in asked:
        first = await page_in(store, query, order, ROWS)
        assert len(first.rows) == ROWS
        for place in (
            {},
            {"after": first.next},
            {"before": (await page_in(store, query, order, 3 * ROWS)).next},
        ):
            whole, sort = order.selection(query, **place)
            told = await store.documents.find(whole).sort(sort).limit(ROWS).explain()
            stats = told["executionStats"]
            assert stats["totalDocsExamined"] <= 3 * stats["nReturned"], (query, place, told["queryPlanner"])
        pipeline = [{"$match": query}, {"$limit": 1001}, {"$group": {"_id": 1, "n": {"$sum": 1}}}]
        command = {"aggregate": store.collection, "pipeline": pipeline, "cursor": {}}
        told = await database.native.command({"explain": command, "verbosity": "executionStats"})
        assert int(str(told).partition("'totalDocsExamined': ")[2].partition(",")[0]) == 0, query
        assert await count_in(store, query) >= ROWS


def visit(number: int) -> Document:
    booked, objected = number // 12 % 2 == 0, number % 10 == 1
    states = list(ObjectionState)
    return {
        "_id": key(number),
        "hall": HALLS[number % 3],
        "day": (DAY + timedelta(days=number % 4)).isoformat(),
        "start": START + timedelta(minutes=30 * (number % 16)),
        "state": (State.BOOKED if booked else State.SERVED).value,
        "arrived_at": START if number // 24 % 2 else None,
        "channel": "h5",
        "giving_up": None,
        "timeline": [],
        "claims": [key(number)],
        "objection": (
            objected
            and {"state": states[number // 10 % 3].value, "at": START + timedelta(minutes=number % 50)}
        )
        or None,
    }


def delivery(number: int) -> Document:
    state, attempts = (("failed", 12), ("pending", 2), ("pending", 0))[number % 3]
    at = START + timedelta(seconds=number % 40)
    return {
        "_id": f"{key(number)}:sms:{key(1)}",
        "event": key(number),
        "channel": "sms",
        "fallback": None,
        "state": state,
        "attempts": attempts,
        "due_at": at,
        "created_at": at,
        "settled_at": at,
    }


@pytest.mark.parametrize("which", Visits)
async def test_the_visits_of_a_day_are_those_of_its_halls(full: Stores, which: Visits) -> None:
    found = (await full.appointments.of_day(["a"], DAY, which, 1000)).rows
    fits: dict[Visits, Callable[[Document], object]] = {
        Visits.ALL: lambda one: True,
        Visits.OPEN: lambda one: one["state"] == "booked",
        Visits.ARRIVED: lambda one: one["state"] == "booked" and one["arrived_at"],
        Visits.ENDED: lambda one: one["state"] != "booked",
    }
    there = [visit(number) for number in range(0, VISITS, 12)]  # at hall a, on the day
    assert {one["_id"] for one in found} == {one["_id"] for one in there if fits[which](one)}
    assert found
