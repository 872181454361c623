"""A substitute acts for an absent member: with their rights, both named, and never as the wrong one."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from handlers import admin
from handlers.admin import absences, account
from handlers.admin.panel import PersonalPage
from handlers.routes import served
from models.schedule import Due
from models.staff import Leave, Role, Scope
from models.workdays import local_date
from tests.house.browser import Browser, Page
from tests.house.clock import cause_at
from tests.house.guides import USCC
from tests.house.office import PDF, Office, conclude
from tests.house.staff import POSTS, Post

ACTS_AS = "acts_as"
WANG, LI = "wang", "li"


async def away(office: Office, days: int = 3, absent: str = WANG, substitute: str = LI) -> str:
    """From today on for so many days; the absence's id."""
    services, today = office.town.services, local_date(office.town.clock.now())
    member = await services.staff.get(absent)
    for one in member.get("absences", []):
        if one["ended_at"] is None and one["last"] >= today.isoformat():
            await services.absences.end_own(member, one["id"], office.town.by_staff(absent))
    leave = Leave(substitute, today, today + timedelta(days=days - 1))
    member = await services.absences.set_own(member, leave, office.town.by_staff(absent))
    return member["absences"][-1]["id"]


async def switch(desk: Browser, absent: str) -> Page:
    return await desk.post("/admin/account/acting", {"absent": absent})


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Browser]:
    """That of Li, of another department's window, who acts for Wang, an approver."""
    before = office.town.clock.now()
    await office.town.member(WANG, Post((Role.APPROVER, Role.ADMINISTRATOR), USCC))
    await office.town.member(LI, Post((Role.WINDOW,), halls=POSTS["window"].halls))
    await away(office)
    desk = await office.desk(LI)
    assert (await switch(desk, WANG)).location == "/admin"
    yield desk
    office.town.clock.set(before)


async def test_the_banner_is_on_every_page_and_leads_back(office: Office, desk: Browser) -> None:
    path, _ = await office.handed_in()
    for page in (path, "/admin/applications", "/admin/account", "/admin/password"):
        text = (await desk.get(page)).text
        assert "正在代<strong>wang的姓名</strong>办理（至11月" in text, page
    assert "您现在代wang的姓名办理。" not in text
    assert (await switch(desk, "")).status == 303
    page_ = await desk.get("/admin/applications")
    assert "已换回您本人。" in page_.text
    assert "正在代" not in page_.text


@pytest.mark.article("5.duties")
async def test_the_rights_are_the_absent_members_and_the_trail_names_both(
    office: Office, desk: Browser
) -> None:
    path, _ = await office.handed_in()
    assert (await desk.post(f"{path}/take", {ACTS_AS: WANG})).status == 303
    assert (await office.application(path))["assigned"] == WANG
    done = await desk.post(f"{path}/accept", {ACTS_AS: WANG})
    assert done.status == 303
    page = (await desk.get(path)).text
    assert "li的姓名（代wang的姓名）" in page
    assert "承办人：<strong>wang的姓名（li的姓名代）</strong>" in page
    found = await office.application(path)
    line = found["timeline"][-1]
    assert (line["actor"], line["on_behalf_of"]) == ("staff:li", "staff:wang")
    event = found["events"][-1]
    assert (event["actor"], event["on_behalf_of"]) == ("staff:li", "staff:wang")
    mine = (await desk.get("/admin/applications?show=open&holder=me")).text
    assert path in mine
    assert "wang的姓名（li的姓名代）" in mine
    for refused in ("/admin/members", "/admin/absences", "/admin/verify", "/admin/appointments"):
        assert (await desk.get(refused)).status == 403, refused
    await switch(desk, "")
    assert (await desk.get("/admin/verify")).status == 200
    assert path not in (await desk.get("/admin/applications?show=open&holder=me")).text


@pytest.mark.parametrize("shown_to", [None, LI])
async def test_a_form_that_was_shown_to_oneself_does_nothing_for_the_absent_member(
    office: Office, desk: Browser, shown_to: str | None
) -> None:
    path, _ = await office.handed_in()
    fields = {"reason": "请核对"} | ({ACTS_AS: shown_to} if shown_to else {})
    answer = await desk.post(f"{path}/note", fields)
    assert (answer.status, "办理身份与打开本页时不同" in answer.text) == (409, True)
    assert "请核对" in answer.text
    assert not (await office.application(path)).get("internal")


async def test_a_result_is_handed_in_as_the_one_to_whom_its_form_was_shown(
    office: Office, desk: Browser
) -> None:
    path, result = await office.accepted(), ("凭证.pdf", PDF)
    for shown_to in ({}, {ACTS_AS: LI}):
        assert (await conclude(desk, path, {"decision": "approved"} | shown_to, result)).status == 409
    assert await office.state(path) == "accepted"
    assert (await conclude(desk, path, {"decision": "approved", ACTS_AS: WANG}, result)).status == 303
    line = (await office.application(path))["timeline"][-1]
    assert (line["actor"], line["on_behalf_of"]) == ("staff:li", "staff:wang")


