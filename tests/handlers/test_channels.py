"""Through which door a request came is recorded with what it did, and with the session that it opened."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tornado.web import RequestHandler

from handlers import api, operations
from handlers.chat.callback import CallbackHandler
from handlers.routes import PAGES, served
from handlers.web.assets import Assets
from handlers.web.base import BaseHandler
from tests.house.browser import COMPUTER, PHONE_IN_WECHAT
from tests.house.clock import MakeCause
from tests.house.guides import rich_guide
from tests.house.office import Office
from tests.house.town import Town

ITEM = rich_guide().item


def silent(routes: list[Any]) -> set[type[RequestHandler]]:
    """The handlers that do not say which door they are."""
    handlers = {each.handler for each in served(routes)}
    return {each for each in handlers if getattr(each, "channel", None) in (None, BaseHandler.channel)}


def test_every_handler_says_which_door_it_is() -> None:
    routes = [*PAGES, *api.ROUTES, *operations.PRIVATE_ROUTES, ("/wechat/callback", CallbackHandler)]
    assert silent(routes) == {Assets}  # which does nothing


def test_one_that_does_not_is_found() -> None:
    class Silent(BaseHandler):
        def get(self) -> None: ...

    assert silent([("/silent", Silent)]) == {Silent}


@pytest.mark.parametrize(("agent", "channel"), [(PHONE_IN_WECHAT, "h5"), (COMPUTER, "web"), ("", "web")])
async def test_wechats_own_browser_is_told_from_others(
    town: Town, cause: MakeCause, agent: str, channel: str
) -> None:
    browser = town.browser()
    left = await browser.get("/sign-in?here=1&next=/me", User_Agent=agent)
    state = parse_qs(urlsplit(left.location).query)["state"][0]
    code = town.sign_ins.agree(f"openid-{len(agent)}")
    await browser.get(f"/sign-in/wechat?code={code}&state={state}", User_Agent=agent)
    session = await town.services.sessions.find(browser.cookies["session"], "account", cause())
    assert session
    assert session["channel"] == channel
    account = await town.services.accounts.get(session["subject"].removeprefix("account:"))
    assert {event["channel"] for event in account["events"]} == {channel}


@pytest.mark.parametrize("agent", [PHONE_IN_WECHAT, COMPUTER])
async def test_an_item_is_begun_in_either_browser(town: Town, agent: str) -> None:
    citizen = await town.citizen()
    assert (await citizen.get(f"/applications/new?item={ITEM}", User_Agent=agent)).status == 200
    begun = await citizen.post("/applications", {"item": ITEM}, User_Agent=agent)
    key = begun.location.split("/")[2]
    found = await town.services.applications.documents.find_one({"_id": key})
    assert [event["channel"] for event in found["events"]] == ["h5" if agent is PHONE_IN_WECHAT else "web"]


async def test_staff_are_at_the_window(office: Office) -> None:
    found = await office.application(await office.accepted())
    channels = {event["name"]: event["channel"] for event in found["events"]}
    assert channels["application.accepted"] == "window"
    assert channels["application.submitted"] == "web"
