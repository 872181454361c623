"""How often a step of an application asks the database: the hot path has no call to spare."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.house.applying import ANSWERS, draft
from tests.house.house import House
from tests.house.town import Town

Calls = Counter[str]


@asynccontextmanager
async def watched(house: House) -> AsyncIterator[Calls]:
    """What mongod was asked meanwhile, as `<operation> <collection>`."""
    database: Any = house.stores.database
    calls = Counter[str]()
    await database["system.profile"].drop()
    await database.native.command("profile", 2)
    yield calls
    await database.native.command("profile", 0)
    async for line in database["system.profile"].find({"ns": {"$not": {"$regex": "system"}}}):
        operation = next(iter(line["command"])) if line["op"] == "command" else line["op"]
        calls[f"{operation} {line['ns'].partition('.')[2]}"] += 1


async def test_saving_a_draft_reads_it_once_and_writes_it_once(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    form = {**ANSWERS, "housing": "own"}
    await citizen.token()
    async with watched(town) as calls:
        kept = await citizen.post(f"{path}/draft", form)
    assert kept.status == 303, kept.text
    asked = {call: count for call, count in calls.items() if call.endswith((" applications", " guides"))}
    looked_up_by_the_test = 1  # the version that the form hands in
    assert asked == {"query applications": 1 + looked_up_by_the_test, "findAndModify applications": 1}


async def test_a_search_asks_for_what_is_in_force_and_for_what_others_do(town: Town) -> None:
    visitor = town.browser()
    await visitor.get("/guides?q=居住证")
    async with watched(town) as calls:
        assert "居住证签注" in (await visitor.get("/guides?q=居注证")).text
    assert calls == {"aggregate guides": 1, "query referrals": 1, "query departments": 1}
