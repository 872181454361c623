"""The panel's door, and what staff do besides applications (articles 5, 7, 9)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from handlers.base import local
from models.outbox import FIRST_WAIT, Plan, Via
from models.staff import FAILURES, LOCKED, Role
from tests.handlers.office import ITEM, MEMBERS, PASSWORD, Office, staffed
from tests.handlers.visitor import Browser, Fields, Town, a_number, a_phone

PAGES = {
    "/admin/applications": {"window", "approver", "both", "civil", "management"},
    "/admin/appointments": {"window", "both", "centre", "township", "elsewhere"},
    "/admin/verify": {"window", "both"},
    "/admin/deliveries": {"digital"},
}
"""Which members may open which page."""


@pytest.fixture(scope="module")
async def office(town: Town) -> Office:
    return await staffed(town)


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


async def test_ten_failures_lock(office: Office) -> None:
    for _ in range(FAILURES):
        assert (await office.sign_in("township", "wrong")).status == 401
    locked = await office.sign_in("township")
    assert locked.status == 429
    assert int(locked.headers["Retry-After"]) > 0
    assert "请15分钟后再试" in locked.text
    office.town.clock.advance(LOCKED + timedelta(seconds=1))
    assert (await office.sign_in("township")).status == 303


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


@pytest.mark.article(5)
@pytest.mark.parametrize("username", MEMBERS)
async def test_menu_and_pages_follow_the_role(office: Office, username: str) -> None:
    desk = await office.desk(username)
    first = await desk.get("/admin")
    own = [page for page, members in PAGES.items() if username in members]
    assert first.location == own[0]
    shown = (await desk.get(own[0])).text
    assert re.findall(r'href="(/admin/\w+)"(?: aria-current="page")?>', shown.split("</nav>")[0]) == own
    for page in PAGES:
        assert (await desk.get(page)).status == (200 if page in own else 403), page


async def test_security_headers_and_language(office: Office) -> None:
    desk = await office.desk("approver")
    for page, status in (("/admin/applications", 200), ("/admin/deliveries", 403), ("/admin/sign-in", 200)):
        answer = await desk.get(page, Accept_Language="en-US")
        assert answer.status == status
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", answer.text)
    assert "您的岗位没有此项权限" in (await desk.get("/admin/deliveries", Accept_Language="en-US")).text


async def booked(office: Office, name: str = "张三") -> tuple[str, str, Browser]:
    """The id and the day of a new appointment tomorrow, and whose it is."""
    citizen = await office.town.citizen(name)
    for days in range(1, 8):
        day = (office.town.clock.now() + timedelta(days=days)).date().isoformat()
        page = (await citizen.get(f"/appointments/new?item={ITEM}&hall=district&day={day}")).text
        for start in re.findall(r'name="start" value="([^"]+)"', page):
            made = await citizen.post("/appointments", {"item": ITEM, "hall": "district", "start": start})
            if made.status == 303:
                return made.location.split("/")[2], day, citizen
    raise AssertionError("no free slot")


@contextmanager
def on(office: Office, day: str) -> Iterator[None]:
    """Late on another day."""
    clock = office.town.clock
    before = clock.now()
    clock.set(datetime.fromisoformat(f"{day}T15:00:00+00:00"))
    try:
        yield
    finally:
        clock.set(before)


@pytest.mark.article(9)
async def test_nothing_is_recorded_before_the_day(office: Office) -> None:
    key, day, citizen = await booked(office)
    page = (await (await office.desk("centre")).get(f"/admin/appointments?hall=district&day={day}")).text
    assert key in page
    assert 'name="ending"' not in page
    assert "预约日期未到" in page
    with on(office, day):
        page = (await (await office.desk("centre")).get(f"/admin/appointments?hall=district&day={day}")).text
        assert 'name="ending"' in page
        assert "预约日期未到" not in page
    await citizen.post(f"/appointments/{key}/cancel")


@pytest.mark.article(9)
async def test_the_fault_has_the_focus(office: Office) -> None:
    desk = await office.desk("centre")
    wrong = (await desk.get("/admin/appointments?code=12345")).text
    assert len(re.findall(r"autofocus", wrong)) == 1
    assert re.search(r'role="alert"[^>]*autofocus', wrong)
    assert re.search(r'name="code"[^>]*autofocus', (await desk.get("/admin/appointments")).text)


@pytest.mark.article(9)
async def test_the_days_list(office: Office) -> None:
    key, day, _ = await booked(office, "张三丰")
    with on(office, day):
        desk = await office.desk("centre")
        page = (await desk.get(f"/admin/appointments?hall=district&day={day}")).text
    assert key in page
    assert "张**" in page
    assert "张三丰" not in page
    assert re.findall(r'name="ending" value="(\w+)"', page)[:4] == [
        "served",
        "no_show",
        "given_up",
        "missing_material",
    ]
    assert "这一天没有预约" in (await desk.get("/admin/appointments?hall=district&day=2026-01-01")).text
    assert (await desk.get("/admin/appointments?day=someday")).status == 400
    assert (await desk.get("/admin/appointments?hall=nowhere")).status == 200


@pytest.mark.article(9)
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "tomorrow"])
async def test_a_day_out_of_all_reckoning_is_no_input(office: Office, day: str) -> None:
    desk = await office.desk("window")
    assert (await desk.get(f"/admin/appointments?day={day}")).status == 400


async def test_scanning_the_code_of_an_appointment_opens_it(office: Office) -> None:
    key, day, citizen = await booked(office)
    desk = await office.desk("centre")
    code = f"{office.town.url}/appointments/{key}"
    found = await desk.get(f"/admin/appointments?{urlencode({'code': code})}")
    assert found.location == f"/admin/appointments?hall=district&day={day}&open={key}#{key}"
    assert (await desk.get(f"/admin/appointments/{key}/ending")).location.endswith(
        f"?code=/appointments/{key}"
    )
    with on(office, day):
        page = (await (await office.desk("centre")).get(found.location)).text
    assert '<details class="bare" open>' in page.split(f'id="{key}"')[1].split("</tr>")[0]
    other = await desk.get("/admin/appointments?code=12345")
    assert (other.status, "这不是预约码" in other.text) == (400, True)
    nobodys = await desk.get(f"/admin/appointments?code=/appointments/{'0' * 32}")
    assert nobodys.status == 404
    await citizen.post(f"/appointments/{key}/cancel")


@pytest.mark.article(9)
@pytest.mark.parametrize("ending", ["refused", "cancelled", "rejected", ""])
async def test_booked_applicant_cannot_be_refused(office: Office, ending: str) -> None:
    key, _, citizen = await booked(office)
    desk = await office.desk("window")
    assert (await desk.post(f"/admin/appointments/{key}/ending", {"ending": ending})).status == 400
    assert (await office.town.services.appointments.get(key))["state"] == "booked"
    await citizen.post(f"/appointments/{key}/cancel")


@pytest.mark.article(9)
async def test_missing_material_is_one_of_the_guide(office: Office) -> None:
    key, day, _ = await booked(office)
    path = f"/admin/appointments/{key}/ending"
    with on(office, day):
        desk = await office.desk("window")
        for material in ("", "lease", "household"):  # none; not required; not in the guide
            refused = await desk.post(path, {"ending": "missing_material", "material": material})
            assert refused.status == 422, material
            assert "须指明办事指南规定的一项必备材料" in refused.text
            assert re.search(r'value="missing_material" required checked', refused.text)
        done = await desk.post(path, {"ending": "missing_material", "material": "permit"})
        assert done.location == f"/admin/appointments?hall=district&day={day}"
        assert "缺少必备材料：居住证原件照片" in (await desk.get(done.location)).text


@pytest.mark.article(9)
async def test_other_endings(office: Office) -> None:
    desk = await office.desk("township")
    for ending, words in (("served", "已办理"), ("given_up", "本人放弃")):
        key, day, _ = await booked(office)
        early = await desk.post(f"/admin/appointments/{key}/ending", {"ending": ending})
        assert (early.status, "预约当天才能记录结果" in early.text) == (422, True)
        # the list sends the chosen material along with every ending
        sent: Fields = {"ending": ending, "material": "permit"}
        with on(office, day):
            done = await (await office.desk("township")).post(f"/admin/appointments/{key}/ending", sent)
        assert words in (await desk.get(done.location)).text
        assert (await office.town.services.appointments.get(key))["material"] is None
        late = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "no_show"})
        assert late.status in (409, 422)
    key, _, citizen = await booked(office)
    early = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "no_show"})
    assert early.status == 422
    assert "预约时间未到" in early.text
    await citizen.post(f"/appointments/{key}/cancel")
    again = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "served"})
    assert again.status == 409


@pytest.mark.article(5, 9)
async def test_a_hall_is_recorded_by_its_own_members(office: Office) -> None:
    key, day, citizen = await booked(office)
    desk = await office.desk("elsewhere")
    page = (await desk.get(f"/admin/appointments?hall=district&day={day}")).text
    assert key not in page
    assert 'value="district"' not in page
    scanned = await desk.get(f"/admin/appointments?code=/appointments/{key}")
    assert (scanned.status, "该预约在其他大厅办理" in scanned.text) == (403, True)
    with on(office, day):
        desk = await office.desk("elsewhere")
        ended = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "served"})
    assert (ended.status, "该预约在其他大厅办理" in ended.text) == (403, True)
    assert (await office.town.services.appointments.get(key))["state"] == "booked"
    await citizen.post(f"/appointments/{key}/cancel")


async def test_unknown_page_stays_in_the_panel(office: Office) -> None:
    lost = await (await office.desk("both")).get("/admin/nowhere/at/all")
    assert lost.status == 404
    assert "没有找到您要的页面" in lost.text
    assert 'href="/admin/applications"' in lost.text.split("</nav>")[0]
    stranger = await office.town.browser().get("/admin/nowhere")
    assert stranger.status == 404
    assert "<nav" not in stranger.text


async def test_ending_needs_the_scope(office: Office) -> None:
    key, _, citizen = await booked(office)
    for username in ("approver", "digital"):
        desk = await office.desk(username)
        answer = await desk.post(f"/admin/appointments/{key}/ending", {"ending": "served"})
        assert answer.status == 403
    await citizen.post(f"/appointments/{key}/cancel")


@pytest.mark.article(7)
async def test_verified_at_the_window_binds_online(office: Office) -> None:
    """Whom no register knows comes to a window once, and then binds like everybody."""
    number = a_number("19550101")
    office.town.register.doubted = number
    citizen = office.town.browser()
    await citizen.sign_in("openid-unknown-to-registers")
    assert (await citizen.bind("欧阳老", number, a_phone())).status == 422
    desk = await office.desk("window")
    done = await desk.post("/admin/verify", {"kind": "resident_id", "name": "欧阳老", "number": number})
    assert done.status == 200
    assert "已核验：欧**" in done.text
    assert number not in done.text
    assert (await citizen.bind("欧阳老", number, a_phone())).status == 303
    office.town.register.doubted = ""


@pytest.mark.article(7)
@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"number": "440113199001010000"}, "居民身份证有误"),
        ({"phone": "12345"}, "手机号码有误"),
        ({"name": ""}, "请填写证件上的姓名"),
        ({"kind": "uscc"}, "不能使用此种证件"),
    ],
)
async def test_verifying_checks_what_is_written(office: Office, wrong: dict[str, str], why: str) -> None:
    desk = await office.desk("window")
    filled = {"kind": "resident_id", "name": "欧阳老", "number": a_number(), "phone": a_phone()} | wrong
    refused = await desk.post("/admin/verify", {**filled})
    assert refused.status == 400
    assert why in refused.text
    for name in ("name", "number", "phone"):
        assert f'value="{filled[name]}"' in refused.text
    assert (await (await office.desk("approver")).post("/admin/verify", {**filled})).status == 403


async def test_what_failed_is_seen_and_sent_again(office: Office) -> None:
    deliveries, now = office.town.services.deliveries, office.town.clock.now()
    event = {"id": "event-of-the-test", "request": "request-failing"}
    await deliveries.plan(event, [Plan(Via.GOVERNMENT, "acceptance", "acceptance")], now)
    claimed = await deliveries.claim(now)
    assert claimed
    await deliveries.failed_for_good(claimed, "signature_invalid", now)
    desk = await office.desk("digital")
    page = await desk.get("/admin/deliveries")
    for text in ("一站式系统", "政务系统", "signature_invalid", "重新发送"):
        assert text in page.text, text
    key = page.hidden("delivery")
    assert (await desk.post("/admin/deliveries/retry", {"delivery": key})).status == 303
    assert (await deliveries.get(key))["state"] == "pending"
    assert "没有发送失败的记录" in (await desk.get("/admin/deliveries")).text
    again = await desk.post("/admin/deliveries/retry", {"delivery": key})
    assert again.status == 409
    assert "无需重发" in again.text
    assert "<h1>发送失败的通知和对接</h1>" in again.text
    assert (await desk.post("/admin/deliveries/retry", {"delivery": "unknown"})).status == 404
    outsider = await office.desk("window")
    assert (await outsider.post("/admin/deliveries/retry", {"delivery": key})).status == 403


async def test_what_a_delivery_is_about(office: Office) -> None:
    """Masked; a link only for whoever may read the application."""
    services, now = office.town.services, office.town.clock.now()
    path, citizen = await office.handed_in("王小明")
    appointment, _, booker = await booked(office, "张三丰")
    await services.outbox.relay(
        [services.applications, services.appointments, services.phone_codes, services.applicants],
        services.deliveries,
        lambda event, _: [Plan(Via.SMS, "progress", event["name"])],
        now,
    )
    while delivery := await services.deliveries.claim(now):
        await services.deliveries.failed_for_good(delivery, "isv.MOBILE_NUMBER_ILLEGAL", now)
    await citizen.post(f"{path.removeprefix('/admin')}/withdraw")
    await services.outbox.relay(
        [services.applications], services.deliveries, lambda *_: [Plan(Via.WECHAT, "progress", "x")], now
    )
    retried = await services.deliveries.claim(now)
    assert retried
    await services.deliveries.failed_for_now(retried, "http_502", now)
    serial = (await office.application(path))["serial"]
    page = (await (await office.desk("digital")).get("/admin/deliveries")).text
    for text in ("王**", "张**", "居住证签注", serial, "手机号码无效", "isv.MOBILE_NUMBER_ILLEGAL"):
        assert text in page, text
    assert re.search(r"138\*{4}\d{4}", page)
    assert "王小明" not in page
    assert f'href="{path}"' not in page
    waiting, next_try = page.split("重试中")[1], local(now + FIRST_WAIT, "%H:%M:%S")
    for text in (serial, "对方系统故障", "http_502", next_try):
        assert text in waiting, text
    await services.staff.enrol(
        "digital-and-window",
        name="两岗",
        password=PASSWORD,
        department=None,
        roles=[Role.DIGITAL_AFFAIRS, Role.WINDOW],
        by=office.by("digital"),
    )
    assert f'href="{path}"' in (await (await office.desk("digital-and-window")).get("/admin/deliveries")).text
    await booker.post(f"/appointments/{appointment}/cancel")
