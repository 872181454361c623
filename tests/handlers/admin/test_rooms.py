"""The rail of the panel: which rooms each role sees, and in which room a page is (article 5)."""

import re

import pytest

from handlers import admin
from handlers.admin.rooms import ACCOUNT, HOME, ROOMS, Section, rail, room_of
from handlers.routes import served
from handlers.web.visitor import Auth
from models.staff.scopes import Role
from tests.house.office import Office

SEEN: dict[Role, str] = {
    Role.WINDOW: "工作台 | 办件 | 窗口: 预约, 窗口核验 | 文书送达",
    Role.REVIEWER: "工作台 | 办件 | 文书送达",
    Role.APPROVER: "工作台 | 办件 | 文书送达",
    Role.SUPERVISOR: "工作台 | 办件 | 评价: 评价, 评价统计, 差评整改"
    " | 终端: 自助终端, 终端看板, 可用率, 业务联络人 | 缺勤",
    Role.SERVICE_MANAGEMENT: "工作台 | 办件 | 预约异议"
    " | 评价: 评价, 评价统计, 差评整改, 不文明用语 | 文书送达"
    " | 监管: 黑名单, 黑名单线索, 黑名单决定, 黑名单申诉 | 工作日历",
    Role.DIGITAL_AFFAIRS: "工作台 | 终端: 自助终端, 终端看板, 可用率, 告警, 值班表 | 发送记录",
    Role.SERVICE_CENTRE: "工作台 | 预约 | 大厅时间 | 终端: 自助终端, 终端看板, 可用率, 告警, 值班表",
    Role.TOWNSHIP: "工作台 | 预约 | 大厅时间 | 终端: 自助终端, 终端看板, 可用率, 告警, 值班表",
    Role.CONTACT: "工作台 | 评价: 评价, 评价统计, 差评整改 | 终端: 自助终端, 终端看板, 可用率",
    Role.KIOSK_MAINTAINER: "工作台",
    Role.AUDITOR: "工作台",
    Role.ADMINISTRATOR: "工作台 | 系统: 缺勤, 人员",
}
"""Written by hand. A section with several rooms is named before them."""
ROOM_OF = {
    "/admin": "工作台",
    "/admin/": "工作台",
    "/admin/applications": "办件",
    f"/admin/applications/{'0' * 32}": "办件",
    f"/admin/applications/{'0' * 32}/accept": "办件",
    "/admin/applicationsandmore": None,
    "/admin/new-member": "人员",
    "/admin/members/chen/leave": "人员",
    "/admin/second-factor": "我的账号",
    "/admin/nowhere": None,
}


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("role", Role)
def test_a_role_sees_its_rooms(role: Role) -> None:
    shown = [
        f"{section}: {', '.join(room.name for room in rooms)}" if len(rooms) > 1 else rooms[0].name
        for section, rooms in rail(role.scopes)
    ]
    assert " | ".join(shown) == SEEN[role]


@pytest.mark.parametrize(("page", "name"), ROOM_OF.items())
def test_a_page_is_in_a_room(page: str, name: str | None) -> None:
    room = room_of(page)
    assert (room.name if room else None) == name


def test_a_room_opens_for_those_whom_its_page_lets_in() -> None:
    asked = {one.pattern.removesuffix("/?"): one.who for one in served(admin.ROUTES) if one.method == "GET"}
    for room in (*ROOMS, ACCOUNT):
        for page in (room.path, *room.also):
            assert asked[page] == (room.scope or Auth.MEMBER), page
    assert [room.section for room in ROOMS] == sorted(
        [room.section for room in ROOMS], key=list(Section).index
    )


@pytest.mark.parametrize(
    ("username", "page", "mark"),
    [
        ("window", "/admin", ("/admin", "page")),
        ("window", "/admin/applications?show=all", ("/admin/applications", "page")),
        ("admin", "/admin/members/window", ("/admin/members", "true")),
        ("admin", "/admin/password", ("/admin/account", "true")),
    ],
)
async def test_the_room_one_is_in_is_marked(
    office: Office, username: str, page: str, mark: tuple[str, str]
) -> None:
    shown = (await (await office.desk(username)).get(page)).text
    menu = shown.partition("主菜单")[2].split("</nav>")[0]
    assert re.findall(r'href="([^"]*)" aria-current="(\w+)"', menu) == [mark]
    assert HOME.path in menu


async def test_the_rail_leaves_the_names_of_a_page_alone(office: Office) -> None:
    """What the rail counts through has names of its own, not the page's."""
    page = await (await office.desk("admin")).get("/admin/members/window")
    assert "window的姓名" in page.text.partition("<main")[2]
