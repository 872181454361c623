"""Sign-in of pages and of the mini-program, and the phone's cookies."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from wechatpy.oauth import WeChatOAuth

from tests.simulator.conftest import CONFIG, Peer


def address(peer: Peer, **changes: str) -> str:
    """What wechatpy sends people to, at the simulator."""
    oauth = WeChatOAuth(
        changes.pop("appid", CONFIG.wechat_appid),
        CONFIG.wechat_secret,
        changes.pop("redirect_uri", f"{peer.service.url}/sign-in/wechat?next=%2Fme"),
        changes.pop("scope", "snsapi_base"),
        "state-1",
    )
    target = urlsplit(str(oauth.authorize_url))
    return f"{target.path}?{target.query}"


async def arrive(peer: Peer, person: str = "li", **changes: str) -> Any:
    headers = {"Cookie": f"simulator_person={person}"}
    return await peer.fetch(address(peer, **changes), headers=headers)


def code_in(location: str) -> str:
    return parse_qs(urlsplit(location).query)["code"][0]


async def exchange(peer: Peer, code: str, /, **changes: str) -> dict[str, Any]:
    query = {
        "appid": CONFIG.wechat_appid,
        "secret": CONFIG.wechat_secret,
        "code": code,
        "grant_type": "authorization_code",
    }
    return await peer.call("/sns/oauth2/access_token", **(query | changes))


async def session(peer: Peer, code: str, **changes: str) -> dict[str, Any]:
    query = {
        "appid": CONFIG.miniprogram_appid,
        "secret": CONFIG.miniprogram_secret,
        "js_code": code,
        "grant_type": "authorization_code",
    }
    return await peer.call("/sns/jscode2session", **(query | changes))


async def test_silent_sign_in_comes_back_with_a_code_for_one_use(peer: Peer) -> None:
    response = await arrive(peer)
    assert response.code == 302
    location = urlsplit(response.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == f"{peer.service.url}/sign-in/wechat"
    query = parse_qs(location.query)
    assert (query["next"], query["state"]) == (["/me"], ["state-1"])
    user = await exchange(peer, query["code"][0])
    assert (user["openid"], user["scope"]) == (await peer.openid("li"), "snsapi_base")
    assert "unionid" not in user
    assert (await exchange(peer, query["code"][0]))["errcode"] == 40163


async def test_codes_end_after_five_minutes(peer: Peer) -> None:
    code = code_in((await arrive(peer)).headers["Location"])
    peer.clock.advance(timedelta(minutes=5))
    assert (await exchange(peer, code))["errcode"] == 42003


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": ""}, 41008),
        ({"code": "invented"}, 40029),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "client_credential"}, 40002),
    ],
)
async def test_bad_exchanges(peer: Peer, changes: dict[str, str], code: int) -> None:
    good = (await peer.do("li", "oauth-code"))["code"]
    assert (await exchange(peer, good, **changes))["errcode"] == code
    assert "openid" in await exchange(peer, good)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"redirect_uri": "https://evil.test/"}, "10003"),
        ({"redirect_uri": "javascript:alert(1)"}, "10003"),
        ({"appid": "wxother"}, "10013"),
        ({"scope": "snsapi_login"}, "10005"),
        ({"person": "nobody"}, "请在微信客户端打开链接"),
    ],
)
async def test_requests_that_get_no_code(peer: Peer, changes: dict[str, str], words: str) -> None:
    response = await arrive(peer, **changes)
    assert response.code in {400, 403}
    assert words in response.body.decode()


async def test_userinfo_asks_those_who_do_not_follow(peer: Peer) -> None:
    asked = address(peer, scope="snsapi_userinfo")
    headers = {"Cookie": "simulator_person=li"}
    assert "允许" in (await peer.fetch(asked, headers=headers)).body.decode()
    refused = await peer.fetch(asked, b"allow=0", headers=headers)
    assert "已取消" in refused.body.decode()
    allowed = await peer.fetch(
        asked, b"allow=1", headers=headers | {"Content-Type": "application/x-www-form-urlencoded"}
    )
    user = await exchange(peer, code_in(allowed.headers["Location"]))
    assert user["unionid"]
    query = urlencode({"access_token": user["access_token"], "openid": user["openid"], "lang": "zh_CN"})
    assert (await peer.call(f"/sns/userinfo?{query}"))["nickname"] == "李晓明"
    await peer.do("li", "follow")
    assert (await peer.fetch(asked, headers=headers)).code == 302


async def test_silent_sign_in_tells_no_name(peer: Peer) -> None:
    user = await exchange(peer, (await peer.do("li", "oauth-code"))["code"])
    query = urlencode({"access_token": user["access_token"], "openid": user["openid"]})
    assert (await peer.call(f"/sns/userinfo?{query}"))["errcode"] == 48001


async def test_snapshot_pages_say_so(peer: Peer) -> None:
    code = (await peer.do("li", "oauth-code", snapshot=True))["code"]
    assert (await exchange(peer, code))["is_snapshotuser"] == 1


async def test_the_mini_program_knows_the_same_person(peer: Peer) -> None:
    code = (await peer.do("li", "code"))["code"]
    assert (await exchange(peer, code))["errcode"] == 40029
    user = await session(peer, code)
    person = await peer.call("/control/people/li")
    assert (user["openid"], user["unionid"]) == (person["miniprogram_openid"], person["unionid"])
    assert user["openid"] != person["openid"]
    assert (await session(peer, code))["errcode"] == 40163
    assert (await session(peer, "invented"))["errcode"] == 40029


async def change(peer: Peer, person: str | None, cookies: dict[str, str]) -> dict[str, str]:
    """The cookies of the browser after taking the phone of `person`."""
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    response = await peer.fetch("/phone/person", {"id": person}, headers={"Cookie": header})
    after = dict(cookies)
    for line in response.headers.get_list("Set-Cookie"):
        for name, morsel in SimpleCookie(line).items():
            after[name] = morsel.value
            assert not morsel.value or morsel["httponly"]
    return {name: value for name, value in after.items() if value}


async def test_each_person_has_cookies_of_their_own(peer: Peer) -> None:
    browser = await change(peer, "li", {"staff": "s", "_xsrf": "x"})
    assert browser == {"staff": "s", "_xsrf": "x", "simulator_person": "li"}
    browser |= {"session": "of-li", "language": "zh"}
    browser = await change(peer, "wang", browser)
    assert browser == {"staff": "s", "_xsrf": "x", "simulator_person": "wang"}
    browser |= {"session": "of-wang"}
    browser = await change(peer, "li", browser)
    assert (browser["session"], browser["language"]) == ("of-li", "zh")
    browser = await change(peer, "wang", browser)
    assert browser["session"] == "of-wang"
    assert "language" not in browser
    assert "simulator_person" not in await change(peer, None, browser)


async def test_only_the_page_itself_changes_things(peer: Peer) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert (await peer.fetch("/phone/person", {"id": "li"}, headers=foreign)).code == 403
    assert (await peer.fetch("/control/reset", {}, headers=foreign)).code == 403
    plain = {"Content-Type": "text/plain"}
    assert (await peer.fetch("/control/faults", b"{}", headers=plain)).code == 415
