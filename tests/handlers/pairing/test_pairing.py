"""A phone signs in a kiosk and a PC, by the pages of each; either ends it, and who comes with a code that is
worth nothing is told why."""

import re
from datetime import timedelta

import pytest

from handlers.web.pairing import next_page
from models.pairings import TO_SCAN, State, Ticket
from tests.house.applying import draft
from tests.house.browser import Browser
from tests.house.screens import Screen
from tests.house.town import Town


async def test_a_pc_is_signed_in_and_ended_by_the_phone(town: Town, pc: Screen, phone: Browser) -> None:
    turned_away = await pc.browser.get("/applications")
    assert turned_away.location == "/sign-in?next=%2Fapplications"
    assert "显示二维码" in (await pc.browser.get(turned_away.location)).text
    scanned = await phone.get(await pc.ask("/applications"))
    asked = (await phone.get(scanned.location)).text
    assert "一台电脑的浏览器" in asked
    assert f">{await pc.digits()}<" not in asked  # they stand on the screen alone
    assert (await pc.browser.post("/sign-in/join")).status == 409
    given = await phone.post(scanned.location, {"digits": f" {await pc.digits()} "})
    assert given.location == scanned.location
    assert "data-now" in await pc.page()
    assert (await pc.browser.post("/sign-in/join")).location == "/applications"
    assert (await pc.browser.get("/applications")).status == 200
    assert "pairing" not in pc.browser.cookies
    listed = (await phone.get("/me/devices")).text
    assert "电脑浏览器" in listed
    assert (await pc.browser.get("/sign-in/state")).json == {"state": "joined"}
    assert (await pc.browser.get("/signed-out")).location == "/"
    ended = await phone.post(f"{scanned.location}/end")
    assert ended.location == "/me/devices"
    assert "没有正在使用" in (await phone.get("/me/devices")).text
    assert (await pc.browser.get("/applications")).location == "/sign-in?next=%2Fapplications"
    assert "重新登录" in (await pc.browser.get("/signed-out")).text
    assert "session" not in pc.browser.cookies
    assert "屏幕上的使用已结束" in (await phone.get(scanned.location)).text


async def test_a_pc_ends_it_for_the_phone_too(pc: Screen, phone: Browser) -> None:
    assert (await pc.signed_in(phone, "/me")).location == "/me"
    await pc.browser.post("/sign-out")
    assert "没有正在使用" in (await phone.get("/me/devices")).text


async def test_a_code_of_another_tab_does_not_end_a_pcs_session(pc: Screen, phone: Browser) -> None:
    """Who is signed in hears of that, whatever is asked for in a tab that was open before."""
    await pc.signed_in(phone, "/applications")
    await pc.ask("/")
    assert (await pc.browser.get("/sign-in/state")).json == {"state": "joined"}


async def test_a_second_tab_goes_on_where_the_first_one_did(
    pc: Screen, kiosk: Screen, phone: Browser
) -> None:
    for screen, page in ((pc, "/applications"), (kiosk, "/kiosk/guides")):
        assert (await screen.browser.post(f"{screen.root}/join")).status == 404
        await screen.signed_in(phone, page)
        before = dict(screen.browser.cookies)
        again = await screen.browser.post(f"{screen.root}/join")
        assert (again.status, again.location, screen.browser.cookies) == (303, page, before)


@pytest.mark.parametrize("page", ["//evil.test", "/sign-in?next=/", "/sign-in/wechat", "https://evil.test"])
async def test_nobody_is_led_elsewhere(pc: Screen, kiosk: Screen, phone: Browser, page: str) -> None:
    for screen, home in ((pc, "/"), (kiosk, "/kiosk")):
        await screen.browser.post(f"{screen.root}/code", {"next": page})
        kept = await screen.town.services.pairings.get(await screen.key())
        assert kept["page"] == home
    await kiosk.browser.post("/kiosk/sign-in/code", {"next": "/kiosks-of-others"})
    assert (await kiosk.town.services.pairings.get(await kiosk.key()))["page"] == "/kiosk"


@pytest.mark.parametrize(
    ("page", "home", "leads"),
    [
        *((page, "/", page) for page in ("/", "/me", "/guides?q=/sign-in", "/applications/1")),
        *((page, "/kiosk", page) for page in ("/kiosk", "/kiosk?x=1", "/kiosk/guides?q=jzz")),
        *((page, "/", "/") for page in ("/sign-in?next=/", "/sign-in/wechat", "me", "//evil.test")),
        *((f"/kiosk/{page}", "/kiosk", "/kiosk") for page in ("sign-in", "continue", "end", "pairing/state")),
        *((page, "/kiosk", "/kiosk") for page in ("/me", "/kiosks", "/kiosk/guides?q=" + "x" * 500)),
    ],
)
def test_where_one_goes_on_is_a_page_below_home_that_asks_for_no_code(
    page: str, home: str, leads: str
) -> None:
    assert next_page(page, home) == leads


