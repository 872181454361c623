"""One's own account: what must be done first, password, authenticator, sessions (article 5)."""

import html
import re
from datetime import timedelta

import pytest

from models.staff.scopes import Role
from models.staff.second_factor import FRESH, RECOVERY_CODES, code_of
from tests.house.browser import Browser, Fields, Page
from tests.house.office import Office
from tests.house.staff import PASSWORD, SECRET, Post

OTHER = "three small stones"


@pytest.fixture(autouse=True)
async def a_day_later(office: Office) -> None:
    """What was counted before has no part in it."""
    office.town.clock.advance(timedelta(days=2))


async def signs_in(browser: Browser, username: str, password: str = PASSWORD, code: str = "") -> Page:
    given: Fields = {"username": username, "password": password, "code": code, "next": "/admin/members"}
    return await browser.post("/admin/sign-in", given)


def code_now(office: Office, secret: str = SECRET) -> str:
    return code_of(secret, office.town.clock.now())


async def test_an_administrator_signs_in_with_a_code(office: Office) -> None:
    desk = office.town.browser()
    refused = await signs_in(desk, "admin")
    assert (refused.status, "请填写验证器上的动态验证码" in refused.text) == (401, True)
    wrong = await signs_in(desk, "admin", code="000000")
    assert (wrong.status, "000000" in wrong.text) == (401, False)
    assert (await signs_in(desk, "admin", code=code_now(office))).location == "/admin/members"
    assert (await desk.get("/admin/members")).status == 200  # the code is fresh


async def test_after_a_while_the_code_is_asked_for_again(office: Office) -> None:
    desk = await office.desk("admin")
    assert (await desk.get("/admin/members")).status == 200
    office.town.clock.advance(FRESH)
    asked = await desk.get("/admin/members?show=left")
    assert asked.location == "/admin/confirm?next=%2Fadmin%2Fmembers%3Fshow%3Dleft"
    late = await desk.post("/admin/members/window/suspend")
    assert (late.status, "需要再次验证身份" in late.text) == (401, True)
    assert 'href="/admin/confirm?next=%2Fadmin%2Fmembers%2Fwindow"' in late.text
    form = await desk.get(asked.location)
    assert html.unescape(form.hidden("next")) == "/admin/members?show=left"
    wrong = await desk.post("/admin/confirm", {"code": "000000", "next": "/admin/members"})
    assert (wrong.status, "动态验证码错误" in wrong.text) == (401, True)
    assert (await desk.get("/admin/members")).status == 302
    given: Fields = {"code": code_now(office), "next": "/admin/members?show=left"}
    assert (await desk.post("/admin/confirm", given)).location == "/admin/members?show=left"
    assert (await desk.get("/admin/members")).status == 200
    outside: Fields = {"code": code_of(SECRET, office.town.clock.now() + timedelta(seconds=30))}
    assert (await desk.post("/admin/confirm", outside | {"next": "//evil"})).location == "/admin"


async def test_a_one_time_password_is_changed_before_anything_else(office: Office) -> None:
    employment = office.town.services.employment
    await office.town.member("newcomer", Post((Role.WINDOW,)))
    await employment.reset("newcomer", OTHER, office.town.by_staff("admin"))
    desk, elsewhere = office.town.browser(), office.town.browser()
    for browser in (desk, elsewhere):
        assert (await signs_in(browser, "newcomer", OTHER)).status == 303
    for page in ("/admin", "/admin/verify", "/admin/account", "/admin/confirm"):
        assert (await desk.get(page)).location == "/admin/password"
    assert (await desk.post("/admin/verify", {"name": "x"})).location == "/admin/password"
    assert "一次性密码" in (await desk.get("/admin/password")).text

    async def changed(current: str, password: str, again: str) -> Page:
        return await desk.post("/admin/password", {"current": current, "password": password, "again": again})

    for given, said in (
        ((OTHER, "four small stones", "five small stones"), "两次填写的新密码不一致"),
        (("wrong", "four small stones", "four small stones"), "原密码错误"),
        ((OTHER, OTHER, OTHER), "新密码不能与原密码相同"),
        ((OTHER, "newcomer12", "newcomer12"), "只由用户名"),
    ):
        answer = await changed(*given)
        assert (answer.status, said in answer.text) == (400, True)
        assert "small stones" not in answer.text
    pasted = " four small stones "  # spaces around are of no account, here as at the sign-in
    assert (await changed(OTHER, pasted, "four small stones")).location == "/admin"
    assert (await desk.get("/admin/verify")).status == 200
    assert (await elsewhere.get("/admin/verify")).location.startswith("/admin/sign-in")
    assert (await desk.get("/admin/account")).text.count("到期") == 1
    assert (await signs_in(elsewhere, "newcomer", OTHER)).status == 401
    assert (await signs_in(elsewhere, "newcomer", "four small stones")).status == 303


