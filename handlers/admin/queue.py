"""The queue of 办件: what waits, how long it still may, and the same as a table to take away (article 10)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from handlers.admin import lists
from handlers.admin.lists import Column, Filter, PanelList, Shown
from handlers.admin.panel import PanelPage
from handlers.web.staff import needs
from models import typed
from models.applications import (
    CLOCKED,
    CLOSED,
    SEEN,
    Application,
    Light,
    State,
    accepted_by_silence,
    status_of,
    time_left,
)
from models.staff import Scope
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
            words = "已超期"
        case _:
            words = f"剩{left.days}个工作日" if left.days else "今天到期"
    if due and left.light is not Light.RED:
        words = page.expected_mark(local_date(due)) + words
    return left.light.value, words


@dataclass(frozen=True)
class Waiting:
    """One row: an application, its deadline as a date and as a light, and the queue to come back to."""

    application: Application
    due: str
    light: tuple[str, str]
    way_back: str = ""


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
        Column("提交时间", lambda row: moment(row.application["submitted_at"])),
        Column("最近变动", lambda row: moment(row.application["changed_at"]), on_page=False),
        Column("期限", lambda row: row.due, on_page=False),
        Column("状态", lambda row: status_for_staff(row.application)),
        Column("时限", lambda row: row.light[1], part="light"),
    ),
    filters={
        "mine": Filter(
            "待我处理",
            CLOCKED,
            mine=True,
            empty="没有等您处理的办件；其他人正在处理的，请看“全部待处理”。",
        ),
        "open": Filter("全部待处理", CLOCKED),
        "generated": Filter("待到场交件", (State.GENERATED.value,)),
        "submitted": Filter("待受理", (State.SUBMITTED.value,)),
        "supplement": Filter("待补正", (State.SUPPLEMENT_REQUESTED.value,)),
        "accepted": Filter("办理中", (State.ACCEPTED.value,)),
        "paused": Filter("特别程序", (State.PAUSED.value,)),
        "closed": Filter("已结束", CLOSED),
    },
    empty="这里没有办件。",
    not_found="没有找到这个流水号的办件，请核对后再试。",
    export=True,
)


class QueuePage(PanelPage):
    """GET /admin/applications?show=&q=&after="""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self) -> None:
        chosen = QUEUE.chosen(self)
        text = typed.words(self.get_query_argument("q", ""))  # or scanned: a receipt's QR is an address
        after = self.get_query_argument("after", "")
        states, mine = (SEEN, False) if text else (QUEUE.filters[chosen].states, QUEUE.filters[chosen].mine)
        page, further = await self.services.handling.page(
            self.signed_in_member(), states, lists.ROWS_A_PAGE, after, mine=mine, text=text
        )
        rows = [self.row(one, way_back(self)) for one in page]
        more = QUEUE.at(show=chosen, q=text, after=further) if further else ""
        self.show(
            "admin/queue.html",
            text_query=text,
            listed=Shown(QUEUE, rows, "" if text else chosen, bool(text), more),
        )

    def row(self, one: Application, back: str = "") -> Waiting:
        due = self.day_due(one["due_at"], "%Y-%m-%d %H:%M") if one["due_at"] else ""
        return Waiting(one, due, light(one, self), back)


class TableHandler(QueuePage):
    """GET /admin/applications.csv?show=: what the filter shows, for a spreadsheet."""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self) -> None:
        await QUEUE.take_away(self, self.rows(QUEUE.filters[QUEUE.chosen(self)]))

    async def rows(self, chosen: Filter) -> AsyncIterator[Waiting]:
        async for one in self.services.handling.listed(
            self.signed_in_member(), chosen.states, lists.ROWS_A_TABLE, mine=chosen.mine
        ):
            yield self.row(one)


def way_back(page: PanelPage) -> str:
    """The query that says from which page of the queue one comes; links and forms carry it along."""
    asked = {name: page.get_query_argument(name, "") for name in ("show", "q", "after")}
    given = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(given)}" if given else ""


ROUTES = [(r"/admin/applications", QueuePage), (r"/admin/applications\.csv", TableHandler)]
