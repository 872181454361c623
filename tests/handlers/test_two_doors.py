"""One matter, reviewed through two doors of the running service at once: one review, the other is told."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from models.schedule import Due
from tests.house.applying import concluded
from tests.house.browser import Browser
from tests.house.clock import Clock
from tests.house.guides import rich_guide
from tests.house.office import staffed
from tests.house.people import new_number, new_phone
from tests.house.whole import Whole, opened

THANKS, TOLD = "已记下您的评价", "您已评价过"


@pytest.fixture
async def whole(mongo_uri: str, database: Any, clock: Clock) -> AsyncIterator[Whole]:
    async with opened(mongo_uri, database, clock) as whole:
        await whole.town.furnish(rich_guide())
        await staffed(whole.town)
        yield whole


@dataclass
class Person:
    """One user of WeChat, signed in at the pages, who has the chat and the mini-program too."""

    openid: str
    browser: Browser


@pytest.fixture
async def person(whole: Whole) -> Person:
    person = Person(f"openid-{uuid4().hex[:8]}", whole.town.browser())
    await whole.say(person.openid, "你好")
    await person.browser.sign_in(person.openid)
    assert (await person.browser.bind("王小明", new_number(), new_phone())).status == 303
    return person


async def link_of(whole: Whole, matter: str) -> str:
    key = matter.partition(":")[2]
    plan = "application.ask_review"
    due = Due(f"plan:{plan}", plan, key, whole.town.clock.now(), 1, "lease")
    assert await whole.town.stores.asking.ask(due, whole.town.by())
    return f"/r/{whole.town.stores.invitations.token(matter)}"


async def by_page(person: Person, path: str) -> str:
    page = await person.browser.post(f"{path}/review", {"level": "4"})
    return "given" if page.status == 303 else re.findall(TOLD, page.text)[0]


async def by_chat(whole: Whole, person: Person) -> str:
    said = await whole.say(person.openid, "5")
    return "given" if THANKS in said else said


async def by_api(whole: Whole, person: Person, path: str, body: Any) -> str:
    code = whole.town.sign_ins.agree(person.openid)
    client = whole.client((await whole.client().post("/session", {"code": code})).json["token"])
    reply = await client.post(f"{path}/review", body)
    return "given" if reply.status == 201 else reply.code


async def by_link(whole: Whole, link: str) -> str:
    page = await whole.town.browser().post(link, {"level": "3"})
    told = re.findall("您已通过其他方式评价过这件事|这个链接只能用一次", page.text)
    return "given" if page.status == 303 else told[0]


async def at_once(*doors: Awaitable[str]) -> list[str]:
    results = await asyncio.gather(*doors)
    assert results.count("given") == 1, results
    return results


@pytest.mark.article("17.review")
async def test_by_the_page_and_the_chat_at_once(whole: Whole, person: Person) -> None:
    path = await concluded(whole.town, person.browser)
    page, chat = await at_once(by_page(person, path), by_chat(whole, person))
    if page != "given":
        assert page == TOLD
    else:  # told so, or the number had nothing to rate any more
        assert TOLD in chat or "没有对应的事项" in chat
    given = await whole.town.stores.reviews.get(f"application:{path.rpartition('/')[2]}")
    assert given["level"] == (4 if page == "given" else 5)


@pytest.mark.article("17.review")
async def test_by_the_api_and_the_link_at_once(whole: Whole, person: Person) -> None:
    path = await concluded(whole.town, person.browser)
    link = await link_of(whole, f"application:{path.rpartition('/')[2]}")
    api, by_sms = await at_once(by_api(whole, person, path, {"level": 5}), by_link(whole, link))
    assert (api, by_sms) in {("given", "您已通过其他方式评价过这件事"), ("already_reviewed", "given")}
    given = await whole.town.stores.reviews.get(f"application:{path.rpartition('/')[2]}")
    assert (given["level"], given.get("invitation")) == ((5, None) if api == "given" else (3, "sms"))


async def test_the_links_token_is_kept_and_logged_nowhere(whole: Whole, person: Person) -> None:
    path = await concluded(whole.town, person.browser)
    link = await link_of(whole, f"application:{path.rpartition('/')[2]}")
    await whole.work()
    visitor = whole.town.browser()
    assert (await visitor.get(link)).status == 200
    assert (await visitor.post(link, {"level": "1"})).status == 422
    assert (await visitor.post(link, {"level": "5"})).status == 303
    await whole.work()
    token = link.rpartition("/")[2]
    everything = await whole.everything()
    assert [place for place, content in everything.items() if token in content] == []
    assert "/r/" in everything["log"]
