"""Signing in through WeChat: whose state, whose session, and where to."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.web.base import safe_next
from models.people.accounts import WechatUnavailable
from tests.house.browser import Browser, Page
from tests.house.town import Town, opened

HOPS = 8
"""More redirects than this one after the other are a loop."""


async def left(visitor: Browser, to: str = "/appointments") -> str:
    """The address at WeChat's to which the visitor is sent."""
    return (await visitor.get(f"/sign-in?next={to}")).location


async def followed(town: Town, visitor: Browser, page: Page, openid: str) -> Page:
    """Where a browser ends that follows each redirect, also through WeChat, where `openid` agrees."""
    for _ in range(HOPS):
        if page.status != 302:
            return page
        there = page.location
        page = await visitor.get(there if there.startswith("/") else town.back_from_wechat(there, openid))
    raise AssertionError("it is sent round and round")


async def test_to_wechat_and_back(town: Town) -> None:
    visitor = town.browser()
    asked = urlsplit(await left(visitor))
    query = parse_qs(asked.query)
    assert (
        f"{asked.scheme}://{asked.netloc}{asked.path}"
        == "https://open.weixin.qq.com/connect/oauth2/authorize"
    )
    assert asked.fragment == "wechat_redirect"
    assert query["appid"] == ["wx0123456789abcdef"]
    assert query["redirect_uri"] == [f"{town.url}/sign-in/wechat?next=%2Fappointments"]
    assert query["scope"] == ["snsapi_base"]
    assert len(query["state"][0]) >= 32
    kept = next(line for line in visitor.set_cookies if line.startswith("arrival="))
    assert "HttpOnly" in kept
    assert "SameSite=Lax" in kept
    assert "expires=" in kept
    back = await visitor.get(town.back_from_wechat(asked.geturl(), "openid-li"))
    assert (back.status, back.location) == (302, "/appointments")
    assert "arrival" not in visitor.cookies
    session = next(line for line in visitor.set_cookies if line.startswith("session="))
    assert "HttpOnly" in session


