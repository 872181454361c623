"""The queue of 办件: what is looked for, how long it still may take, and the same as a table (article 10)."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from handlers.admin import lists
from handlers.admin.lists import SEARCH, Choice, Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage
from handlers.admin.views import shown_views
from handlers.web.staff import needs
from models.applications import (
    CLOCKED,
    CLOSED,
    OPEN,
    SEEN,
    Action,
    Application,
    DueBy,
    Holder,
    Light,
    LooksTooLong,
    NudgeState,
    Sought,
    State,
    accept_each,
    accepted_by_silence,
    is_nudged,
    may,
    place_of,
    share_used,
    status_of,
    time_left,
)
from models.concurrency import all_to_their_end
from models.errors import DomainError
from models.events import Channel
from models.guides import HANDLING
from models.staff import Member, Scope, district_wide, reaches
from models.workdays import local, local_date


def status_for_staff(application: Application) -> str:
    """What silence accepted is marked as long as it is open (行政许可法 32)."""
    marked = accepted_by_silence(application) and application["state"] not in CLOSED
    return status_of(application) + ("（逾期视为受理）" if marked else "")


NO_CLOCK = {
    State.GENERATED: "等待申请人",
    State.SUPPLEMENT_REQUESTED: "等待申请人",
    State.PAUSED: "停止计时",
}
"""What is said in place of a deadline."""


def light(application: Application, page: PanelPage) -> tuple[str, str]:
    """Colour of a deadline and its words for staff."""
    due = application["due_at"]
    left = time_left(due, page.now, page.services.calendar)
    match left.light:
        case Light.NONE:
            words = NO_CLOCK.get(application["state"], "")
        case Light.RED:
            words = f"已超期{left.late}个工作日" if left.late else "已超期"
        case _:
            words = f"剩{left.days}个工作日" if left.days else "今天到期"
    if due and left.light is not Light.RED:
        words = page.expected_mark(local_date(due)) + words
    return left.light.value, words


@dataclass(frozen=True)
class Waiting:
    """One row: an application, its deadline as a date and as a light, how much of the limit is used, the name
    of the member whose it is, whether the member who looks may accept it, and the queue to come back to."""

    application: Application
    due: str
    light: tuple[str, str]
    used: str
    holder: str
    acceptable: bool
    way_back: str = ""

    @property
    def nudged(self) -> bool:
        return is_nudged(self.application)


def moment(at: datetime | None) -> str:
    return local(at) if at else ""


QUEUE = PanelList[Waiting](
    address="/admin/applications",
    columns=(
        Column(
            "流水号",
            lambda row: row.application["serial"] or "",
            link=lambda row: f"/admin/applications/{row.application['_id']}{row.way_back}",
        ),
        Column("事项", lambda row: row.application["item_name"]),
        Column("申请人", lambda row: row.application["masked_name"]),
        Column("部门", lambda row: row.application["department_name"]),
        Column("提交时间", lambda row: moment(row.application["submitted_at"]), whole=True),
        Column("最近变动", lambda row: moment(row.application["changed_at"]), on_page=False),
        Column("期限", lambda row: row.due, on_page=False),
        Column("承办人", lambda row: row.holder or "—"),
        Column("已用时限", lambda row: row.used, on_page=False),
        Column("督办", lambda row: "督办中" if row.nudged else "", on_page=False),
        Column("状态", lambda row: status_for_staff(row.application)),
        Column("时限", lambda row: row.light[1], part="light"),
    ),
    filters={
        "mine": Filter(
            "待我处理",
            CLOCKED,
            mine=True,
            empty="没有等您处理的办件。由其他人承办的，请看“全部待处理”。",
        ),
        "open": Filter("全部待处理", CLOCKED),
        "generated": Filter("待到场交件", (State.GENERATED.value,)),
        "submitted": Filter("待受理", (State.SUBMITTED.value,)),
        "supplement": Filter("待补正", (State.SUPPLEMENT_REQUESTED.value,)),
        "accepted": Filter("办理中", (State.ACCEPTED.value,)),
        "paused": Filter("特别程序", (State.PAUSED.value,)),
        "closed": Filter("已结束", CLOSED),
        "all": Filter("全部", SEEN),
    },
    empty="这里没有办件。",
    not_found="没有找到。请核对流水号、手机号、证件号码或姓名（须完整），并去掉筛选条件后再试。",
    export=True,
    choose=lambda row: f"{row.application['_id']}:{row.application['version']}" if row.acceptable else "",
)


ACCEPT = "/admin/applications/accept"
URGENT = 10
"""Nudged applications that are shown above the list, at most."""
CHANNELS: Mapping[str, str] = {
    Channel.H5: "公众号",
    Channel.WEB: "网页",
    Channel.MINIPROGRAM: "小程序",
    Channel.APP: "App",
    Channel.KIOSK: "自助终端",
    Channel.WINDOW: "窗口",
}
DUE = Choice("due", "期限", {DueBy.OVERDUE: "已超期", DueBy.TODAY: "今天到期"})
HOLDER = Choice("holder", "承办", {Holder.ME: "我承办的", Holder.NOBODY: "无人承办"})
CHANNEL = Choice("channel", "渠道", CHANNELS)
KIND = Choice("handling", "形式", {str(kind): words.short for kind, words in HANDLING.items()})
AT = "at"
"""The name in the address of a case of the place where it stood in the list."""
NUDGED = Choice("nudged", "督办", {NudgeState.OPEN: "督办中", NudgeState.ANSWERED: "督办已答复"})
CHOICES = ("due", "holder", "nudged", "item", "department", "handling", "channel")


def within_reach(of: PanelList[Waiting], member: Member) -> PanelList[Waiting]:
    """The list without the column of the department, for a member who sees one alone."""
    everywhere = district_wide(member, Scope.APPLICATIONS_READ)
    return replace(of, columns=[column for column in of.columns if column.name != "部门" or everywhere])


class CaseRows(PanelPage):
    """A page that shows applications as the queue does."""

    names: Mapping[str, str] = MappingProxyType({})
    """What the members are called whose the rows are, by user name, as far as the rows need it."""

    async def know(self, found: Sequence[Application]) -> None:
        """Learn the names of the members whose these are."""
        holders = {one["assigned"] for one in found if one.get("assigned")}
        if strange := holders - self.names.keys():
            self.names = {**self.names, **await self.held_by(strange)}

    def row(self, one: Application, back: str = "") -> Waiting:
        due = self.day_due(one["due_at"], "%Y-%m-%d %H:%M") if one["due_at"] else ""
        share = share_used(one, self.now, self.services.calendar)
        used = "" if share is None else f"{share:.0%}"
        holder = one.get("assigned", "")
        name = holder and self.names[holder]
        acceptable = may(self.signed_in_member(), one, Action.ACCEPT)
        return Waiting(one, due, light(one, self), used, name, acceptable, back)

    async def urgent(self, back: str) -> list[Waiting]:
        """What was nudged and waits for the member's answer; `back` leads back to the queue."""
        sought = Sought(mine=True, nudged=NudgeState.OPEN)
        found = await self.services.queue.page(self.signed_in_member(), sought, self.now, URGENT)
        await self.know(found.rows)
        return [self.row(one, back) for one in found.rows]


