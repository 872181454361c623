"""What could not be sent, as staff see it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from models.outgoing.deliveries import FIRST_WAIT, Plan, Via
from models.outgoing.sms import Purpose, SmsLimits
from models.staff.scopes import Role
from models.workdays import local
from tests.house.office import Office, booked
from tests.house.staff import PASSWORD


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
    assert "已安排重新发送" in (await desk.get("/admin/deliveries")).text
    assert (await deliveries.get(key))["state"] == "pending"
    assert "没有发送失败的通知和对接" in (await desk.get("/admin/deliveries")).text
    again = await desk.post("/admin/deliveries/retry", {"delivery": key})
    assert again.status == 409
    assert "无需重发" in again.text
    assert "发送失败" in again.text
    assert (await desk.post("/admin/deliveries/retry", {"delivery": "unknown"})).status == 404
    outsider = await office.desk("window")
    assert (await outsider.post("/admin/deliveries/retry", {"delivery": key})).status == 403


@pytest.mark.article("17.system")
async def test_what_the_review_system_holds_is_compared_and_shown(office: Office) -> None:
    """Of a day all whose records are known here nothing is said but the counts."""
    reconciled, now = office.town.services.reconciled, office.town.clock.now()
    counts: Any = {"there": 9, "here": 8, "missing": 2, "different": 1, "on_their_way": 3}
    desk = await office.desk("digital")
    assert "好差评" not in (await desk.get("/admin/deliveries")).text
    names = [f"PY20261123-000{n}-A:1" for n in range(7)]
    for day, strange in (("2026-11-23", names), ("2026-11-22", [])):
        await reconciled.keep(counts | {"_id": day, "at": now, "unknown": len(strange), "names": strange})
        now += timedelta(minutes=1)
    page = (await desk.get("/admin/deliveries")).text
    assert "2026-11-23 有7条本系统没有的评价：PY20261123-0000-A:1、" in page
    assert "PY20261123-0004-A:1等" in page
    assert "PY20261123-0005-A:1" not in page
    assert "2026-11-22 有" not in page
    assert "核对了 2026-11-22，本系统8条，对方9条，补报2条，更正1条，在途3条" in page


async def test_what_a_delivery_is_about(office: Office) -> None:
    """Masked; a link only for whoever may read the application."""
    services, now = office.town.services, office.town.clock.now()
    path, citizen = await office.handed_in("王小明")
    appointment, _, booker = await booked(office, "张三丰")
    await services.outbox.relay(
        [services.applications, services.appointments, services.phone_codes, services.applicants],
        services.deliveries,
        services.schedule,
        lambda event, _: [Plan(Via.SMS, "progress", event["name"])],
        now,
    )
    while delivery := await services.deliveries.claim(now):
        await services.deliveries.failed_for_good(delivery, "isv.MOBILE_NUMBER_ILLEGAL", now)
    await citizen.post(f"{path.removeprefix('/admin')}/withdraw")
    await services.outbox.relay(
        [services.applications],
        services.deliveries,
        services.schedule,
        lambda *_: [Plan(Via.WECHAT, "progress", "x")],
        now,
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
    waiting = (await (await office.desk("digital")).get("/admin/deliveries?show=retrying")).text
    next_try = local(now + FIRST_WAIT, "%H:%M:%S")
    for text in (serial, "对方系统故障", "http_502", next_try):
        assert text in waiting, text
    await services.staff.enrol(
        "digital-and-window",
        name="两岗",
        password=PASSWORD,
        department=None,
        roles=[Role.DIGITAL_AFFAIRS, Role.WINDOW],
        by=office.town.by_staff("digital"),
    )
    assert f'href="{path}"' in (await (await office.desk("digital-and-window")).get("/admin/deliveries")).text
    await booker.post(f"/appointments/{appointment}/cancel")


async def test_staff_see_that_messages_run_out(office: Office) -> None:
    services, now = office.town.services, office.town.clock.now()
    desk, before = await office.desk("digital"), services.sms.limits
    used = (await services.sms.spent(now))[1].used
    services.sms.limits = SmsLimits(a_day=2 * (used + 10), codes_share=0.5)
    for _ in range(9):
        await services.sms.take(Purpose.CODE, now)
    page = await desk.get("/admin/deliveries")
    assert re.search(r"验证码短信今日额度已用\d+%", page.text)
    assert "已停发验证码" not in page.text
    await services.sms.take(Purpose.CODE, now)
    page = await desk.get("/admin/deliveries")
    assert "验证码短信今日额度已用100%。已停发验证码，回执等法定通知照常发送" in page.text
    services.sms.limits = before


@pytest.mark.parametrize(
    ("channel", "code", "words"),
    [
        (Via.SMS, "isv.AMOUNT_NOT_ENOUGH", "短信渠道暂停发送：短信账户余额不足（isv.AMOUNT_NOT_ENOUGH）"),
        (Via.WECHAT, "45009", "微信渠道暂停发送：接口调用次数已达上限（45009）"),
        (Via.WECHAT, "40164", "微信渠道暂停发送：本机地址不在微信IP白名单（40164）"),
    ],
)
async def test_every_page_says_that_a_channel_is_down(
    office: Office, channel: Via, code: str, words: str
) -> None:
    """Since when and why, until something has gone through; also when nobody tries just now."""
    services, clock = office.town.services, office.town.clock
    began = clock.now()
    await services.closures.close(channel, code, began, began + timedelta(minutes=5))
    since = f"自{local(began, '%m月%d日 %H:%M')}起发不出去"
    try:
        for minutes in (0, 6):
            clock.advance(timedelta(minutes=minutes))
            for username, page in (
                ("digital", "/admin/deliveries"),
                ("window", "/admin/applications"),
                ("window", "/admin/verify"),
                ("centre", "/admin/appointments"),
                ("centre", "/admin/nowhere"),
            ):
                shown = (await (await office.desk(username)).get(page)).text
                assert words in shown
                assert since in shown
                assert ("请尽快处理" in shown) == (username == "digital")
        assert "暂停发送" not in (await office.town.browser().get("/admin/sign-in")).text
    finally:
        await services.closures.open_again(channel, clock.now())
    assert "暂停发送" not in (await (await office.desk("digital")).get("/admin/deliveries")).text
