"""How often a step of an application asks the database: the hot path has no call to spare."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.house.applying import ANSWERS, draft
from tests.house.browser import Page
from tests.house.house import House
from tests.house.places import HALL
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


async def test_who_is_signed_in_is_asked_once(town: Town) -> None:
    """The session and its account come together."""
    visitor = town.browser()
    await visitor.sign_in("openid-asked-once")
    async with watched(town) as calls:
        assert (await visitor.get("/sign-in?next=/")).status == 302
    assert calls == {"aggregate sessions": 1}


async def test_a_guide_is_shown_without_asking(town: Town) -> None:
    """And the answer says of which version it is; what was changed is shown after a look."""
    shown, visitor = town.services.shown, town.browser()
    item = (await town.services.guides.in_force())[0].partition("@")[0]
    pages = (f"/guides/{item}", "/guides?q=居注证", "/")
    asked_of_the_database = [without_tokens(await visitor.get(page)) for page in pages]
    await shown.snapshot.look()
    async with watched(town) as calls:
        assert [without_tokens(await visitor.get(page)) for page in pages] == asked_of_the_database
    assert not calls
    assert (await visitor.get(pages[0])).headers["Shown-Version"] == shown.version != ""
    hall = await town.services.halls.get(HALL.code)
    await town.services.halls.put(hall.model_copy(update={"phone": "020-12345678"}), town.by())
    await shown.snapshot.look()
    assert "020-12345678" in (await visitor.get(pages[0])).text
    await town.services.halls.put(hall, town.by())
    await shown.snapshot.end()


def without_tokens(page: Page) -> str:
    """A page without what differs each time that it is opened."""
    return re.sub(r'name="_xsrf" value="[^"]*"', "", page.text)