async def test_a_tab_that_still_acts_does_nothing_once_another_has_changed_back(
    office: Office, desk: Browser
) -> None:
    path, _ = await office.handed_in()
    tab = await desk.get(path)
    assert tab.hidden(ACTS_AS) == WANG
    await switch(desk, "")
    answer = await desk.post(f"{path}/take", {ACTS_AS: tab.hidden(ACTS_AS)})
    assert answer.status == 409
    assert (await office.application(path))["assigned"] == ""
    assert (await desk.post(f"{path}/take", {ACTS_AS: LI})).status == 303
    line = (await office.application(path))["internal"][-1]
    assert (line["actor"], line.get("on_behalf_of")) == ("staff:li", None)


@pytest.mark.parametrize("end", ["over", "ended", "absent suspended"])
@pytest.mark.parametrize("shown_to", [WANG, LI, None])
async def test_when_the_absence_is_over_a_form_is_refused_and_not_done_as_oneself(
    office: Office, end: str, shown_to: str | None
) -> None:
    town = office.town
    before = town.clock.now()
    await town.member("gone", Post((Role.APPROVER,), USCC))
    await town.services.staff.documents.update_one({"_id": "gone"}, {"$unset": {"suspended_at": ""}})
    await town.member(LI, Post((Role.WINDOW,), halls=POSTS["window"].halls))
    absence = await away(office, 1, "gone")
    desk = await office.desk(LI)
    path, _ = await office.handed_in()
    await switch(desk, "gone")
    assert (await desk.post(f"{path}/note", {"reason": "一", ACTS_AS: "gone"})).status == 303
    if end == "over":
        town.clock.advance(timedelta(days=1))
        desk = await renewed(office, desk)
    elif end == "ended":
        gone = await town.services.staff.get("gone")
        await town.services.absences.end_own(gone, absence, town.by_staff("gone"))
    else:
        await town.services.employment.suspend("gone", town.by_staff("admin"))
    who = "gone" if shown_to == WANG else shown_to
    answer = await desk.post(f"{path}/note", {"reason": "二"} | ({ACTS_AS: who} if who else {}))
    assert answer.status == 409
    assert len((await office.application(path))["internal"]) == 1
    assert "正在代" not in (await desk.get(path)).text
    assert (await desk.post(f"{path}/note", {"reason": "三", ACTS_AS: LI})).status == 303
    lines = (await office.application(path))["internal"]
    assert [line.get("on_behalf_of") for line in lines] == ["staff:gone", None]
    told = [event["name"] for event in (await town.services.staff.get(LI))["events"]]
    assert told[-1] == "staff.acting_ended"
    town.clock.set(before)


async def renewed(office: Office, desk: Browser) -> Browser:
    """The same session, which outlives the night."""
    sessions = office.town.services.sessions.documents
    until = office.town.clock.now() + timedelta(hours=1)
    await sessions.update_many({"subject": f"staff:{LI}"}, {"$set": {"expires_at": until}})
    return desk


async def test_nobody_acts_for_whom_they_do_not_stand_in_for(office: Office, desk: Browser) -> None:
    await switch(desk, "")
    for absent in ("admin", "approver", "nobody", LI):
        answer = await switch(desk, absent)
        assert answer.location == "/admin/account"
        assert "没有切换" in (await desk.get("/admin/account")).text
    assert "正在代" not in (await desk.get("/admin/applications")).text
    stranger = await office.desk("approver")
    await switch(stranger, WANG)
    assert "正在代" not in (await stranger.get("/admin/applications")).text


async def test_what_is_ones_own_stays_ones_own(office: Office, desk: Browser) -> None:
    page = (await desk.get("/admin/account")).text
    assert '<dd class="code">li</dd>' in page
    assert "正在代理" in page
    assert "本页仍是您本人的账号" in page
    wang = await office.desk(WANG)
    other = (await office.town.services.sessions.documents.find_one({"subject": "staff:wang"})) or {}
    await desk.post("/admin/account/session", {"session": other["_id"]})
    assert (await wang.get("/admin/account")).status == 200
    today = local_date(office.town.clock.now()).isoformat()
    await desk.post("/admin/account/absence", {"substitute": "window", "first": today, "last": today})
    li = await office.town.services.staff.get(LI)
    assert li["absences"][-1]["substitute"] == "window"
    assert li["events"][-1].get("on_behalf_of") is None
    await desk.post("/admin/account/absence/end", {"absence": li["absences"][-1]["id"]})
    assert (await office.town.services.staff.get(LI))["absences"][-1]["ended_at"]


