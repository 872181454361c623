"""The codes of screens: who is shown one, what it says, and what is said where one is worth nothing."""

import asyncio
from dataclasses import dataclass, replace
from urllib.parse import quote

import pytest

from handlers.kiosk import pairing as at_a_kiosk
from handlers.kiosk.pairing import FAULTS
from models.pairings import OVER, SceneCodesUnavailable, Ticket, store
from tests.house.browser import COMPUTER, PHONE_IN_WECHAT, Browser
from tests.house.scanned import read_qr
from tests.house.screens import Screen
from tests.house.server import serving
from tests.house.town import Town, citizen_app

SYSTEMS = ("Windows NT 10.0; Win64", "Macintosh; Intel Mac OS X 15", "X11; Linux x86_64", "X11; CrOS x86_64")
"""Of computers, as their browsers name them."""


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


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("12345", "请填写手机上显示的六位数字"),
        ("123456", "请与手机上的核对后重填"),
        ("own", "要用手机微信扫"),
    ],
)
async def test_what_is_wrong_with_a_code_is_said_by_a_page_that_can_be_asked_for_again(
    kiosk: Screen, code: str, says: str
) -> None:
    """Loading that page anew sends no code: there is a limit to wrong ones."""
    given = (await kiosk.ask("/kiosk")).rpartition("/")[2] if code == "own" else code
    refused = await kiosk.browser.post("/kiosk/continue", {"code": given})
    assert (refused.status, refused.location.split("=")[0]) == (303, "/kiosk/continue?fault")
    for _ in range(2):
        assert says in (await kiosk.browser.get(refused.location)).text
    for named in ("", "?fault=", "?fault=not_found", f"?fault={says}"):
        assert 'id="fault"' not in (await kiosk.browser.get(quote(f"/kiosk/continue{named}", "/?="))).text


def test_whatever_has_become_of_a_code_is_said_by_that_page() -> None:
    assert {fault.code for fault in OVER.values()} < FAULTS.keys()


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


async def test_codes_are_counted_by_network(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ASKED", replace(store.ASKED, most=1))
    asked = [
        (await town.browser(COMPUTER).post("/sign-in/code", {"next": "/"}, X_Real_Ip=address)).status
        for address in ("198.51.100.1", "203.0.113.1", "198.51.100.1")
    ]
    assert asked == [303, 303, 429]
