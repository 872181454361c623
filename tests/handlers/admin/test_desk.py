"""The panel's door, who may open what, and verifying at a window (articles 5, 7)."""

import re

import pytest

from tests.house.browser import Fields
from tests.house.office import Office
from tests.house.people import new_number, new_phone
from tests.house.staff import PASSWORD, POSTS

PAGES = {
    "/admin/applications": {"window", "approver", "unplaced", "both", "civil", "management"},
    "/admin/appointments": {"window", "both", "centre", "township", "elsewhere", "unplaced"},
    "/admin/objections": {"management"},
    "/admin/reviews": {"management"},
    "/admin/figures": {"management"},
    "/admin/rectifications": {"management"},
    "/admin/uncivil": {"management"},
    "/admin/verify": {"window", "both"},
    "/admin/halls": {"centre", "township", "elsewhere", "unplaced"},
    "/admin/kiosks": {"digital", "centre", "township", "elsewhere", "unplaced"},
    "/admin/kiosk-board": {"digital", "centre", "township", "elsewhere", "unplaced"},
    "/admin/kiosk-availability": {"digital", "centre", "township", "elsewhere", "unplaced"},
    "/admin/alerts": {"digital", "centre", "township", "elsewhere", "unplaced"},
    "/admin/duty": {"digital", "centre", "township", "elsewhere", "unplaced"},
    "/admin/servings": {"window", "approver", "unplaced", "both", "civil", "management"},
    "/admin/deliveries": {"digital"},
    "/admin/blacklist": {"management"},
    "/admin/flags": {"management"},
    "/admin/bans": {"management"},
    "/admin/appeals": {"management"},
    "/admin/calendar": {"management"},
    "/admin/absences": {"admin"},
    "/admin/members": {"admin"},
}
"""Which members may open which page."""


@pytest.mark.parametrize("page", ["/admin", *PAGES, f"/admin/applications/{'0' * 32}"])
async def test_nobody_comes_in_unknown(office: Office, page: str) -> None:
    stranger = office.town.browser()
    assert (await stranger.get(page)).location.startswith("/admin/sign-in?next=")
    citizen = await office.town.citizen()
    citizen.cookies["staff"] = citizen.cookies["session"]
    assert (await citizen.get(page)).location.startswith("/admin/sign-in?next=")


