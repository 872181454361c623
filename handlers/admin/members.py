"""Members of the staff: added, given roles, locked out, at the end of their work here (article 5)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from handlers.admin import lists
from handlers.admin.absences import rows_of
from handlers.admin.lists import Choice, Column, Filter, PanelList
from handlers.admin.panel import STAFF, FormAction, PanelPage
from handlers.web.staff import needs
from models.applications import MOST_COUNTED
from models.errors import DomainError
from models.sessions import opened_at
from models.staff import (
    Member,
    Post,
    Role,
    Scope,
    Standing,
    Wanted,
    is_let_in,
    one_time_password,
    standing,
)
from models.staff.members import USER_NAME
from models.staff.passwords import ONE_TIME_LASTS
from models.staff.posts import roles_of
from models.staff.scopes import ROLES

STANDINGS = {Standing.PRESENT: "在岗", Standing.SUSPENDED: "已锁定", Standing.LEFT: "已离岗"}


@dataclass(frozen=True)
class Listed:
    """One row: a member, and what their department, halls and townships are called."""

    member: Member
    department: str
    places: str

    @property
    def roles(self) -> str:
        return "、".join(role.label for role in self.member["roles"])

    def has(self, field: str) -> str:
        """Whether the member has shown something to be theirs."""
        return "有" if field in self.member else "—"


MEMBERS = PanelList[Listed](
    address="/admin/members",
    columns=(
        Column(
            "用户名", lambda row: row.member["_id"], link=lambda row: f"/admin/members/{row.member['_id']}"
        ),
        Column("姓名", lambda row: row.member["name"]),
        Column("部门", lambda row: row.department),
        Column("岗位", lambda row: row.roles),
        Column("镇街和大厅", lambda row: row.places),
        Column("验证器", lambda row: row.has("second")),
        Column("手机", lambda row: row.has("phone")),
        Column("微信", lambda row: row.has("wechat")),
    ),
    filters={one.value: Filter(name, (one.value,)) for one, name in STANDINGS.items()},
    empty="这里没有人员。",
    not_found="没有找到。请只填用户名或姓名中的几个字，并去掉筛选条件后再试。",
    export=True,
)
ROLE = Choice("role", "岗位", {role.value: role.label for role in Role})
FEW_PLACES = 3
"""So many are named in a row."""


class MemberForm(BaseModel):
    username: str = ""
    name: str = ""
    roles: list[str] = []
    department: str = ""
    halls: list[str] = []
    townships: list[str] = []


class PostPage(PanelPage):
    """What pages share that show or take what a member is there for."""

    async def departments(self) -> dict[str, str]:
        """What departments are called, by code."""
        return {one.code: one.short for one in await self.services.departments.all()}

    async def halls(self) -> dict[str, str]:
        """What halls are called, by code."""
        return {one.code: one.name for one in await self.services.halls.all()}

    async def posted(self, asked: MemberForm) -> Post:
        """The post that a form asks for.

        Raises:
            RoleUnknown, DepartmentNotFound, HallNotFound, TownshipUnknown
        """
        if asked.department:
            await self.services.departments.get(asked.department)
        for hall in asked.halls:
            await self.services.halls.get(hall)
        await self.services.halls.check_townships(asked.townships)
        department, halls, townships = asked.department or None, tuple(asked.halls), tuple(asked.townships)
        return Post(roles_of(asked.roles), department, halls, townships)

    async def choices(self) -> dict[str, Any]:
        """What a form of a post can choose from, and which roles ask for which of it."""
        return {
            "asking": asking,
            "townships": await self.services.halls.townships(),
            "role_choices": {role.value: role.label for role in Role},
            "departments": await self.departments(),
            "halls": {one.code: one.name for one in await self.services.halls.all() if one.windows},
        }


class MembersPage(PostPage):
    """GET /admin/members?show=&who=&role=&department=&after=&before="""

    @needs(Scope.STAFF_MANAGE)
    async def get(self) -> None:
        directory, departments = self.services.staff_directory, await self.departments()
        choices = (ROLE, Choice("department", "部门", departments))
        asked, wanted = self.wanted(choices)
        page = await directory.page(wanted, lists.ROWS_A_PAGE, **lists.places(self))
        halls = await self.halls()
        counts = {one.value: await directory.count(replace(wanted, standing=one)) for one in Standing}
        rows = [_listed(one, departments, halls) for one in page.rows]
        shown = lists.shown(MEMBERS, rows, page, asked, searched=wanted.text, choices=choices, counts=counts)
        self.show("admin/members/list.html", listed=shown, name=lists.SEARCH)

    def wanted(self, choices: Sequence[Choice]) -> tuple[dict[str, str], Wanted]:
        """What the address asks for: by name, and as the directory has it."""
        asked, text = MEMBERS.narrowed(self, choices), self.get_query_argument(lists.SEARCH, "")
        role = asked.get(ROLE.name)
        wanted = Wanted(
            Standing(asked["show"]), text, ROLES[role] if role else None, asked.get("department", "")
        )
        return asked | ({lists.SEARCH: text} if text else {}), wanted


class MembersTable(MembersPage):
    """GET /admin/members.csv, with the names of the list: what it shows, for a spreadsheet."""

    @needs(Scope.STAFF_MANAGE)
    async def get(self) -> None:
        departments, halls = await self.departments(), await self.halls()
        _, wanted = self.wanted((ROLE, Choice("department", "部门", departments)))
        await MEMBERS.take_away(self, self.rows(wanted, departments, halls))

    async def rows(
        self, wanted: Wanted, departments: Mapping[str, str], halls: Mapping[str, str]
    ) -> AsyncIterator[Listed]:
        async for one in self.services.staff_directory.listed(wanted, lists.ROWS_A_TABLE):
            yield _listed(one, departments, halls)


class NewMemberPage(PostPage):
    """GET and POST /admin/new-member; the one-time password is shown once, and is in no address."""

    @needs(Scope.STAFF_MANAGE)
    async def get(self) -> None:
        await self.page()

    @needs(Scope.STAFF_MANAGE)
    async def post(self) -> None:
        asked, password = self.form(MemberForm), one_time_password()
        try:
            username = await self.services.employment.employ(
                asked.username, asked.name, password, await self.posted(asked), self.by_member()
            )
        except DomainError as error:
            return await self.page(error)
        return self.show("admin/members/password.html", username=username, password=password)

    async def page(self, error: DomainError | None = None) -> None:
        self.show(
            "admin/members/new.html",
            error=error,
            given=self.given() if error else {},
            **await self.choices(),
        )


class OneMember(PostPage):
    """The page of one member, for what is asked of it and what is done to the member."""

    async def member_page(
        self,
        username: str,
        error: DomainError | None = None,
        given: Mapping[str, list[str]] | None = None,
    ) -> None:
        """
        Raises:
            StaffNotFound
        """
        one = await self.services.staff.get(username)
        self.show(
            "admin/members/member.html",
            error=error,
            one=one,
            given=given or _given(one),
            standing=standing(one).value,
            called=STANDINGS[standing(one)],
            one_time_until=one["one_time"] + ONE_TIME_LASTS if "one_time" in one else None,
            let_in=is_let_in(one),
            own=username == self.signed_in_member()["_id"],
            sessions=await self.sessions_of(one),
            opened_at=opened_at,
            absences=await rows_of(self, [one]),
            **await self.work_of(one),
            **await self.choices(),
        )

    async def work_of(self, one: Member) -> dict[str, Any]:
        """What is assigned to a member, and to whom it can go, or has gone, when they leave."""
        leaving, heir = self.services.leaving, one.get("heir", "")
        count, chosen = await leaving.left_open(one["_id"]), self.get_body_argument("heir", "")
        return {
            "open_work": f"{count}件" if count < MOST_COUNTED else f"{MOST_COUNTED}件以上",
            "heirs": await leaving.heirs(one) if standing(one) is not Standing.LEFT else [],
            "heir_name": (await self.called({f"{STAFF}{heir}"}))[f"{STAFF}{heir}"] if heir else "",
            "chosen_heir": chosen,
            "leaving": self.request.path.endswith("/leave"),
        }


class MemberPage(OneMember):
    """GET and POST /admin/members/{member}: what a member is there for."""

    @needs(Scope.STAFF_MANAGE)
    async def get(self, username: str) -> None:
        await self.member_page(username)

    @needs(Scope.STAFF_MANAGE)
    async def post(self, username: str) -> None:
        try:
            member = await self.services.employment.post(
                username, await self.posted(self.form(MemberForm)), self.by_member()
            )
        except DomainError as error:
            return await self.member_page(username, error, self.given())
        return self.see_other(f"/admin/members/{username}", said=f"已保存{member['name']}的岗位。")


class MemberAction(FormAction, OneMember):
    """What is done to a member by one button; the member's page shows what stands in the way."""

    def form_page(self) -> str:
        return self.request.path.rpartition("/")[0]


