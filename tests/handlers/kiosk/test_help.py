"""The button that calls somebody to a kiosk, and the board from which they go (article 23.2)."""

import re
from datetime import timedelta

import pytest

from models.staff import CENTRE, Role
from models.workdays import local_date
from tests.house.browser import Browser
from tests.house.clock import START
from tests.house.kiosks import WHERE, at_kiosk, person_at_kiosk
from tests.house.office import Office
from tests.house.places import HALL
from tests.house.staff import Post
from tests.house.town import Town

pytestmark = pytest.mark.article("23.2")
CALL, BOARD = "/kiosk/help", "/admin/kiosk-board"


@pytest.fixture
async def board(town: Town) -> Browser:
    """Of Ling, who is on duty at the centre; nobody has called yet."""
    stores, today = town.stores, local_date(START)
    town.clock.set(START)
    await stores.help_calls.documents.delete_many({})
    if await stores.staff.find("ling") is None:
        await town.reachable("ling", Post((Role.SERVICE_CENTRE,), halls=(HALL.code,)))
        await town.member("contact", Post((Role.CONTACT,), "114401136940512345"))
    ling = await stores.staff.get("ling")
    await stores.duty.set_days(CENTRE, today, today, "ling", "", ling, town.by_staff("ling"))
    return await Office(town).desk("ling")


async def test_a_call_is_answered_from_the_board(town: Town, board: Browser) -> None:
    screen = await person_at_kiosk(town, await town.citizen("王小明"))
    assert f'action="{CALL}"' in (await screen.get("/kiosk/guides")).text
    for _ in range(2):
        assert (await screen.post(CALL)).location == CALL
    waits = (await screen.get(CALL)).text
    assert "已经呼叫，请稍候" in waits
    assert re.search("会过来帮您：.*区政务服务中心", waits), "who comes"
    assert "020-12345" in waits
    assert '<body data-idle="300"' in waits, "who waits does not touch the screen"
    assert (await screen.post(f"{CALL}?part=1")).location == f"{CALL}?part=1"
    assert "<header" not in (await screen.get(f"{CALL}?part=1")).text
    shown = (await board.get(f"{BOARD}?part=1")).text
    assert f"{HALL.name} · {WHERE}" in shown
    assert "王" not in shown.split("</section>")[0]
    assert shown.count("/go") == 1
    take = shown.split('action="')[1].split('"')[0]
    assert (await board.post(take)).location == BOARD
    assert "工作人员正在过来" in (await screen.get(f"{CALL}?part=1")).text
    late = await board.post(take)
    assert (late.status, "已有人前往" in late.text) == (409, True)
    assert "有人求助" not in (await board.get(BOARD)).text


async def test_on_the_board_of_who_handles_no_alerts_there_is_no_call(town: Town, board: Browser) -> None:
    await (await at_kiosk(town)).post(CALL)
    contact = await Office(town).desk("contact")
    page = await contact.get(BOARD)
    assert (page.status, "有人求助" in page.text) == (200, False)


async def test_where_nobody_can_be_told_the_phone_is_named(town: Town, board: Browser) -> None:
    await town.stores.rosters.documents.delete_many({})
    screen = await at_kiosk(town)
    await screen.post(CALL)
    assert "现在联系不到值班人员，请同时拨打帮助电话" in (await screen.get(CALL)).text


async def test_at_night_the_phone_is_named_at_once(town: Town, board: Browser) -> None:
    town.clock.advance(timedelta(hours=12))
    refused = await (await at_kiosk(town)).post(f"{CALL}?part=1")
    assert (refused.status, "请拨打帮助电话" in refused.text) == (422, True)
    assert "<header" not in refused.text
    assert await town.stores.help_calls.documents.count_documents({}) == 0


async def test_nobody_is_called_to_a_screen_that_is_no_kiosk(town: Town, board: Browser) -> None:
    stranger = town.browser()
    await stranger.get("/kiosk/guides")
    assert (await stranger.post(CALL)).status == 403
    assert (await stranger.get(CALL)).status == 403
