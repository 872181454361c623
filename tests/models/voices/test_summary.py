"""Reading the figures: of a period and a place, as far as a member reads, through an index."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from models.errors import Forbidden
from models.staff import Role
from models.voices import Cut, Kind, Sought, WantedFigures
from tests.house.figured import at, count
from tests.house.guides import OTHER, USCC
from tests.house.house import House
from tests.house.staff import Post

TODAY = date(2026, 11, 24)
YEAR = WantedFigures(Kind.SERVICE, date(2025, 12, 1), TODAY)


@pytest.fixture
async def figured(house: House) -> House:
    stores = house.stores
    await count(stores, at(USCC, "i", "centre", day=date(2026, 11, 1)), level_5=2, due=1)
    await count(stores, at(USCC, "i", "centre", "", day=TODAY), finished=4, reviewed=2)
    await count(stores, at(USCC, "i", day=TODAY), level_1=1, tag_108=1, due=1, late=0)
    await count(stores, at(OTHER, "j", channel="chat", day=date(2025, 12, 1)), level_3=1)
    await count(stores, at(OTHER, "j", day=date(2025, 11, 30)), level_1=9)
    await count(stores, at(USCC, "i", kind=Kind.GUIDE), level_2=5)
    return house


@pytest.mark.article("17.statistics")
async def test_the_whole_and_its_parts(figured: House) -> None:
    found = await figured.stores.summaries.of_all(YEAR, tuple(Cut), TODAY)
    assert (found.total.count, found.total.bad, found.total.finished) == (4, 1, 4)
    assert found.total.overdue == 1, "what is due today can still be fixed"
    counts = {cut: {key: one.count for key, one in groups.items()} for cut, groups in found.by.items()}
    assert counts == {
        Cut.DAY: {"2025-12-01": 1, "2026-11-01": 2, "2026-11-24": 1},
        Cut.MONTH: {"2025-12": 1, "2026-11": 3},
        Cut.DEPARTMENT: {USCC: 3, OTHER: 1},
        Cut.ITEM: {"i": 3, "j": 1},
        Cut.HALL: {"": 2, "centre": 2},
        Cut.CHANNEL: {"h5": 3, "chat": 1},
    }
    assert found.by[Cut.HALL]["centre"].rate == 0.5


async def test_of_many_who_ask_at_once_one_reads(figured: House) -> None:
    summaries = figured.stores.summaries
    asked = [summaries.of_all(YEAR, (Cut.MONTH,), TODAY) for _ in range(50)]
    found = await asyncio.gather(*asked)
    assert len({id(one) for one in found}) == 1
    await count(figured.stores, at(USCC, "i", day=TODAY), level_5=1)
    assert (await summaries.of_all(YEAR, (Cut.MONTH,), TODAY)).total.count == 5, "nothing is kept"
    assert summaries.running == {}


async def test_a_part_of_a_part(figured: House) -> None:
    wanted = WantedFigures(Kind.SERVICE, YEAR.first, TODAY, {"department": USCC, "hall": ""})
    found = await figured.stores.summaries.of_all(wanted, (Cut.ITEM,), TODAY)
    assert (found.total.count, found.total.reasons) == (1, {"108": 1})


@pytest.mark.article("17.statistics")
async def test_a_member_reads_as_far_as_reviews(figured: House) -> None:
    summaries = figured.stores.summaries
    supervisor = await figured.member("of-other", Post((Role.SUPERVISOR,), OTHER))
    found = await summaries.for_member(supervisor, YEAR, (Cut.DEPARTMENT,), TODAY)
    assert found.by[Cut.DEPARTMENT].keys() == {OTHER}
    of_ours = WantedFigures(Kind.SERVICE, YEAR.first, TODAY, {"department": USCC})
    assert (await summaries.for_member(supervisor, of_ours, (), TODAY)).total.count == 0
    with pytest.raises(Forbidden):
        await summaries.for_member(await figured.member("approver"), YEAR, (), TODAY)


def index_of(told: Any) -> str:
    return str(told["queryPlanner"]["winningPlan"])


async def test_figures_are_read_through_an_index(figured: House) -> None:
    stores = figured.stores
    for number in range(300):
        await count(stores, at(USCC, f"i{number}", day=TODAY - timedelta(days=number)), level_5=1)
    documents = stores.figures.documents
    for where, index in (({}, "day"), ({"department": OTHER}, "of_office"), ({"item": "i7"}, "of_item")):
        query = WantedFigures(Kind.SERVICE, TODAY, TODAY, where).query()
        assert f"'indexName': '{index}'" in index_of(await documents.find(query).explain())


@pytest.mark.parametrize(
    ("sought", "index"),
    [
        (Sought(), "all"),
        (Sought(levels=(1, 2)), "marked"),
        (Sought(where={"item": "i"}), "of_item"),
        (Sought(where={"hall": "centre"}, levels=(1,)), "marked_of_hall"),
        (Sought(where={"channel": "chat"}, first=TODAY, last=TODAY), "of_channel"),
        (Sought(where={"department": USCC}, first=TODAY), "of_office"),
    ],
)
async def test_reviews_are_found_through_an_index(house: House, sought: Sought, index: str) -> None:
    documents = house.stores.reviews.documents
    await documents.insert_many(
        [
            {
                **{"_id": f"application:{number}", "ref": f"{number:032x}", "level": 1 + number % 5},
                **{"marks": ["bad"] if number % 5 < 2 else [], "item": f"i{number % 7}"},
                **{"hall": ("centre", None)[number % 2], "channel": ("h5", "chat")[number % 3 == 0]},
                **{"department": (USCC, OTHER)[number % 4 == 0], "day": house.stores.clock(), "serial": None},
            }
            for number in range(300)
        ]
    )
    cursor = documents.find(sought.query).sort([("day", -1), ("ref", -1)]).limit(30)
    plan = index_of(await cursor.explain())
    assert f"'indexName': '{index}'" in plan
    assert "'SORT'" not in plan


async def test_ticks_are_found_through_an_index(figured: House) -> None:
    query = {"ticks": {"$elemMatch": {"$gte": "2026-11", "$lt": "2026-12"}}}
    plan = index_of(await figured.stores.review_ticks.documents.find(query).explain())
    assert "'indexName': 'ticks'" in plan