class QueuePage(CaseRows):
    """GET /admin/applications?show=&who=&after=&before=, and the names of `CHOICES`"""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self) -> None:
        await self.page()

    async def page(self, error: DomainError | None = None) -> None:
        member, queue, choices = self.signed_in_member(), self.services.queue, await self.choices()
        asked, sought = self.sought(choices)
        page = await queue.page(member, sought, self.now, lists.ROWS_A_PAGE, **lists.places(self))
        await self.know(page.rows)
        shown = lists.shown(
            within_reach(QUEUE, member),
            [self.row(one, way_back(self, at=place_of(one, sought).cursor)) for one in page.rows],
            page,
            asked,
            searched=searched(self),
            choices=choices,
            counts=await self.counts(asked["show"], sought),
        )
        self.show(
            "admin/queue.html",
            text_query=searched(self),
            listed=shown,
            error=error,
            scanning=True,
            urgent=await self.urgent(way_back(self)) if self.begins(asked) else [],
            views=shown_views(self.signed_in_person(), QUEUE, asked),
            bulk=f"{ACCEPT}{way_back(self)}" if shown.choosable else "",
        )

    def sought(self, choices: Sequence[Choice]) -> tuple[dict[str, str], Sought]:
        """What the address asks for: by name, and as the queue has it."""
        asked = QUEUE.narrowed(self, choices)
        found = sought_by(self, asked)
        return asked | ({SEARCH: self.get_query_argument(SEARCH)} if searched(self) else {}), found

    async def choices(self) -> list[Choice]:
        """What the member can choose by: items and departments are those that the member may read of."""
        member, guides = self.signed_in_member(), self.services.guides
        everywhere = district_wide(member, Scope.APPLICATIONS_READ)
        published = await guides.read(await guides.in_force())
        items = {
            one.item: one.name
            for one in published
            if reaches(member, Scope.APPLICATIONS_READ, one.department)
        }
        offered = [DUE, HOLDER, NUDGED, Choice("item", "事项", items)]
        if everywhere:
            departments = await self.services.departments.all()
            offered.append(Choice("department", "部门", {one.code: one.name for one in departments}))
        return [*offered, KIND, CHANNEL]

    async def counts(self, chosen: str, sought: Sought) -> dict[str, int]:
        """How many the chosen filter shows, and the others of what is open."""
        keys = [key for key, one in QUEUE.filters.items() if key == chosen or set(one.states) <= set(OPEN)]
        lists = [QUEUE.filters[key] for key in keys]
        each = [replace(sought, states=one.states, mine=one.mine) for one in lists]
        counted = await all_to_their_end(self.count(one) for one in each)
        return {key: number for key, number in zip(keys, counted, strict=True) if number is not None}

    async def count(self, sought: Sought) -> int | None:
        """How many there are; None where that takes too long to say."""
        with suppress(LooksTooLong):
            return await self.services.queue.count(self.signed_in_member(), sought, self.now)
        return None

    def begins(self, asked: Mapping[str, str]) -> bool:
        """Whether all is asked for that waits for the member, with which work begins."""
        return QUEUE.filters[asked["show"]].mine and len(asked) == 1


