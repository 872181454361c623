"""Who is away and who stands in: one's own absence, those of a department, and acting for another."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from handlers.admin.lists import Column, PanelList, Shown
from handlers.admin.panel import STAFF, FormAction, PanelPage, PersonalPage
from handlers.web.dates import Day
from handlers.web.staff import needs
from models.errors import DomainError
from models.staff import MOST_DAYS, Absence, Leave, Member, NotStandingIn, Scope, ahead, away
from models.workdays import local_date

OWN, OTHERS = "/admin/account/absence", "/admin/new-absence"


class LeaveForm(BaseModel):
    substitute: str
    first: Day
    last: Day

    def leave(self) -> Leave:
        return Leave(self.substitute, self.first, self.last)


@dataclass(frozen=True)
class Away:
    """One row: an absence, whose it is, who stands in, who set it."""

    member: Member
    absence: Absence
    substitute: str
    set_by: str

    @property
    def days(self) -> str:
        return f"{self.absence['first']} 至 {self.absence['last']}"


ABSENCES = PanelList[Away](
    address="/admin/absences",
    columns=(
        Column("人员", lambda row: row.member["name"]),
        Column("用户名", lambda row: row.member["_id"], code=True),
        Column("日期", lambda row: row.days, whole=True),
        Column("代理人", lambda row: row.substitute),
        Column("设置人", lambda row: row.set_by),
        Column("办理", lambda row: f"结束{row.member['name']}的缺勤", part="end_absence"),
    ),
    empty="现在没有人缺勤，今后也没有已设置的缺勤。",
)


async def rows_of(page: PanelPage, members: list[Member]) -> list[Away]:
    """The absences of these members that run or are to come."""
    found = [(one, absence) for one in members for absence in ahead(one, local_date(page.now))]
    who = [(f"{STAFF}{absence['substitute']}", absence["set_by"]) for _, absence in found]
    called = await page.called({actor for pair in who for actor in pair})
    return [
        Away(one, absence, called[substitute], called[set_by])
        for (one, absence), (substitute, set_by) in zip(found, who, strict=True)
    ]


async def of_account(page: PanelPage) -> dict[str, Any]:
    """What one's own account says: when one is away, and for whom one stands in."""
    member, today = page.signed_in_member(), local_date(page.now)
    absents = await page.services.absences.of_substitute(member, today)
    stands_in = [
        (one, absence, away(one, today) == absence)
        for one in absents
        for absence in ahead(one, today)
        if absence["substitute"] == member["_id"]
    ]
    return {"absences": await rows_of(page, [member]), "stands_in": stands_in}


class LeavePage(PanelPage):
    """The form that says from when to when a member is away, and who stands in."""

    async def leave_page(self, whose: Member, path: str, error: DomainError | None = None) -> None:
        able = await self.services.absences.substitutes(whose)
        asks = self.person["_id"] if self.person else ""
        self.show(
            "admin/absences/form.html",
            error=error,
            given=self.given(),
            whose=whose,
            own=path == OWN,
            path=path,
            able=[one for one in able if path == OWN or one["_id"] != asks],
            today=local_date(self.now).isoformat(),
            most=MOST_DAYS,
        )


class OwnAbsencePage(LeavePage, PersonalPage):
    """GET and POST /admin/account/absence"""

    @needs()
    async def get(self) -> None:
        await self.leave_page(self.signed_in_member(), OWN)

    @needs()
    async def post(self) -> None:
        member = self.signed_in_member()
        try:
            await self.services.absences.set_own(member, self.form(LeaveForm).leave(), self.by_member())
        except DomainError as error:
            return await self.leave_page(member, OWN, error)
        return self.see_other("/admin/account", said="已设置缺勤和代理人。")


class EndOwnAbsenceHandler(FormAction, PersonalPage):
    """POST /admin/account/absence/end"""

    def form_page(self) -> str:
        return "/admin/account"

    @needs()
    async def post(self) -> None:
        absence = self.get_body_argument("absence", "")
        await self.services.absences.end_own(self.signed_in_member(), absence, self.by_member())
        self.see_other(self.form_page(), said="缺勤已结束，代理同时终止。")


class ActingHandler(FormAction, PersonalPage):
    """POST /admin/account/acting: act for an absent member from now on, or with "" as oneself again."""

    def form_page(self) -> str:
        return "/admin/account"

    @needs()
    async def post(self) -> None:
        member, session = self.signed_in_member(), self.open_session_of()
        username, before = self.get_body_argument("absent", ""), session.get("acting_for", "")
        if username:
            try:
                absent = await self.services.absences.begin_acting(member, username, self.by_member())
            except NotStandingIn:
                return self.see_other(self.form_page(), said="您现在不是该人员的代理人，没有切换。")
        if before and before != username:
            await self.services.absences.end_acting(member, before, self.by_member())
        await self.services.sessions.act_for(session["_id"], username)
        return self.see_other(
            "/admin", said=f"您现在代{absent['name']}办理。" if username else "已换回您本人。"
        )


class AbsencesPage(PanelPage):
    """GET /admin/absences: of the members for whom one answers."""

    @needs(Scope.STAFF_ABSENCES)
    async def get(self) -> None:
        member, absences = self.signed_in_member(), self.services.absences
        found = await absences.within(member, local_date(self.now))
        self.show(
            "admin/absences/list.html",
            listed=Shown(ABSENCES, await rows_of(self, found)),
            members=await absences.present_within(member),
        )


class NewAbsencePage(LeavePage):
    """GET and POST /admin/new-absence?member="""

    @needs(Scope.STAFF_ABSENCES)
    async def get(self) -> None:
        await self.page()

    @needs(Scope.STAFF_ABSENCES)
    async def post(self) -> None:
        username = self.get_argument("member", "")
        try:
            set_for = await self.services.absences.set_for(
                username, self.form(LeaveForm).leave(), self.signed_in_member(), self.by_member()
            )
        except DomainError as error:
            return await self.page(error)
        return self.see_other(ABSENCES.address, said=f"已设置{set_for['name']}的缺勤和代理人。")

    async def page(self, error: DomainError | None = None) -> None:
        username = self.get_argument("member", "")
        whose = await self.services.absences.reached(username, self.signed_in_member())
        await self.leave_page(whose, OTHERS, error)


class EndAbsenceHandler(FormAction):
    """POST /admin/absences/end"""

    def form_page(self) -> str:
        return ABSENCES.address

    @needs(Scope.STAFF_ABSENCES)
    async def post(self) -> None:
        username, absence = (self.get_body_argument(name, "") for name in ("member", "absence"))
        ended = await self.services.absences.end_for(
            username, absence, self.signed_in_member(), self.by_member()
        )
        self.see_other(self.form_page(), said=f"{ended['name']}的缺勤已结束，代理同时终止。")


ROUTES = [
    (OWN, OwnAbsencePage),
    (f"{OWN}/end", EndOwnAbsenceHandler),
    (r"/admin/account/acting", ActingHandler),
    (ABSENCES.address, AbsencesPage),
    (f"{ABSENCES.address}/end", EndAbsenceHandler),
    (OTHERS, NewAbsencePage),
]