class SuspendHandler(MemberAction):
    """POST /admin/members/{member}/suspend"""

    @needs(Scope.STAFF_MANAGE)
    async def post(self, username: str) -> None:
        try:
            member = await self.services.employment.suspend(username, self.by_member())
        except DomainError as error:
            return await self.member_page(username, error)
        return self.see_other(self.form_page(), said=f"已锁定{member['name']}，所有登录已退出。")


class LeaveHandler(MemberAction):
    """POST /admin/members/{member}/leave"""

    @needs(Scope.STAFF_MANAGE)
    async def post(self, username: str) -> None:
        try:
            member = await self.services.leaving.leave(
                username, self.get_body_argument("heir", ""), self.by_member()
            )
        except DomainError as error:
            return await self.member_page(username, error)
        return self.see_other(
            self.form_page(), said=f"{member['name']}已离岗，所有登录已退出，名下办件随即移交。"
        )


class ResetHandler(MemberAction):
    """POST /admin/members/{member}/reset; the one-time password is shown once."""

    @needs(Scope.STAFF_MANAGE)
    async def post(self, username: str) -> None:
        password = one_time_password()
        try:
            await self.services.employment.reset(username, password, self.by_member())
        except DomainError as error:
            return await self.member_page(username, error)
        return self.show("admin/members/password.html", username=username, password=password)