def test_all_pages_of_the_own_account_are_personal() -> None:
    own = [each for each in served(admin.ROUTES) if each.pattern in dict(account.ROUTES)]
    own += [each for each in served(absences.ROUTES) if each.pattern.startswith("/admin/account")]
    assert len(own) >= 9
    pages = dict([*account.ROUTES, *absences.ROUTES])
    assert [each.pattern for each in own if not issubclass(pages[each.pattern], PersonalPage)] == []


async def test_a_scope_with_a_second_factor_asks_for_the_substitutes_own(office: Office) -> None:
    town = office.town
    await town.member("chief", Post((Role.SERVICE_MANAGEMENT,)))
    await town.member("deputy", Post((Role.WINDOW,)))
    await away(office, 3, "chief", "deputy")
    desk = await office.desk("deputy")
    await switch(desk, "chief")
    assert (await desk.get("/admin/objections")).location == "/admin/second-factor"
    assert "正在代" in (await desk.get("/admin/second-factor")).text
    await switch(desk, "")
    assert (await desk.get("/admin/applications")).status == 200


async def test_an_absence_is_set_in_a_form_that_keeps_its_input(office: Office) -> None:
    await office.town.member("chief2", Post((Role.SUPERVISOR,), USCC))
    await office.town.member("clerk", Post((Role.APPROVER,), USCC))
    desk = await office.desk("chief2")
    listed = (await desk.get("/admin/absences")).text
    assert re.search(r'<option value="clerk">', listed)
    assert "civil" not in listed
    assert (await desk.get("/admin/new-absence?member=civil")).status == 404
    form = (await desk.get("/admin/new-absence?member=clerk")).text
    assert '<option value="both">' in form
    assert '<option value="chief2">' not in form
    today = local_date(office.town.clock.now())
    given = {"member": "clerk", "substitute": "both", "first": today.isoformat()}
    wrong = await desk.post("/admin/new-absence", {**given, "last": (today - timedelta(days=1)).isoformat()})
    assert (wrong.status, "结束日期不能早于开始日期" in wrong.text) == (400, True)
    assert '<option value="both" selected>' in wrong.text
    odd = await desk.post("/admin/new-absence", {**given, "last": "昨天"})
    assert odd.status == 400
    assert (await desk.post("/admin/new-absence", {**given, "last": today.isoformat()})).status == 303
    listed = (await desk.get("/admin/absences")).text
    assert ">both的姓名</td>" in squeezed(await desk.get("/admin/absences"))
    path, _ = await office.handed_in()
    choice = (await (await office.desk("management")).get(path)).text
    assert re.search(r'<option value="clerk">clerk的姓名（11月\d+日前不在岗）</option>', choice)
    clerk = await office.town.services.staff.get("clerk")
    ended = {"member": "clerk", "absence": clerk["absences"][0]["id"]}
    assert (await desk.post("/admin/absences/end", ended)).status == 303
    assert ">both的姓名</td>" not in squeezed(await desk.get("/admin/absences"))
    outside = await desk.post("/admin/absences/end", {**ended, "member": WANG})
    assert outside.status == 404


async def test_who_leaves_hands_over_what_is_theirs(office: Office) -> None:
    town = office.town
    await town.member("leaver", Post((Role.APPROVER,), USCC))
    path, _ = await office.handed_in()
    assert (await (await office.desk("leaver")).post(f"{path}/take")).status == 303
    boss = await office.desk("admin")
    page = (await boss.get("/admin/members/leaver")).text
    assert "名下未办结的办件（1件）交给" in page
    assert '<option value="both">' in page
    assert not re.search(r'<option value="(civil|digital|leaver)">', page.split("leaver/leave")[1])
    refused = await boss.post("/admin/members/leaver/leave", {"heir": "civil"})
    assert (refused.status, "请另选承办人" in refused.text) == (422, True)
    assert (await boss.post("/admin/members/leaver/leave", {"heir": "both"})).status == 303
    assert "还有1件" in (await boss.get("/admin/members/leaver")).text
    await fire(office)
    assert (await office.application(path))["assigned"] == "both"
    page = (await boss.get("/admin/members/leaver")).text
    assert "名下未办结的办件1件已处理完毕：交给both的姓名" in page
    trail = (await (await office.desk("both")).get(path)).text
    assert "原承办人leaver的姓名已离岗" in trail


def squeezed(page: Page) -> str:
    return re.sub(r"\s*\n\s*", "", page.text)


async def fire(office: Office) -> None:
    """What the worker does once the plan is due."""
    event = (await office.town.services.staff.get("leaver"))["events"][-1]
    at = event["plans"][0]["at"]
    due = Due(f"{event['id']}:x", event["plans"][0]["what"], "leaver", at, 1, "lease")
    assert await office.town.services.leaving.hand_over(due, cause_at(at))


def test_the_scope_is_the_supervisors_and_the_administrators() -> None:
    assert {role for role in Role if Scope.STAFF_ABSENCES in role.scopes} == {
        Role.SUPERVISOR,
        Role.ADMINISTRATOR,
    }