async def test_signing_in_and_out(office: Office) -> None:
    desk = office.town.browser()
    form = await desk.get("/admin/sign-in?next=/admin/verify")
    assert form.hidden("next") == "/admin/verify"
    given: Fields = {"username": "window", "password": PASSWORD, "next": "/admin/verify"}
    assert (await desk.post("/admin/sign-in", given)).location == "/admin/verify"
    pasted: Fields = given | {"username": "\u202dｗｉｎｄｏｗ\u202c "}
    assert (await office.town.browser().post("/admin/sign-in", pasted)).location == "/admin/verify"
    cookie = next(line for line in desk.set_cookies if line.startswith("staff="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    first = desk.cookies["staff"]
    await desk.post("/admin/sign-in", given)
    assert desk.cookies["staff"] != first
    older = office.town.browser()
    older.cookies["staff"] = first
    assert (await older.get("/admin/verify")).status == 302  # the first session is over
    last = desk.cookies["staff"]
    assert (await desk.post("/admin/sign-out")).location == "/admin/sign-in"
    assert "staff" not in desk.cookies
    desk.cookies["staff"] = last
    assert (await desk.get("/admin/verify")).status == 302


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example/admin", "/me", "/admin\\@evil"])
async def test_sign_in_leads_nowhere_else(office: Office, to: str) -> None:
    assert (await office.sign_in("window", to=to)).location == "/admin"


async def test_wrong_password_keeps_the_name(office: Office) -> None:
    for username in ("window", "nobody"):
        wrong = await office.sign_in(username, "a wrong password")
        assert wrong.status == 401
        assert f'value="{username}"' in wrong.text
        assert "a wrong password" not in wrong.text
        assert "用户名或密码错误" in wrong.text


async def test_every_form_needs_its_token(office: Office) -> None:
    desk = await office.desk("both")
    for path in (
        "/admin/sign-in",
        "/admin/sign-out",
        "/admin/verify",
        f"/admin/applications/{'0' * 32}/accept",
    ):
        answer = await desk.send(path, "POST", b"username=both&reason=x", {})
        assert answer.status == 403, path
        assert "页面已过期" in answer.text
    assert (await desk.get("/admin/verify")).status == 200  # still signed in
    stranger = office.town.browser()
    assert (await stranger.post("/admin/verify", {"name": "x"})).status == 401


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("username", POSTS)
async def test_menu_and_pages_follow_the_role(office: Office, username: str) -> None:
    desk = await office.desk(username)
    own = [page for page, members in PAGES.items() if username in members]
    rooms = ["/admin", *own, "/admin/account"]
    for here in rooms:
        menu = (await desk.get(here)).text.partition("主菜单")[2].split("</nav>")[0]
        assert re.findall(r'<a href="([^"]*)"', menu) == rooms
        assert re.findall(r'<a href="([^"]*)" aria-current="page"', menu) == [here]
    for page in PAGES:
        assert (await desk.get(page)).status == (200 if page in own else 403), page


async def test_security_headers_and_language(office: Office) -> None:
    desk, stranger = await office.desk("approver"), office.town.browser()
    for browser, page, status in (
        (desk, "/admin/applications", 200),
        (desk, "/admin/deliveries", 403),
        (stranger, "/admin/sign-in", 200),
    ):
        answer = await browser.get(page, Accept_Language="en-US")
        assert answer.status == status
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", answer.text)
    assert "您的岗位没有此项权限" in (await desk.get("/admin/deliveries", Accept_Language="en-US")).text


async def test_unknown_page_stays_in_the_panel(office: Office) -> None:
    lost = await (await office.desk("both")).get("/admin/nowhere/at/all")
    assert lost.status == 404
    assert "没有找到您要的页面" in lost.text
    assert 'href="/admin/applications"' in lost.text.split("</nav>")[0]
    stranger = await office.town.browser().get("/admin/nowhere")
    assert stranger.status == 404
    assert "<nav" not in stranger.text


@pytest.mark.article("7.registration")
async def test_verified_at_the_window_binds_online(office: Office) -> None:
    """Whom no register knows comes to a window once, and then binds like everybody."""
    number = new_number("19550101")
    office.town.register.unknown.add(number)
    citizen = office.town.browser()
    await citizen.sign_in("openid-unknown-to-registers")
    assert (await citizen.bind("欧阳老", number, new_phone())).status == 422
    desk = await office.desk("window")
    sent = await desk.post("/admin/verify", {"kind": "resident_id", "name": "欧阳老", "number": number})
    assert (sent.status, sent.location) == (303, "/admin/verify")
    assert number not in str(sent.headers)
    done = await desk.get("/admin/verify")
    assert "已核验：欧**" in done.text
    assert number not in done.text
    assert (await citizen.bind("欧阳老", number, new_phone())).status == 303


@pytest.mark.article("7.registration")
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"number": "440113199001010000"}, "身份证号填得不对"),
        ({"phone": "12345"}, "手机号码有误"),
        ({"name": ""}, "请填写证件上的姓名"),
        ({"kind": "uscc"}, "不能使用此种证件"),
    ],
)
async def test_verifying_checks_what_is_written(office: Office, wrong: dict[str, str], why: str) -> None:
    desk = await office.desk("window")
    filled = {"kind": "resident_id", "name": "欧阳老", "number": new_number(), "phone": new_phone()} | wrong
    refused = await desk.post("/admin/verify", {**filled})
    assert refused.status == 400
    assert why in refused.text
    for name in ("name", "number", "phone"):
        assert f'value="{filled[name]}"' in refused.text
    assert (await (await office.desk("approver")).post("/admin/verify", {**filled})).status == 403