@pytest.mark.article("23.3")
async def test_a_kiosk_is_signed_in_and_its_end_wipes_all(kiosk: Screen, phone: Browser) -> None:
    page = "/kiosk/guides?q=jzz"
    token, url = kiosk.browser.cookies["device_session"], kiosk.browser.town.url
    assert "显示二维码" in await kiosk.page()
    code = await kiosk.ask(page)
    assert 'data-idle="181"' in await kiosk.page()  # who takes out the phone does not touch the screen
    png = await kiosk.browser.get("/kiosk/sign-in/code.png")
    assert (png.headers["Content-Type"], png.headers["Cache-Control"]) == ("image/png", "no-store")
    scanned = await phone.get(code)
    shown = (await phone.get(scanned.location)).text
    assert "屏幕测试机" in shown
    await phone.post(scanned.location, {"digits": await kiosk.digits()})
    assert (await kiosk.browser.post("/kiosk/sign-in/join")).location == page
    home = (await kiosk.browser.get("/kiosk")).text
    assert "kiosk/person.js" in home
    assert "结束使用" in home
    for asked, leads in (("/kiosk/notes", "/kiosk/notes"), ("//evil.test", "/kiosk")):
        assert (await kiosk.browser.get(f"/kiosk/sign-in?next={asked}")).location == leads
    assert (await kiosk.browser.get("/me")).location.startswith("/sign-in")  # it counts at the kiosk's pages
    taken = kiosk.browser.cookies["person"]
    moved = Browser(kiosk.town, {"session": taken, "person": taken})
    assert (await moved.get("/kiosk/pairing/state")).status == 403
    assert (await moved.get("/me")).location.startswith("/sign-in")
    await kiosk.browser.get("/kiosk/end")
    assert "person" not in kiosk.browser.cookies
    assert (kiosk.browser.cookies["device_session"], url) == (token, kiosk.town.url)
    assert "没有正在使用" in (await phone.get("/me/devices")).text


async def test_a_phone_goes_on_at_a_kiosk(town: Town, kiosk: Screen, phone: Browser) -> None:
    page = f"{await draft(phone)}/form"
    assert "到自助终端继续" in (await phone.get(page)).text
    offered = await phone.post("/continue", {"page": page})
    shown = (await phone.get(offered.location)).text
    found = re.search(r"(\d{3})&nbsp;(\d{3})", shown)
    assert found
    taken = await kiosk.browser.post("/kiosk/continue", {"code": "".join(found.groups())})
    assert taken.location == "/kiosk/sign-in"
    asked = (await phone.get(offered.location)).text
    assert "屏幕测试机" in asked
    await phone.post(offered.location, {"digits": await kiosk.digits()})
    assert (await kiosk.browser.post("/kiosk/sign-in/join")).location == f"/kiosk{page}"
    for elsewhere in ("/me", "/kiosk", "//evil.test", "/applications/../me"):
        assert (await phone.post("/continue", {"page": elsewhere})).status == 400


async def test_a_kiosk_whose_answer_was_lost_goes_on_by_the_same_digits(
    town: Town, kiosk: Screen, phone: Browser
) -> None:
    """The form is sent again with what the browser had at first; without that it is another's."""
    offered = await phone.post("/continue", {"page": await draft(phone)})
    short = town.services.pairings.short_of(offered.location.rpartition("/")[2])
    await kiosk.browser.get("/kiosk/continue")
    before = dict(kiosk.browser.cookies)
    for _ in range(2):
        kiosk.browser.cookies = dict(before)
        taken = await kiosk.browser.post("/kiosk/continue", {"code": short})
        assert (taken.status, taken.location) == (303, "/kiosk/sign-in")
    await kiosk.browser.get("/kiosk/continue")  # somebody goes back, and tries once more
    assert (await kiosk.browser.post("/kiosk/continue", {"code": short})).location == "/kiosk/sign-in"
    await phone.post(offered.location, {"digits": await kiosk.digits()})
    del before["pairing"]
    stranger = Browser(kiosk.town, before)
    refused = await stranger.post("/kiosk/continue", {"code": short})
    assert refused.location != "/kiosk/sign-in"
    assert (await kiosk.browser.post("/kiosk/sign-in/join")).status == 303


