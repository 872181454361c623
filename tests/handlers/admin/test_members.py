"""人员: members are added, given roles, locked out and sent away, by administrators alone (article 5)."""

import html
import re
from urllib.parse import urlencode

import pytest

from models.staff.scopes import Role
from models.staff.second_factor import FRESH
from tests.house.browser import Browser, Page
from tests.house.guides import USCC
from tests.house.office import Office
from tests.house.people import new_phone
from tests.house.places import HALL
from tests.house.staff import PASSWORD, Post


@pytest.fixture
async def desk(office: Office) -> Browser:
    return await office.desk("admin")


async def added(desk: Browser, username: str, **given: str | list[str]) -> Page:
    return await desk.post(
        "/admin/new-member", {"username": username, "name": "新来的人", "roles": "window", **given}
    )


def one_time(page: Page) -> str:
    found = re.search(r"<strong>([0-9a-z-]{19})</strong>", page.text)
    assert found
    return found[1]


async def test_who_is_added_signs_in_once_with_what_is_shown_once(office: Office, desk: Browser) -> None:
    form = await desk.get("/admin/new-member")
    assert all(role.label in form.text for role in Role)
    given: dict[str, str | list[str]] = {
        "roles": ["reviewer", "township"],
        "department": USCC,
        "townships": HALL.township,
    }
    shown = await added(desk, "huang.li", **given)
    assert shown.status == 200
    member = await office.town.services.staff.get("huang.li")
    assert (member["roles"], member["department"]) == ([Role.REVIEWER, Role.TOWNSHIP], USCC)
    assert (member["halls"], member["townships"]) == ([], [HALL.township])
    page = await desk.get("/admin/members/huang.li")
    assert "尚未修改一次性密码" in page.text
    assert one_time(shown) not in page.text
    own = office.town.browser()
    entered = await own.post("/admin/sign-in", {"username": "huang.li", "password": one_time(shown)})
    assert entered.status == 303
    assert (await own.get("/admin")).location == "/admin/password"
    listed = (await desk.get("/admin/members?after=huang")).text
    assert "审查人员、镇街" in listed
    assert HALL.township in listed


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"username": "window"}, "已有人使用"),
        ({"username": "Ünïcode"}, "用户名须为"),
        ({"name": " "}, "请填写姓名"),
        ({"name": "长" * 51}, "姓名最多50个字"),
        ({"roles": []}, "至少选择一个岗位"),
        ({"roles": "king"}, "没有岗位“king”"),
        ({"roles": "approver"}, "须选择所属部门"),
        ({"roles": "approver", "department": "nobody"}, "没有找到该部门"),
        ({"roles": "service_centre"}, "须选择负责的大厅"),
        ({"roles": "service_centre", "halls": "nowhere"}, "没有找到该大厅"),
        ({"roles": "township"}, "须选择负责的镇街"),
        ({"roles": "township", "townships": "别处镇"}, "没有镇街“别处镇”"),
    ],
)
async def test_a_form_that_cannot_be_keeps_what_was_typed(
    office: Office, desk: Browser, given: dict[str, str | list[str]], said: str
) -> None:
    refused = await added(desk, **{"username": "typed.name", **given})  # type: ignore[arg-type]
    assert (refused.status >= 400, said in refused.text) == (True, True)
    assert f'name="username" value="{given.get("username", "typed.name")}"' in refused.text
    assert await office.town.services.staff.find("typed.name") is None


async def test_what_is_typed_is_no_markup(desk: Browser) -> None:
    assert (await added(desk, "marked", name="<script>alert(1)</script>")).status == 200
    for page in ("/admin/members?after=marke", "/admin/members/marked"):
        text = (await desk.get(page)).text
        assert "&lt;script&gt;alert" in text
        assert "<script>alert" not in text


async def test_other_roles_hold_at_once(office: Office, desk: Browser) -> None:
    await office.town.member("moving", Post((Role.WINDOW,)))
    own = await office.desk("moving")
    assert (await own.get("/admin/verify")).status == 200
    saved = await desk.post("/admin/members/moving", {"roles": "township", "townships": HALL.township})
    assert saved.location == "/admin/members/moving"
    assert "已保存moving的姓名的岗位" in (await desk.get(saved.location)).text
    assert (await own.get("/admin/verify")).status == 403
    assert (await own.get("/admin/appointments")).status == 200
    refused = await desk.post("/admin/members/moving", {"roles": "approver"})
    assert (refused.status, "须选择所属部门" in refused.text) == (400, True)
    assert 'value="approver" checked' in refused.text


@pytest.mark.parametrize("verb", ["suspend", "leave", "reset"])
async def test_who_is_locked_out_reset_or_has_left_is_out_at_once(
    office: Office, desk: Browser, verb: str
) -> None:
    username = f"going-{verb}"
    await office.town.member(username, Post((Role.WINDOW,)))
    own = await office.desk(username)
    done = await desk.post(f"/admin/members/{username}/{verb}")
    assert done.status in (200, 303)
    assert (await own.get("/admin/verify")).location.startswith("/admin/sign-in")
    again = await own.post("/admin/sign-in", {"username": username, "password": PASSWORD})
    assert again.status in (401, 403)
    member = await office.town.services.staff.get(username)
    assert member["events"][-1]["actor"] == "staff:admin"
    page = (await desk.get(f"/admin/members/{username}")).text
    standing = {"suspend": "已锁定", "leave": "已离岗", "reset": "在岗"}[verb]
    assert f"<dd>{standing}" in page
    assert ("办理离岗" in page) == (verb != "leave")
    if verb == "reset":
        entered = await own.post("/admin/sign-in", {"username": username, "password": one_time(done)})
        assert entered.status == 303
    if verb == "leave":
        assert (await desk.post(f"/admin/members/{username}/reset")).status == 409


