"""The command `figures`, as a process beside the service."""

from collections.abc import AsyncIterator

import pytest

from models.stores import Stores
from tests.house.clock import START
from tests.house.outside import Register
from tests.house.stores import stores_over
from tests.wechat_backend.test_migrate import name, run
from wechat_backend.database.connection import connect

__all__ = ["name"]
TICK = "2026-11-24|service|D|i|H||finished"


@pytest.fixture
async def stores(mongo_uri: str, name: str) -> AsyncIterator[Stores]:
    database = await connect(mongo_uri, name)
    yield stores_over(database, lambda: START, Register())
    await database.close()


@pytest.mark.article("17.statistics")
async def test_it_says_what_differs_and_puts_it_right_when_told(
    mongo_uri: str, name: str, stores: Stores
) -> None:
    assert (await run(mongo_uri, name, "migrate"))[0] == 0
    visit = {"_id": "a", "state": "served", "day": "2026-11-24", "department": "D", "item": "i", "hall": "H"}
    await stores.appointments.documents.insert_one(visit)
    lacks = f"appointment:a: lacks ['{TICK}'], has too much []\n"
    for _ in range(2):
        code, said, complained = await run(mongo_uri, name, "figures")
        assert (code, said) == (3, f"{lacks}1 matters, 0 cells: 1 different, 0 waiting\n")
        assert complained == ""
    code, said, _ = await run(mongo_uri, name, "figures", "--replace")
    assert (code, said) == (3, f"{lacks}1 matters, 1 cells: 1 put right, 0 waiting\n")
    code, said, _ = await run(mongo_uri, name, "figures")
    assert (code, said) == (0, "1 matters, 1 cells: 0 different, 0 waiting\n")


async def test_it_needs_a_database_of_its_shape(mongo_uri: str, name: str, stores: Stores) -> None:
    await stores.reviews.documents.insert_one({"_id": "application:a"})
    code, _, complained = await run(mongo_uri, name, "figures")
    assert code == 2
    assert complained
