"""The home page of each role: its numbers lead to lists that show as many (articles 5, 12)."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from handlers.admin.home import HOMES, merged
from models.outgoing.deliveries import Plan, Via
from models.staff import proof_of
from models.staff.scopes import Role
from tests.handlers.test_round_trips import watched
from tests.house.browser import Browser
from tests.house.guides import USCC, rich_guide
from tests.house.office import Office, booked, late_on
from tests.house.places import HALL
from tests.house.reviewed import bad_review_of_guide, due
from tests.house.staff import Post

NUMBERS: dict[str, str] = {
    "window": "待我处理 今天到期 已超期 今天待记录的预约",
    "reviewer": "待我处理 今天到期 已超期 我承办的 无人承办",
    "approver": "待我处理 今天到期 已超期 我承办的 无人承办",
    "supervisor": "全部已超期 全部今天到期 全部无人承办 督办中 全部待处理 超期的整改",
    "service_management": "全部已超期 上报的整改 待处理的评价异议 待处理的黑名单线索 待答复的黑名单申诉",
    "digital_affairs": "待确认的告警 待审核、定位置的终端 待决定退出的终端 发送失败 重试中",
    "service_centre": "今天待记录的预约 今天的预约 不合大厅时间的预约 待确认的告警 待张贴的暂停公告",
    "township": "今天待记录的预约 今天的预约 不合大厅时间的预约 待确认的告警 待张贴的暂停公告",
    "contact": "待整改的差评 超期的整改 差评 停用的终端 待决定退出的终端",
    "kiosk_maintainer": "",
    "auditor": "",
    "administrator": "在岗人员 已锁定 已离岗",
}
"""Written by hand."""


def numbers(page: str) -> list[tuple[str, str, str]]:
    """Address, figure and label of each number of a home page."""
    found = re.findall(r'href="([^"]*)"><strong>([^<]*)</strong> ([^<]*)</a>', page)
    return [(address.replace("&amp;", "&"), figure, label) for address, figure, label in found]


def rows(page: str) -> int:
    return len(re.findall("<tr", page.partition("<tbody>")[2].split("</tbody>")[0]))


@pytest.fixture(scope="module")
async def busy(office: Office) -> AsyncIterator[Office]:
    """A day with something of each kind, and a member of each role."""
    for role in Role:
        await office.town.member(f"only.{role}", Post((role,), USCC, (HALL.code,), (HALL.township,)))
    await office.town.member(
        "many.roles", Post((Role.WINDOW, Role.APPROVER, Role.SUPERVISOR), USCC, (HALL.code,))
    )
    services, clock = office.town.services, office.town.clock
    await office.handed_in("早早")
    clock.advance(timedelta(days=8))
    held = await office.accepted()
    assert (await (await office.desk("only.approver")).post(f"{held}/take")).status == 303
    nudged, _ = await office.handed_in("晚晚")
    asked = await (await office.desk("management")).post(f"{nudged}/nudge", {"reason": "请尽快受理"})
    assert asked.status == 303
    for outcome in ("failed", "retrying", "untried"):
        plan = Plan(Via.SMS, "receipt", "somebody")
        await services.deliveries.plan({"id": outcome, "request": "r"}, [plan], clock.now())
        if outcome == "untried":
            break
        claimed = await services.deliveries.claim(clock.now())
        assert claimed
        if outcome == "failed":
            await services.deliveries.failed_for_good(claimed, "x", clock.now())
        else:
            await services.deliveries.failed_for_now(claimed, "x", clock.now())
    _, day, _ = await booked(office, "甲某")
    await booked(office, "乙某")
    review = await bad_review_of_guide(office.town, await office.town.applicant(), rich_guide())
    await services.rectifying.open(due(review), office.town.by())
    with late_on(office, day):
        yield office


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("role", Role)
async def test_each_number_is_what_its_list_shows(busy: Office, role: Role) -> None:
    desk = await busy.desk(f"only.{role}")
    home = (await desk.get("/admin")).text
    shown = numbers(home)
    assert " ".join(label for *_, label in shown) == NUMBERS[role]
    for address, figure, label in shown:
        listed = await desk.get(address)
        assert listed.status == 200, address
        assert str(rows(listed.text)) == figure, label
    assert any(figure != "0" for _, figure, _ in shown) == bool(shown)


@pytest.mark.article("12.limits")
async def test_what_is_overdue_is_seen_first(busy: Office) -> None:
    home = (await (await busy.desk("only.approver")).get("/admin")).text
    figures = {label: figure for _, figure, label in numbers(home)}
    assert figures == {"待我处理": "3", "今天到期": "0", "已超期": "1", "我承办的": "1", "无人承办": "2"}
    assert re.search(r'class="numbers__bad" href="[^"]*due=overdue', home)
    assert rows(home) == 3
    assert "早*" in home.partition("<tbody>")[2].split("</tr>")[0]
    assert 'href="/admin/applications?show=mine">查看全部' in home
    assert 'name="chosen"' not in home


@pytest.mark.article("5.duties")
async def test_what_was_nudged_is_on_top_for_who_handles_it(busy: Office) -> None:
    for username in ("only.window", "only.reviewer", "only.approver", "many.roles"):
        home = (await (await busy.desk(username)).get("/admin")).text
        top = home[: home.index("<tbody>")]
        assert (top.count("督办，等您答复"), top.count("晚*")) == (1, 1), username
        address = re.search(r'href="(/admin/applications/[^"]*)#nudges"', top)
        assert address, username
        assert "请尽快受理" in (await (await busy.desk(username)).get(address[1])).text
    for username in ("only.supervisor", "management", "civil", "digital"):
        assert "督办，等您答复" not in (await (await busy.desk(username)).get("/admin")).text, username


async def test_an_empty_home_says_so(busy: Office) -> None:
    home = (await (await busy.desk("civil")).get("/admin")).text
    assert {figure for _, figure, _ in numbers(home)} == {"0"}
    assert "numbers__bad" not in home
    assert "没有等您处理的办件" in home


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("role", [Role.CONTACT, Role.KIOSK_MAINTAINER, Role.AUDITOR, Role.ADMINISTRATOR])
async def test_who_has_no_list_is_told_what_the_account_is_for(busy: Office, role: Role) -> None:
    home = (await (await busy.desk(f"only.{role}")).get("/admin")).text
    assert HOMES[role].words in home
    assert role.label in home


@pytest.mark.article("5.duties")
async def test_several_roles_find_everything_once(busy: Office) -> None:
    home = (await (await busy.desk("many.roles")).get("/admin")).text
    labels = [label for *_, label in numbers(home)]
    assert len(labels) == len(set(labels))
    assert set(labels) == {
        label for role in ("window", "approver", "supervisor") for label in NUMBERS[role].split()
    }
    assert re.findall(r"<h2>([^<]*)</h2>", home) == ["待我处理的办件", "今天待记录的预约"]
    assert len(merged([Role.APPROVER, Role.REVIEWER]).numbers) == 5


async def test_what_asks_for_a_code_is_listed_to_who_gave_one(busy: Office) -> None:
    services, by = busy.town.services, busy.town.by_staff("management")
    member = await services.staff.get("management")
    stale: Browser = busy.town.browser()
    proof = proof_of(member["password_hash"])
    stale.cookies["staff"] = await services.sessions.open("staff:management", by, proof, None)
    shown = (await stale.get("/admin")).text
    assert "要先输入验证码" in shown
    assert "要先输入验证码" not in (await (await busy.desk("management")).get("/admin")).text


async def test_a_home_asks_the_database_little(busy: Office) -> None:
    """Each number is one count, a list one reading; names are learnt in two, with those who stand in."""
    asked = {
        "only.approver": {"aggregate applications": 5, "query applications": 2, "query staff": 3},
        "only.window": {"aggregate applications": 3, "query applications": 2, "aggregate appointments": 1},
        "only.digital_affairs": {"aggregate deliveries": 2, "aggregate kiosks": 2, "query deliveries": 1},
    }
    for username, expected in asked.items():
        desk = await busy.desk(username)
        async with watched(busy.town) as calls:
            assert (await desk.get("/admin")).status == 200
        assert {call: calls[call] for call in expected} == expected, calls
        assert sum(calls.values()) <= 14, calls
