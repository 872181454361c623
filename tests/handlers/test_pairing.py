"""A phone signs in a kiosk and a PC, by the pages of each; either ends it, and who comes with a code that is
worth nothing is told why."""

import asyncio
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from tornado.httpclient import AsyncHTTPClient

from handlers.kiosk import pairing as at_a_kiosk
from handlers.kiosk.pairing import FAULTS
from handlers.web import pairing
from handlers.web.pairing import next_page
from models.pairings import TO_SCAN, SceneCodesUnavailable, State, Ticket, store
from models.pairings.faults import OVER
from models.store import Database
from tests.house.applying import draft
from tests.house.browser import COMPUTER, PHONE_IN_WECHAT, Browser, Page
from tests.house.kiosks import at_kiosk
from tests.house.outside import Register
from tests.house.scanned import read_qr
from tests.house.server import serving
from tests.house.stores import stores_over
from tests.house.town import Town, citizen_app
from wechat_backend.pairing_watch import following_pairings

SYSTEMS = ("Windows NT 10.0; Win64", "Macintosh; Intel Mac OS X 15", "X11; Linux x86_64", "X11; CrOS x86_64")
"""Of computers, as their browsers name them."""


@dataclass
class Screen:
    """A kiosk's browser, or a PC's."""

    town: Town
    browser: Browser
    root: str

    async def key(self) -> str:
        return self.browser.cookies["pairing"].partition(".")[0]

    async def ask(self, page: str) -> str:
        """Touch for a code, which a phone can open."""
        asked = await self.browser.post(f"{self.root}/code", {"next": page})
        assert asked.location == f"{self.root}?next={quote(page, safe='')}"
        return f"/pair/{self.town.services.pairings.code_of(await self.key())}"

    async def page(self) -> str:
        return (await self.browser.get(self.root)).text

    async def digits(self) -> str:
        found = re.search(r'pairing__digits">(\d\d)<', await self.page())
        assert found
        return found[1]

    async def signed_in(self, phone: Browser, page: str) -> Page:
        """All steps; where the screen goes on."""
        scanned = await phone.get(await self.ask(page))
        given = await phone.post(scanned.location, {"digits": await self.digits()})
        assert given.status == 303
        return await self.browser.post(f"{self.root}/join")


@dataclass
class Scenes:
    """WeChat's QRs with a parameter; it does not answer where `url` is empty, or not in time."""

    url: str = ""
    late: float = 0.0
    asked: tuple[str, int] = ("", 0)

    async def scene_code(self, scene: str, seconds: int) -> str:
        self.asked = (scene, seconds)
        await asyncio.sleep(self.late)
        if not self.url:
            raise SceneCodesUnavailable
        return self.url


@pytest.fixture
async def phone(town: Town) -> Browser:
    citizen = await town.citizen()
    citizen.agent = PHONE_IN_WECHAT
    return citizen


@pytest.fixture
def pc(town: Town) -> Screen:
    return Screen(town, town.browser(COMPUTER), "/sign-in")


@pytest.fixture
async def kiosk(town: Town) -> Screen:
    return Screen(town, await at_kiosk(town), "/kiosk/sign-in")


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


@pytest.mark.parametrize(
    ("agent", "status"),
    [
        *((f"Mozilla/5.0 ({system}) Gecko/20100101", 200) for system in SYSTEMS),
        ("Mozilla/5.0 (Windows NT 10.0) MicroMessenger/7.0 WindowsWechat", 302),
        (PHONE_IN_WECHAT, 302),
        ("", 302),
    ],
)
async def test_only_a_pc_shows_the_code(town: Town, agent: str, status: int) -> None:
    assert (await town.browser(agent).get("/sign-in")).status == status