async def test_who_is_signed_in_goes_on_at_once(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-there-already")
    session = visitor.cookies["session"]
    assert await left(visitor, "/appointments") == "/appointments"
    assert visitor.cookies["session"] == session


async def test_going_back_and_reloading_lead_on(town: Town) -> None:
    """The return address again, when its state and its code are used."""
    visitor = town.browser()
    address = town.back_from_wechat(await left(visitor), "openid-back")
    for _ in range(3):
        again = await visitor.get(address)
        assert (again.status, again.location) == (302, "/appointments")
    visitor.cookies.clear()  # the session is over too: signed in once more, unseen
    assert (await followed(town, visitor, await visitor.get(address), "openid-back")).status == 200
    assert "session" in visitor.cookies


async def test_the_return_address_fetched_twice_at_once(town: Town) -> None:
    """The second is sent before the first is answered: it has the state still, and the code is used."""
    visitor = town.browser()
    address = town.back_from_wechat(await left(visitor), "openid-twice")
    as_before = dict(visitor.cookies)
    assert (await visitor.get(address)).location == "/appointments"
    visitor.cookies = as_before
    second = await visitor.get(address)
    assert second.location.startswith("/sign-in?next=%2Fappointments&")
    on = await visitor.get(
        town.back_from_wechat((await visitor.get(second.location)).location, "openid-twice")
    )
    assert (on.status, on.location) == (302, "/appointments")


async def test_what_was_fetched_ahead_without_cookies_spoils_nothing(town: Town) -> None:
    """A browser's guard opens the address before the browser does."""
    visitor, guard = town.browser(), town.browser()
    address = town.back_from_wechat(await left(visitor), "openid-ahead")
    assert "session" not in guard.cookies
    assert (await guard.get(address)).status == 302
    assert "session" not in guard.cookies
    assert (await visitor.get(address)).location == "/appointments"
    assert "session" in visitor.cookies


async def test_two_tabs_at_once(town: Town) -> None:
    visitor = town.browser()
    tabs = {to: await left(visitor, to) for to in ("/appointments", "/enterprises", "/me")}
    for to, asked in tabs.items():
        session = visitor.cookies.pop("session", None)  # as it is for a tab that was sent before the others
        assert (await visitor.get(town.back_from_wechat(asked, "openid-tabs"))).location == to
        assert session != visitor.cookies["session"]


async def test_of_many_tabs_the_latest_are_kept(town: Town) -> None:
    visitor = town.browser()
    for _ in range(40):
        last = await left(visitor)
    assert len(visitor.cookies["arrival"]) < 400
    assert (await visitor.get(town.back_from_wechat(last, "openid-many"))).location == "/appointments"


async def test_a_browser_without_cookies_ends_at_a_page_that_leads_on(town: Town) -> None:
    visitor = town.browser()
    visitor.keep = lambda lines: None  # type: ignore[method-assign]
    page = await followed(
        town, visitor, await visitor.get("/sign-in?next=/appointments"), "openid-no-cookies"
    )
    assert page.status == 401
    assert "登录没有完成" in page.text
    assert "Cookie" in page.text
    assert 'href="/sign-in?next=%2Fappointments">重新登录' in page.text


async def test_a_code_that_never_works_is_tried_twice(town: Town) -> None:
    visitor = town.browser()
    page = await visitor.get("/sign-in?next=/appointments")
    tries = 0
    while page.status == 302:
        if not page.location.startswith("/"):
            tries += 1
            town.sign_ins.codes.clear()
        there = page.location
        address = there if there.startswith("/") else town.back_from_wechat(there, "openid-used")
        town.sign_ins.codes.clear()
        page = await visitor.get(address)
    assert tries == 2
    assert page.status == 401
    assert 'href="/sign-in?next=%2Fappointments">重新登录' in page.text


async def test_somebody_elses_state_signs_nobody_in(town: Town) -> None:
    """An attacker's link, with the attacker's code and state, opened in the victim's browser."""
    attacker, victim = town.browser(), town.browser()
    link = town.back_from_wechat(await left(attacker), "openid-attacker")
    await victim.get("/sign-in")
    for browser in (victim, town.browser()):
        page = await browser.get(link)
        assert page.location.startswith("/sign-in?")
        assert "session" not in browser.cookies
    assert "openid-attacker" in town.sign_ins.codes.values()
    await victim.sign_in("openid-victim")
    own = victim.cookies["session"]
    assert (await victim.get(link)).status == 302
    assert victim.cookies["session"] == own


async def test_while_wechat_does_not_answer(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page leads to a new sign-in: asking for its own address again would bring no new code."""

    async def down(_code: str) -> None:
        raise WechatUnavailable

    monkeypatch.setattr(town.sign_ins, "exchange", down)
    visitor = town.browser()
    page = await visitor.sign_in("openid-down", "/appointments")
    assert page.status == 503
    assert 'href="/sign-in?next=%2Fappointments">重新登录' in page.text


async def test_who_does_not_agree_is_told(town: Town) -> None:
    visitor = town.browser()
    page = await visitor.get(town.back_from_wechat(await left(visitor), None))
    assert page.status == 401
    assert "您没有同意登录" in page.text
    assert 'href="/sign-in?next=%2Fappointments"' in page.text


EVIL = ["https://evil.example/", "//evil.example", "/\\evil.example", "/%0d%0aSet-Cookie:x"]


@pytest.mark.parametrize("to", EVIL)
async def test_no_open_redirect(town: Town, to: str) -> None:
    visitor = town.browser()
    page = await visitor.sign_in("openid-redirect", to)
    assert page.location in ("/", "/%0d%0aSet-Cookie:x")
    assert "Set-Cookie:x" not in str(page.headers.get_list("Set-Cookie"))
    for signed_in in (visitor, town.browser()):
        for path in ("/sign-in?next=", "/sign-in/wechat?code=x&state=y&next="):
            there = (await signed_in.get(f"{path}{to}")).location
            assert urlsplit(there).netloc in ("", "open.weixin.qq.com")
            assert "evil.example" not in there


async def test_a_way_on_that_is_no_text_is_answered(town: Town) -> None:
    assert (await town.browser().get("/sign-in?next=%ff")).status == 302
    assert (await town.browser().get("/sign-in/wechat?again=1&next=/%ff")).status == 401


@given(st.text(max_size=40).map(lambda text: f"/{text}") | st.text(max_size=40))
def test_the_way_on_stays_on_this_site(path: str) -> None:
    on = safe_next(path)
    assert on.startswith("/")
    assert urlsplit(f"http://here{on}").netloc == "here"
    assert not on.startswith(("//", "/\\"))
    assert safe_next(on) == on


@pytest.mark.parametrize("sign", ["%00", "%01", "%1F", "%7F"])
async def test_a_way_on_that_no_header_can_hold_leads_home(town: Town, sign: str) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-there-already")
    answer = await visitor.get(f"/sign-in?next=/{sign}me")
    assert (answer.status, answer.location) == (302, "/")


async def test_a_session_is_never_taken_over(town: Town) -> None:
    """What stood in the cookie before signing in is not who is signed in after (fixation)."""
    visitor = town.browser()
    visitor.cookies["session"] = "planted"
    await visitor.sign_in("openid-first")
    assert visitor.cookies["session"] != "planted"
    planted = town.browser()
    planted.cookies["session"] = "planted"
    assert (await planted.get("/binding")).location.startswith("/sign-in")


async def test_a_session_of_nobody_signs_in_anew(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-gone")
    account = await town.services.accounts.documents.find_one_and_delete({"openid": "openid-gone"})
    assert account
    assert (await visitor.get("/binding")).location == "/sign-in?next=%2Fbinding"
    assert (await visitor.sign_in("openid-gone", "/binding")).location == "/binding"


async def test_signing_out(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-out")
    session = visitor.cookies["session"]
    assert (await visitor.get("/sign-out")).status == 405
    await visitor.post("/sign-out")
    assert "session" not in visitor.cookies
    visitor.cookies["session"] = session
    assert (await visitor.get("/binding")).location == "/sign-in?next=%2Fbinding"


async def test_signing_out_at_one_server_holds_at_once_at_the_other(town: Town) -> None:
    async with opened(town.services.database) as other:
        here = town.browser()
        await here.sign_in("openid-both")
        there = other.browser()
        there.cookies |= here.cookies
        assert (await there.get("/binding")).status == 200
        await here.post("/sign-out")
        assert (await there.get("/binding")).location == "/sign-in?next=%2Fbinding"


async def test_a_session_runs_out(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-late")
    assert (await visitor.get("/binding")).status == 200
    town.clock.advance(timedelta(hours=12, seconds=1))
    assert (await visitor.get("/binding")).status == 302