async def test_no_administrator_changes_their_own_record(office: Office, desk: Browser) -> None:
    page = (await desk.get("/admin/members/admin")).text
    assert "这是您自己的账号" in page
    assert "保存岗位" not in page
    for path in ("", "/suspend", "/leave", "/reset"):
        refused = await desk.post(f"/admin/members/admin{path}", {"roles": ["administrator", "window"]})
        assert (refused.status, "不能更改自己的" in refused.text) == (403, True)
    assert (await office.town.services.staff.get("admin"))["roles"] == [Role.ADMINISTRATOR]


async def test_one_session_of_a_member_is_ended(office: Office, desk: Browser) -> None:
    await office.town.member("seated", Post((Role.WINDOW,)))
    one, other = await office.desk("seated"), await office.desk("seated")
    page = await desk.get("/admin/members/seated")
    assert page.text.count("结束这次登录") == 2
    await desk.post("/admin/members/seated/session", {"session": page.hidden("session")})
    said = [(await browser.get("/admin/verify")).status for browser in (one, other)]
    assert sorted(said) == [200, 302]
    member = await office.town.services.staff.get("seated")
    assert member["events"][-1]["name"] == "staff.session_ended"


def link(page: Page, name: str) -> str:
    found = re.search(rf'href="([^"]*)"[^>]*>{name}<', page.text)
    assert found, name
    return html.unescape(found[1])


async def test_long_lists_go_on_and_back(office: Office, desk: Browser) -> None:
    for number in range(65):
        await office.town.member(f"zz-{number:02}", Post((Role.CONTACT,), USCC))
    first = await desk.get("/admin/members?who=zz-")
    assert (first.text.count("<tr>"), "上一页" in first.text) == (31, False)
    assert '<span class="filters__count">65</span>' in first.text
    second = await desk.get(link(first, "下一页"))
    third = await desk.get(link(second, "下一页"))
    assert (second.text.count("<tr>"), third.text.count("<tr>")) == (31, 6)
    back = await desk.get(link(third, "上一页"))
    assert re.findall("zz-[0-9]{2}", back.text) == re.findall("zz-[0-9]{2}", second.text)
    assert "下一页" not in third.text
    assert (await desk.get("/admin/members/nobody")).status == 404


async def test_members_are_found_by_a_part_of_a_name_role_and_department(
    office: Office, desk: Browser
) -> None:
    await office.town.member("fo.und", Post((Role.REVIEWER,), USCC))
    await office.town.member("fo.other", Post((Role.WINDOW,)))
    asked = {"who": "fo.", "role": "reviewer", "department": USCC}
    for left_out in ("", *asked):
        given = {name: text for name, text in asked.items() if name != left_out}
        page = (await desk.get(f"/admin/members?{urlencode(given)}")).text
        assert "fo.und的姓名" in page
        assert "fo.other的姓名" not in page
        assert page.count("，去掉") == len(given)
    nothing = await desk.get(f"/admin/members?{urlencode({'who': '<b>', 'role': 'king'})}")
    assert ("没有找到" in nothing.text, "<b>" in nothing.text) == (True, False)
    await desk.post("/admin/members/fo.other", {"roles": "reviewer", "department": USCC})
    assert "fo.other的姓名" in (await desk.get(f"/admin/members?{urlencode(asked)}")).text


async def test_the_table_to_take_away_has_what_the_list_shows(office: Office, desk: Browser) -> None:
    await office.town.member("tab.le", Post((Role.REVIEWER,), USCC))
    taken = await desk.get("/admin/members.csv?who=tab.le")
    lines = taken.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["用户名", "tab.le"]
    assert "审查人员" in lines[1]
    page = await desk.get("/admin/members?who=tab.le")
    assert link(page, "导出") == "/admin/members.csv?show=present&who=tab.le"
    office.town.clock.advance(FRESH)
    assert (await desk.get("/admin/members.csv")).location.startswith("/admin/confirm?")


async def test_it_is_shown_what_a_member_is_reached_by(office: Office, desk: Browser) -> None:
    await office.town.member("rea.ched", Post((Role.WINDOW,)))
    staff, by = office.town.services.staff, office.town.by_staff("rea.ched")
    phones, phone = office.town.services.staff_phones, new_phone()
    member = await staff.get("rea.ched")
    await phones.ask(member, phone, address="203.0.113.7", by=by)
    await phones.keep(member, phone, await office.town.code_sent(phone), by)
    page = (await desk.get("/admin/members/rea.ched")).text
    assert ("已验证" in page, phone in page) == (True, False)
    row = (await desk.get("/admin/members?who=rea.ched")).text
    assert [text.strip() for text in re.findall(r"<td[^>]*>([^<]*)</td>", row)][-3:] == ["—", "有", "—"]