async def test_who_goes_on_where_another_one_did_not_end_is_not_shown_theirs(
    town: Town, kiosk: Screen, phone: Browser
) -> None:
    await kiosk.signed_in(await town.citizen("李四"), "/kiosk")
    before = kiosk.browser.cookies["person"]
    page = f"{await draft(phone)}/form"
    offered = await phone.post("/continue", {"page": page})
    short = town.services.pairings.short_of(offered.location.rpartition("/")[2])
    await kiosk.browser.post("/kiosk/continue", {"code": short})
    assert "person" not in kiosk.browser.cookies
    await phone.post(offered.location, {"digits": await kiosk.digits()})
    assert (await kiosk.browser.post("/kiosk/sign-in/join")).location == f"/kiosk{page}"
    kiosk.browser.cookies["person"] = before
    assert (await kiosk.browser.get("/kiosk/applications")).location.startswith("/kiosk/sign-in")


async def test_who_tries_in_vain_is_told_why(town: Town, kiosk: Screen, phone: Browser) -> None:
    friend = await town.citizen("李四")
    code = await kiosk.ask("/kiosk")
    mine = (await friend.get(code)).location
    taken = await phone.get(code)
    assert (taken.status, "已在另一台设备上使用" in taken.text) == (409, True)
    assert (await phone.get(mine)).status == 404
    assert (await phone.post(mine, {"digits": await kiosk.digits()})).status == 404
    malformed = await friend.post(mine, {"digits": "7"})
    assert (malformed.status, "两位数字" in malformed.text) == (400, True)
    assert 'aria-invalid="true"' in malformed.text
    right = await kiosk.digits()
    wrong = await friend.post(mine, {"digits": "11" if right != "11" else "12"})
    assert (wrong.status, "没有登录" in wrong.text) == (409, True)
    assert "请在屏幕上点“换一个码”" in wrong.text, "on the page of the pairing, which says what to do next"
    assert (await friend.post(mine, {"digits": right})).status == 409
    assert "数字不对" in await kiosk.page()
    assert (await kiosk.browser.post("/kiosk/sign-in/join")).status == 409
    offered = await phone.post("/continue", {"page": await draft(phone)})
    key = offered.location.rpartition("/")[2]
    offer = town.services.pairings.code_of(key)
    assert "要在自助终端上扫描" in (await friend.get(f"/pair/{offer}")).text
    assert not [one for one in await town.services.pairings.those([key]) if one["state"] is not State.ASKED]


async def test_who_did_not_hear_that_it_is_signed_in_asks_once_more_for_a_minute(
    town: Town, kiosk: Screen, phone: Browser
) -> None:
    scanned = await phone.get(await kiosk.ask("/kiosk/guides"))
    await phone.post(scanned.location, {"digits": await kiosk.digits()})
    before = dict(kiosk.browser.cookies)
    for left, again in ((0, "data-now"), (59, "data-now"), (1, "这次登录已取消")):
        town.clock.advance(timedelta(seconds=left))
        await Browser(town, dict(before)).post("/kiosk/sign-in/join")
        page = (await Browser(town, dict(before)).get("/kiosk/sign-in")).text
        assert again in page
        assert 'data-idle="60"' in page, "nobody is waited for"


async def test_who_is_signed_in_goes_on_whatever_else_the_browser_holds(pc: Screen, phone: Browser) -> None:
    await pc.signed_in(phone, "/applications")
    pc.browser.cookies["pairing"] = str(Ticket.new())
    assert (await pc.browser.post("/sign-in/join")).location == "/applications"


async def test_what_a_phone_shows_is_its_own(town: Town, kiosk: Screen, phone: Browser) -> None:
    friend = await town.citizen("李四")
    offered = await phone.post("/continue", {"page": await draft(phone)})
    at = offered.location
    png = await phone.get(f"{at}/code.png")
    assert (png.status, png.headers["Cache-Control"]) == (200, "no-store")
    assert (await phone.get(f"{at}/state")).json == {"state": "asked"}
    for page in ("", "/code.png", "/state"):
        assert (await friend.get(f"{at}{page}")).status == 404
    await friend.post(f"{at}/end")
    assert (await phone.get(f"{at}/state")).json == {"state": "asked"}
    town.clock.advance(TO_SCAN)
    assert "这个码已过期" in (await phone.get(at)).text


async def test_the_list_of_screens_marks_the_one_it_is_read_on(pc: Screen, phone: Browser) -> None:
    await pc.signed_in(phone, "/me")
    assert "当前" in (await pc.browser.get("/me/devices")).text
    assert "当前" not in (await phone.get("/me/devices")).text