class EndMembersSessionHandler(MemberAction):
    """POST /admin/members/{member}/session: end one session of a member."""

    @needs(Scope.STAFF_MANAGE)
    async def post(self, username: str) -> None:
        await self.services.staff.get(username)
        await self.services.employment.note_session_ended(username, self.by_member())
        await self.services.sessions.end(f"staff:{username}", self.get_body_argument("session", ""))
        self.see_other(self.form_page(), said="已结束这次登录。")


def _listed(member: Member, departments: Mapping[str, str], halls: Mapping[str, str]) -> Listed:
    names = [*member["townships"], *(halls.get(code, code) for code in member["halls"])]
    rest = f"等{len(names)}个" if len(names) > FEW_PLACES else ""
    department = departments.get(member["department"] or "", "")
    return Listed(member, department, "、".join(names[:FEW_PLACES]) + rest)


def _given(member: Member) -> dict[str, list[str]]:
    """A member's post as a form has it."""
    return {
        "roles": [role.value for role in member["roles"]],
        "department": [member["department"] or ""],
        "halls": member["halls"],
        "townships": member["townships"],
    }


def asking(reach: str) -> str:
    """What the roles of this reach are called."""
    return "、".join(role.label for role in Role if role.reach == reach)


ONE = rf"/admin/members/({USER_NAME.pattern})"
ROUTES = [
    (r"/admin/members", MembersPage),
    (r"/admin/members\.csv", MembersTable),
    (r"/admin/new-member", NewMemberPage),
    (ONE, MemberPage),
    (f"{ONE}/suspend", SuspendHandler),
    (f"{ONE}/leave", LeaveHandler),
    (f"{ONE}/reset", ResetHandler),
    (f"{ONE}/session", EndMembersSessionHandler),
]
