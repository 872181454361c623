"""Forms that come too late: the session is over, or the token of the page is no longer good. What was typed
stays, where it is the visitor's own, and the way on leads to the very form.
"""

import re

import pytest

from tests.files import photo
from tests.house.applying import ANSWERS, draft
from tests.house.browser import Browser, Fields, Page
from tests.house.town import Town

BODY: Fields = {"credential": "enterprise:uscc", "name": "番禺小店有限公司", "number": "123"}
OLD: Fields = {"_xsrf": "2|00000000|00000000000000000000000000000000|1700000000"}


async def late(town: Town, browser: Browser, path: str, fields: Fields, **headers: str) -> Page:
    """A form sent from its own page, with the token of another day."""
    own = {"Origin": town.url, "Referer": f"{town.url}{path}"}
    return await browser.post(path, {**fields, **OLD}, **{**own, **headers})


async def test_what_was_typed_can_be_sent_again(town: Town) -> None:
    citizen = await town.citizen()
    page = await late(town, citizen, "/enterprises", BODY)
    assert page.status == 403
    assert "您刚才填写的内容都还在" in page.text
    assert 'action="/enterprises"' in page.text
    again = {name: page.hidden(name) for name in (*BODY, "_xsrf")}
    assert "番禺小店有限公司" in (sent := await citizen.post("/enterprises", {**again})).text
    assert "统一社会信用代码应为18位" in sent.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Referer": "https://evil.example/"},
        {"Origin": "null", "Referer": ""},
        {"Origin": "", "Referer": ""},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"},
    ],
)
async def test_what_another_site_sent_is_not_offered(town: Town, headers: dict[str, str]) -> None:
    """One touch of the visitor's would send it in their name."""
    citizen = await town.citizen()
    page = await late(town, citizen, "/enterprises", BODY, **headers)
    assert page.status == 403
    assert "番禺小店有限公司" not in page.text
    assert "再提交一次</button>" not in page.text
    assert 'href="/enterprises">返回刚才的页面' in page.text


async def test_an_expired_page_of_a_lost_session_leads_back_to_its_form(town: Town) -> None:
    citizen = await town.citizen()
    path = f"{await draft(citizen)}/form"
    for name in ("session", "_xsrf"):  # as in a browser that was closed
        citizen.cookies.pop(name)
    for headers in ({}, {"Referer": ""}):
        page = await late(town, citizen, path, ANSWERS, **headers)
        assert page.status == 401
        assert f'href="/sign-in?next={path.replace("/", "%2F")}">重新登录' in page.text
        assert "再提交一次</button>" not in page.text
        assert f'data-page="{path}"' in page.text
        assert page.hidden("address") == ANSWERS["address"]


async def test_a_lost_session_keeps_what_was_typed_on_the_page(town: Town) -> None:
    citizen = await town.citizen()
    path = f"{await draft(citizen)}/form"
    citizen.cookies.pop("session")
    page = await citizen.post(path, ANSWERS)
    assert page.status == 401
    assert f'href="/sign-in?next={path.replace("/", "%2F")}">重新登录' in page.text
    assert page.hidden("address") == ANSWERS["address"]
    assert page.text.count("<form") == 2  # the tools of the page, and what was typed, which no button sends
    assert not re.search(r'<form id="typed".*<button', page.text.split("</main>")[0], re.S)


async def test_the_way_to_binding_leads_back_too(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-not-bound-yet")
    page = await visitor.post("/applications", {"item": "x"}, Referer=f"{town.url}/guides?q=x")
    assert page.status == 403
    assert 'href="/binding?next=%2Fguides%3Fq%3Dx">去实名认证' in page.text


async def test_an_upload_that_comes_late_leads_back(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    token = await citizen.token()
    citizen.cookies["_xsrf"] = OLD["_xsrf"]  # type: ignore[assignment]
    page = await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    citizen.cookies["_xsrf"] = token
    assert page.status in (303, 403)
    citizen.cookies.pop("session")
    page = await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())
    assert page.status == 401
    materials = f"{path}/materials/permit".replace("/", "%2F")
    assert f'href="/sign-in?next={materials}">重新登录' in page.text
    assert (await citizen.get(f"{path}/materials/permit")).location == f"{path}/materials"


async def test_a_form_for_anybody_is_only_sent_again(town: Town) -> None:
    page = await late(town, town.browser(), "/settings", {"elder": "1", "next": "/halls"})
    assert page.status == 403
    assert "重新登录" not in page.text
    assert 'type="hidden" name="elder" value="1"' in page.text
    assert "再提交一次</button>" in page.text