async def test_a_pc_shows_no_code_in_a_frame_or_where_wechat_is_asked_for(town: Town) -> None:
    for frame in ("iframe", "frame"):
        framed = await town.browser(COMPUTER).get("/sign-in", Sec_Fetch_Dest=frame)
        assert "/connect/oauth2/authorize" in framed.location
    assert (await town.browser(COMPUTER).get("/sign-in", Sec_Fetch_Dest="document")).status == 200
    assert "/connect/oauth2/authorize" in (await town.browser(COMPUTER).get("/sign-in?here=1")).location


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


@pytest.mark.parametrize(
    ("code", "says"),
    [("12345", "请填写手机上显示的六位数字"), ("123456", "这个码无效"), ("own", "要用手机微信扫")],
)
async def test_what_is_wrong_with_a_code_is_said_by_a_page_that_can_be_asked_for_again(
    kiosk: Screen, code: str, says: str
) -> None:
    """A form whose answer is an error is sent once more: there is a limit to wrong codes."""
    given = (await kiosk.ask("/kiosk")).rpartition("/")[2] if code == "own" else code
    refused = await kiosk.browser.post("/kiosk/continue", {"code": given})
    assert (refused.status, refused.location.split("=")[0]) == (303, "/kiosk/continue?fault")
    for _ in range(2):
        assert says in (await kiosk.browser.get(refused.location)).text
    for named in ("", "?fault=", "?fault=not_found", f"?fault={says}"):
        assert 'id="fault"' not in (await kiosk.browser.get(quote(f"/kiosk/continue{named}", "/?="))).text


def test_whatever_has_become_of_a_code_is_said_by_that_page() -> None:
    assert {fault.code for fault in OVER.values()} < FAULTS.keys()


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
    assert (await friend.post(mine, {"digits": right})).status == 409
    assert "数字不对" in await kiosk.page()
    assert (await kiosk.browser.post("/kiosk/sign-in/join")).status == 409
    offered = await phone.post("/continue", {"page": await draft(phone)})
    key = offered.location.rpartition("/")[2]
    offer = town.services.pairings.code_of(key)
    assert "要在自助终端上扫描" in (await friend.get(f"/pair/{offer}")).text
    assert not [one for one in await town.services.pairings.those([key]) if one["state"] is not State.ASKED]