class SearchHandler(FormAction, QueuePage):
    """POST /admin/applications/search: names, numbers and phones stand in no address."""

    def form_page(self) -> str:
        return QUEUE.address

    @needs(Scope.APPLICATIONS_READ)
    async def post(self) -> None:
        text = self.get_body_argument("q", "")
        if not text.strip():
            return self.see_other(self.form_page())
        who = await self.services.queue.search(self.signed_in_member(), text, self.by_member())
        return self.see_other(QUEUE.at(show="all", who=who))


class AcceptHandler(FormAction, QueuePage):
    """POST /admin/applications/accept: all that were ticked on a page, each by itself."""

    def form_page(self) -> str:
        return f"{QUEUE.address}{way_back(self)}"

    @needs(Scope.APPLICATIONS_ACCEPT)
    async def post(self) -> None:
        ticked = [one.partition(":") for one in self.get_body_arguments("chosen")]
        chosen = {key: version for key, _, version in ticked if version.isdecimal()}
        member, handling = self.signed_in_member(), self.services.handling
        try:
            outcomes = await accept_each(handling, member, chosen, self.by_member())
        except DomainError as error:
            return await self.page(error)
        accepted = sum(one.error is None for one in outcomes)
        if accepted == len(outcomes):
            return self.see_other(self.form_page(), said=f"已受理{accepted}件，系统会通知申请人。")
        return self.show("admin/accepted.html", outcomes=outcomes, accepted=accepted, way_back=way_back(self))


class ViewHandler(FormAction, QueuePage):
    """POST /admin/applications/views, with the names of the list in the address: keep it as a view."""

    def form_page(self) -> str:
        return f"{QUEUE.address}{way_back(self)}"

    @needs(Scope.APPLICATIONS_READ)
    async def post(self) -> None:
        name = self.get_body_argument("name", "")
        asked = QUEUE.narrowed(self, await self.choices())
        try:
            await self.services.views.keep(
                self.signed_in_person(), QUEUE.address, name, asked, self.by_member()
            )
        except DomainError as error:
            return await self.page(error)
        return self.see_other(self.form_page(), said="已存为常用条件。")


class RemoveViewHandler(ViewHandler):
    """POST /admin/applications/views/remove"""

    @needs(Scope.APPLICATIONS_READ)
    async def post(self) -> None:
        name = self.get_body_argument("name", "")
        await self.services.views.remove(self.signed_in_person(), QUEUE.address, name, self.by_member())
        self.see_other(self.form_page(), said="常用条件已删除。")


class TableHandler(QueuePage):
    """GET /admin/applications.csv, with the names of the list: what it shows, for a spreadsheet."""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self) -> None:
        _, sought = self.sought(await self.choices())
        await QUEUE.take_away(self, self.rows(sought))

    async def rows(self, sought: Sought) -> AsyncIterator[Waiting]:
        member = self.signed_in_member()
        async for one in self.services.queue.listed(member, sought, self.now, lists.ROWS_A_TABLE):
            await self.know([one])
            yield self.row(one)


def searched(page: PanelPage) -> str:
    """What was searched for.

    Raises:
        SearchUnknown
    """
    who = page.get_query_argument(SEARCH, "")
    return page.services.queue.searched(page.signed_in_member(), who) if who else ""


def sought_by(page: PanelPage, asked: Mapping[str, str]) -> Sought:
    """What is looked for by the names of an address, and by the text that was searched for.

    Raises:
        SearchUnknown
    """
    chosen, text = QUEUE.filters[asked["show"]], searched(page)
    sought = page.services.queue.found(text) if text else Sought()
    made: dict[str, Any] = {name: asked[name] for name in CHOICES if asked.get(name)}
    return replace(
        sought,
        states=chosen.states,
        mine=chosen.mine,
        due=DueBy(made.pop("due")) if "due" in made else None,
        holder=Holder(made.pop("holder")) if "holder" in made else None,
        nudged=NudgeState(made.pop("nudged")) if "nudged" in made else None,
        **made,
    )


def way_back(page: PanelPage, at: str = "") -> str:
    """The query that says from which page of the queue one comes; links and forms carry it along. `at` is the
    place in the list of the case that is opened."""
    names = ("show", SEARCH, *CHOICES, "after", "before")
    asked = {name: page.get_query_argument(name, "") for name in names} | {AT: at}
    given = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(given)}" if given else ""


ROUTES = [
    (r"/admin/applications", QueuePage),
    (r"/admin/applications/search", SearchHandler),
    (ACCEPT, AcceptHandler),
    (r"/admin/applications/views", ViewHandler),
    (r"/admin/applications/views/remove", RemoveViewHandler),
    (r"/admin/applications\.csv", TableHandler),
]