async def test_an_authenticator_is_bound_before_people_are_decided_on(office: Office) -> None:
    staff, factors = office.town.services.staff, office.town.services.second_factors
    await office.town.member("decider", Post((Role.SERVICE_MANAGEMENT,)))
    await office.town.services.employment.reset("decider", OTHER, office.town.by_staff("admin"))
    await staff.change_password("decider", PASSWORD, office.town.by_staff("decider"))
    desk = office.town.browser()
    assert (await signs_in(desk, "decider")).status == 303
    assert (await desk.get("/admin/objections")).location == "/admin/second-factor"
    assert "须绑定验证器" in (await desk.get("/admin/second-factor")).text
    assert (await desk.post("/admin/second-factor/begin")).location == "/admin/second-factor"
    secret = factors.secret(await staff.get("decider"))
    form = await desk.get("/admin/second-factor")
    assert "data:image/png;base64," in form.text
    assert secret in re.sub(r"\s", "", form.text)
    wrong = await desk.post("/admin/second-factor", {"code": "000000"})
    assert (wrong.status, "data:image/png" in wrong.text) == (401, True)
    done = await desk.post("/admin/second-factor", {"code": code_now(office, secret)})
    codes = re.findall(r'<li class="code">(\S+)</li>', done.text)
    assert len(codes) == RECOVERY_CODES
    assert (await desk.get("/admin/objections")).status == 200
    assert secret not in (await desk.get("/admin/second-factor")).text
    assert (await desk.post("/admin/second-factor/begin")).status == 409
    recovered = office.town.browser()
    assert (await signs_in(recovered, "decider", code=codes[3])).status == 303
    assert (await signs_in(office.town.browser(), "decider", code=codes[3])).status == 401
    assert f"剩余恢复码{RECOVERY_CODES - 1}个" in (await recovered.get("/admin/account")).text


async def test_who_need_not_may_bind_one_too(office: Office) -> None:
    desk = await office.desk("window")
    page = (await desk.get("/admin/account")).text
    assert "window的姓名" in page
    assert 'href="/admin/second-factor"' in page
    unproven = await desk.post("/admin/confirm", {"code": "123456", "next": "/admin"})
    assert (unproven.status, "动态验证码错误" in unproven.text) == (401, True)
    assert "更加安全" in (await desk.get("/admin/second-factor")).text


async def test_sessions_are_seen_and_ended(office: Office) -> None:
    here, there = await office.desk("centre"), await office.desk("centre")
    other = await office.desk("township")
    page = await here.get("/admin/account")
    assert page.text.count('<button class="button">结束这次登录') == 1
    key = page.hidden("session")
    await other.post("/admin/account/session", {"session": key})  # it is not theirs
    assert (await there.get("/admin/appointments")).status == 200
    assert (await here.post("/admin/account/session", {"session": key})).location == "/admin/account"
    assert (await there.get("/admin/appointments")).location.startswith("/admin/sign-in")
    assert (await here.get("/admin/account")).text.count('<button class="button">结束这次登录') == 0
