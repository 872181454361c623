"""我的账号: a member's phone and own WeChat, and new recovery codes."""

import re
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest

from handlers.web.qr import qr_png
from models.staff.scopes import Role
from models.staff.second_factor import FRESH, RECOVERY_CODES
from models.staff.wechat import VALID
from tests.house.browser import CODE_PAUSE, Browser, Page
from tests.house.office import Office
from tests.house.people import new_phone
from tests.house.staff import Post

ACCOUNT, PHONE, WECHAT = "/admin/account", "/admin/account/phone", "/admin/account/wechat"


@pytest.fixture
async def desk(office: Office) -> Browser:
    """Of a member who has neither phone nor WeChat."""
    username = f"wu-{uuid4().hex[:6]}"
    await office.town.member(username, Post((Role.WINDOW,)))
    return await office.desk(username)


async def bind_phone(office: Office, desk: Browser, phone: str) -> Page:
    office.town.clock.advance(CODE_PAUSE)
    sent = await desk.post(f"{PHONE}/code", {"phone": phone})
    assert ("验证码已发送" in sent.text, f'value="{phone}"' in sent.text) == (True, True)
    return await desk.post(PHONE, {"phone": phone, "code": await office.town.code_sent(phone)})


async def test_a_phone_is_entered_changed_and_removed(office: Office, desk: Browser) -> None:
    assert "未填写" in (await desk.get(ACCOUNT)).text
    assert "获取验证码" in (await desk.get(PHONE)).text
    first, second = new_phone(), new_phone()
    wrong = await desk.post(f"{PHONE}/code", {"phone": "12345"})
    assert (wrong.status, "手机号码有误" in wrong.text, 'value="12345"' in wrong.text) == (400, True, True)
    for phone in (first, second):
        done = await bind_phone(office, desk, phone)
        assert done.location == ACCOUNT
        page = (await desk.get(ACCOUNT)).text
        assert f"138****{phone[-4:]}" in page
        assert phone not in page
    mistyped = await desk.post(PHONE, {"phone": first, "code": "1"})
    assert (mistyped.status, "验证码不对" in mistyped.text) == (400, True)
    soon = await desk.post(f"{PHONE}/code", {"phone": second, "again": "yes"})
    assert (soon.status, 'name="code"' in soon.text) == (429, True)
    assert f"138****{second[-4:]}" in (await desk.get(PHONE)).text
    assert (await desk.post(f"{PHONE}/remove")).location == ACCOUNT
    assert "填写手机" in (await desk.get(ACCOUNT)).text
    for way in (f"{PHONE}/code", f"{PHONE}/remove"):
        assert (await desk.get(way)).status == 302


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the QRs say that are drawn from now on, as paths."""
    said: list[str] = []

    def drawn(text: str) -> bytes:
        said.append(urlsplit(text).path)
        return qr_png(text)

    monkeypatch.setattr("handlers.admin.wechat.qr_png", drawn)
    return said


async def shown_qr(desk: Browser, scanned: list[str]) -> str:
    shown = await desk.post(f"{WECHAT}/begin")
    assert (shown.status, "data:image/png;base64," in shown.text) == (200, True)
    assert "no-store" in shown.headers["Cache-Control"]
    assert scanned[-1] not in shown.text
    return scanned[-1]


async def phone_of(office: Office, openid: str) -> Browser:
    phone = office.town.browser()
    await phone.sign_in(openid)
    return phone


def code_on(page: Page) -> str:
    found = re.search(r'role="status">(\d{4})<', page.text)
    assert found, page.text
    return found[1]


async def test_a_wechat_is_bound_by_its_qr_and_its_code(
    office: Office, desk: Browser, scanned: list[str]
) -> None:
    assert "未绑定" in (await desk.get(ACCOUNT)).text
    openid = f"openid-{uuid4().hex[:8]}"
    at, phone = await shown_qr(desk, scanned), office.town.browser()
    assert (await phone.get(at)).location == f"/sign-in?{urlencode({'next': at})}"
    await phone.sign_in(openid, to=at)
    asked = await phone.get(at)
    assert ("的姓名" in asked.text, "这是我的微信" in asked.text) == (True, True)
    early = await desk.post(WECHAT, {"code": "0000"})
    assert (early.status, "请先用微信扫描" in early.text) == (409, True)
    assert (await phone.post(at)).location == at
    code = code_on(await phone.get(at))
    wrong = await desk.post(WECHAT, {"code": f"{(int(code) + 1) % 10000:04}"})
    assert (wrong.status, "校验码不对" in wrong.text) == (400, True)
    assert (await desk.post(WECHAT, {"code": code})).location == ACCOUNT
    page = (await desk.get(ACCOUNT)).text
    assert ("已绑定微信" in page, "还没有关注公众号" in page) == (True, True)
    assert openid not in page
    await office.town.account(openid, follows=True)
    assert "还没有关注公众号" not in (await desk.get(ACCOUNT)).text
    assert (await phone.get(at)).status == 404
    assert (await desk.post(f"{WECHAT}/remove")).location == ACCOUNT
    assert "绑定微信" in (await desk.get(ACCOUNT)).text
    for way in (f"{WECHAT}/begin", f"{WECHAT}/remove"):
        assert (await desk.get(way)).status == 302


async def test_a_photographed_qr_binds_nobody_else(office: Office, desk: Browser, scanned: list[str]) -> None:
    at = await shown_qr(desk, scanned)
    thief, own = await phone_of(office, "openid-of-a-thief"), await phone_of(office, "openid-of-the-member")
    await thief.post(at)
    for answer in (await own.get(at), await own.post(at)):
        assert (answer.status, "已由另一个微信使用" in answer.text) == (409, True)
    again = await shown_qr(desk, scanned)
    assert (await thief.get(at)).status == 404
    await own.post(again)
    assert (await desk.post(WECHAT, {"code": code_on(await own.get(again))})).status == 303


async def test_a_late_qr_says_what_to_do(office: Office, desk: Browser, scanned: list[str]) -> None:
    at = await shown_qr(desk, scanned)
    phone = await phone_of(office, "openid-of-the-late")
    office.town.clock.advance(VALID)
    late = await phone.get(at)
    assert (late.status, "换一个二维码再扫" in late.text) == (404, True)
    english = await phone.get(at, Accept_Language="en")
    assert "Show a new QR code" in english.text
    refused = await desk.post(WECHAT, {"code": "1234"})
    assert (refused.status, "显示二维码" in refused.text) == (409, True)


async def test_the_page_in_wechat_speaks_english(office: Office, desk: Browser, scanned: list[str]) -> None:
    at = await shown_qr(desk, scanned)
    page = await (await phone_of(office, "openid-of-an-englishman")).get(at, Accept_Language="en")
    assert "This is my WeChat" in page.text
    assert '<span lang="zh-CN">' in page.text  # the member's name


async def test_one_wechat_is_for_one_member(office: Office, desk: Browser, scanned: list[str]) -> None:
    phone = await phone_of(office, "openid-of-one")
    at = await shown_qr(desk, scanned)
    await phone.post(at)
    assert (await desk.post(WECHAT, {"code": code_on(await phone.get(at))})).status == 303
    await office.town.member("another", Post((Role.WINDOW,)))
    other = await office.desk("another")
    refused = await phone.post(await shown_qr(other, scanned))
    assert (refused.status, "已绑定另一位工作人员" in refused.text) == (409, True)


async def test_recovery_codes_are_renewed_with_a_fresh_code(office: Office) -> None:
    desk = await office.desk("management")
    assert "剩余恢复码" in (await desk.get(ACCOUNT)).text
    done = await desk.post(f"{ACCOUNT}/recovery-codes")
    codes = re.findall(r'<li class="code">(\S+)</li>', done.text)
    assert (done.status, len(codes), "新的恢复码" in done.text) == (200, RECOVERY_CODES, True)
    assert f"剩余恢复码{RECOVERY_CODES}个" in (await desk.get(ACCOUNT)).text
    office.town.clock.advance(FRESH)
    late = await desk.post(f"{ACCOUNT}/recovery-codes")
    assert (late.status, "需要再次验证身份" in late.text) == (401, True)
    assert 'href="/admin/confirm?next=%2Fadmin%2Faccount"' in late.text