async def test_the_kiosks_code_is_wechats_where_it_gives_one(
    town: Town, kiosk: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And else the plain address, which needs no message."""
    monkeypatch.setattr(at_a_kiosk, "PATIENCE", 0.3)
    wechats, scenes = "http://weixin.qq.com/q/abc", Scenes()
    services = replace(town.services, scenes=scenes)
    async with serving(citizen_app(services)) as url:
        other = Town(services, url=url, clock=town.clock, sign_ins=town.sign_ins, register=town.register)
        screen = Screen(other, Browser(other, dict(kiosk.browser.cookies)), kiosk.root)
        for given, late in ((wechats, 0.0), ("", 0.0), (wechats, 2.0)):
            scenes.url, scenes.late = given, late
            code = (await screen.ask("/kiosk")).rpartition("/")[2]
            assert scenes.asked == (f"pair_{code}", 120)
            in_time = given if not late else ""
            picture = await screen.browser.get("/kiosk/sign-in/code.png")
            assert await read_qr(picture.content) == (in_time or f"{town.services.site.base_url}/pair/{code}")
            assert ("点公众号发来的消息" in await screen.page()) is (in_time != "")
    with pytest.raises(SceneCodesUnavailable):
        await town.services.scenes.scene_code("pair_x", 1)


async def test_a_screen_knows_no_pairing_but_its_own(town: Town, pc: Screen, kiosk: Screen) -> None:
    """One that was left behind, or is of another screen, is none, and one that another has replaced is worth
    nothing."""
    first, second = await kiosk.ask("/kiosk"), await kiosk.ask("/kiosk")
    citizen = await town.citizen()
    assert "已经用过" in (await citizen.get(first)).text
    pc.browser.cookies["pairing"] = kiosk.browser.cookies["pairing"]
    for ticket in (pc.browser.cookies["pairing"], str(Ticket.new()), "x"):
        pc.browser.cookies["pairing"] = ticket
        shown = await pc.browser.get("/sign-in")
        assert (shown.status, "显示二维码" in shown.text) == (200, True)
        assert (await pc.browser.get("/sign-in/code.png")).status == 404
    await citizen.get(second)
    assert (await kiosk.browser.get("/kiosk/sign-in/code.png")).status == 404, "it is scanned"
    await kiosk.browser.get("/kiosk/end")
    assert (await citizen.get(second)).status == 409, "with the visit at the kiosk it ends"


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


async def test_codes_are_counted_by_network(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ASKED", replace(store.ASKED, most=1))
    asked = [
        (await town.browser(COMPUTER).post("/sign-in/code", {"next": "/"}, X_Real_Ip=address)).status
        for address in ("198.51.100.1", "203.0.113.1", "198.51.100.1")
    ]
    assert asked == [303, 303, 429]


@dataclass
class Listener:
    """Hears what a page is pushed; `arrived` once there are so many bytes."""

    screen: Screen
    told: bytes = b""
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, part: bytes) -> None:
        self.told += part
        self.more.set()

    async def listen(self) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self.screen.browser.cookies.items())
        await AsyncHTTPClient().fetch(
            f"{self.screen.town.url}/sign-in/events",
            headers={"Cookie": cookies},
            streaming_callback=self.hear,
        )

    async def heard(self, line: bytes) -> None:
        async with asyncio.timeout(20):
            while line not in self.told:
                self.more.clear()
                await self.more.wait()


async def test_a_page_hears_how_things_stand_whenever_it_listens(
    pc: Screen, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "OPEN_SECONDS", 0.3)
    monkeypatch.setattr(pairing, "LOOK_SECONDS", 0.1)
    assert (await pc.browser.get("/sign-in/events")).status == 404
    code = await pc.ask("/")
    await (before := Listener(pc)).listen()
    assert before.told.startswith(b'data: {"state": "asked"}\n\n:\n\n')
    await phone.get(code)
    await (after := Listener(pc)).listen()
    assert after.told.startswith(b'data: {"state": "scanned"}\n\n:\n\n')
    assert (await pc.browser.get("/sign-in/state")).json == {"state": "scanned"}
    monkeypatch.setattr(pairing, "OPEN_SECONDS", 3.0)
    listening = asyncio.create_task((gone := Listener(pc)).listen())
    await gone.heard(b'"scanned"')
    await pc.town.services.pairings.documents.delete_one({"_id": await pc.key()})
    await gone.heard(b'"ended"')
    await listening


async def test_what_another_process_changes_is_pushed(
    town: Town, pc: Screen, phone: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "LOOK_SECONDS", 60.0)  # nobody looks
    code = (await pc.ask("/")).rpartition("/")[2]
    elsewhere = stores_over(database, town.clock.now, Register()).pairings
    async with following_pairings(town.services.pairings.changes):
        listening = asyncio.create_task((listener := Listener(pc)).listen())
        await listener.heard(b'"asked"')
        await elsewhere.scan(code, "wang", town.by())
        await listener.heard(b'"scanned"')
        await elsewhere.end(await pc.key(), {}, town.by())
        await listener.heard(b'"ended"')
        listening.cancel()


async def test_who_has_left_is_not_waited_for(pc: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "LOOK_SECONDS", 60.0)
    await pc.ask("/")
    waiting = pc.town.services.pairings.changes.waiting
    host, port = pc.town.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    ticket = f"Cookie: pairing={pc.browser.cookies['pairing']}"
    writer.write(f"GET /sign-in/events HTTP/1.1\r\nHost: {host}:{port}\r\n{ticket}\r\n\r\n".encode())
    async with asyncio.timeout(20):
        await reader.readuntil(b'"asked"')
        assert await pc.key() in waiting
        writer.close()
        while await pc.key() in waiting:
            await asyncio.sleep(0.02)
