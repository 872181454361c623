"""Signing in through WeChat: whose state, whose session, and where to."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.house.town import Town


async def test_to_wechat_and_back(town: Town) -> None:
    visitor = town.browser()
    left = await visitor.get("/sign-in?next=/appointments")
    asked = urlsplit(left.location)
    query = parse_qs(asked.query)
    assert (
        f"{asked.scheme}://{asked.netloc}{asked.path}"
        == "https://open.weixin.qq.com/connect/oauth2/authorize"
    )
    assert asked.fragment == "wechat_redirect"
    assert query["appid"] == ["wx0123456789abcdef"]
    assert query["redirect_uri"] == [f"{town.url}/sign-in/wechat"]
    assert query["scope"] == ["snsapi_base"]
    assert len(query["state"][0]) >= 32
    kept = next(line for line in visitor.set_cookies if line.startswith("arrival="))
    assert "HttpOnly" in kept
    assert "SameSite=Lax" in kept
    assert "expires=" in kept
    back = await visitor.get(
        f"/sign-in/wechat?code={town.sign_ins.agree('openid-li')}&state={query['state'][0]}"
    )
    assert (back.status, back.location) == (302, "/appointments")
    assert "arrival" not in visitor.cookies
    session = next(line for line in visitor.set_cookies if line.startswith("session="))
    assert "HttpOnly" in session


async def test_somebody_elses_state_signs_nobody_in(town: Town) -> None:
    """An attacker's link, with the attacker's code and state, opened in the victim's browser."""
    attacker, victim = town.browser(), town.browser()
    left = await attacker.get("/sign-in")
    state = parse_qs(urlsplit(left.location).query)["state"][0]
    link = f"/sign-in/wechat?code={town.sign_ins.agree('openid-attacker')}&state={state}"
    await victim.get("/sign-in")
    for browser in (victim, town.browser()):
        page = await browser.get(link)
        assert page.status == 403
        assert 'href="/sign-in?next=%2F">重新登录' in page.text
        assert "session" not in browser.cookies


async def test_a_state_is_good_once(town: Town) -> None:
    visitor = town.browser()
    left = await visitor.get("/sign-in")
    state = parse_qs(urlsplit(left.location).query)["state"][0]
    await visitor.get(f"/sign-in/wechat?code={town.sign_ins.agree('openid-once')}&state={state}")
    again = await visitor.get(f"/sign-in/wechat?code={town.sign_ins.agree('openid-once')}&state={state}")
    assert again.status == 403


async def test_who_does_not_agree_is_told(town: Town) -> None:
    visitor = town.browser()
    left = await visitor.get("/sign-in?next=/appointments")
    state = parse_qs(urlsplit(left.location).query)["state"][0]
    page = await visitor.get(f"/sign-in/wechat?state={state}")
    assert page.status == 401
    assert 'href="/sign-in?next=%2Fappointments"' in page.text


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "/%0d%0aSet-Cookie:x"]
)
async def test_no_open_redirect(town: Town, to: str) -> None:
    page = await town.browser().sign_in("openid-redirect", to)
    assert page.location in ("/", "/%0d%0aSet-Cookie:x")
    assert "Set-Cookie:x" not in str(page.headers.get_list("Set-Cookie"))


async def test_a_new_session_ends_the_old_one(town: Town) -> None:
    """No session is carried over from before (fixation)."""
    visitor = town.browser()
    await visitor.sign_in("openid-first")
    old = visitor.cookies["session"]
    await visitor.sign_in("openid-second")
    assert visitor.cookies["session"] != old
    earlier = town.browser()
    earlier.cookies["session"] = old
    assert (await earlier.get("/binding")).location.startswith("/sign-in")


async def test_signing_out(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-out")
    session = visitor.cookies["session"]
    assert (await visitor.get("/sign-out")).status == 405
    await visitor.post("/sign-out")
    assert "session" not in visitor.cookies
    visitor.cookies["session"] = session
    assert (await visitor.get("/binding")).location == "/sign-in?next=%2Fbinding"


async def test_a_session_runs_out(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-late")
    assert (await visitor.get("/binding")).status == 200
    town.clock.advance(timedelta(hours=12, seconds=1))
    assert (await visitor.get("/binding")).status == 302
