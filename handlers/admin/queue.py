"""The queue of 办件: what waits, how long it still may, and the same as a table to take away (article 10)."""

import csv
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from io import StringIO
from urllib.parse import urlencode

from tornado.iostream import StreamClosedError

from handlers.admin.panel import PanelPage
from handlers.web.staff import needs
from handlers.web.words import standing
from models import typed
from models.applications import CLOSED, SEEN, State
from models.staff.scopes import Scope
from models.store import Document
from models.workdays import Workdays, local, local_date

A_PAGE = 30
A_TABLE = 5000
"""Rows of a table to take away, at most."""
A_CHUNK = 200
FILTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "open": ("待处理", (State.SUBMITTED.value, State.ACCEPTED.value)),
    "submitted": ("待受理", (State.SUBMITTED.value,)),
    "supplement": ("待补正", (State.SUPPLEMENT_REQUESTED.value,)),
    "accepted": ("办理中", (State.ACCEPTED.value,)),
    "closed": ("已结束", CLOSED),
}
COLUMNS = ("流水号", "事项", "申请人", "部门", "提交时间", "最近变动", "期限", "状态", "时限")
SOON = 2
"""Working days before a deadline from which its light is yellow."""


def light(application: Document, now: datetime, calendar: Workdays) -> tuple[str, str]:
    """Colour and words of a deadline: green, yellow, red; none while no clock runs."""
    due: datetime | None = application["due_at"]
    if due is None:
        return "none", "等待申请人" if application["state"] == State.SUPPLEMENT_REQUESTED else ""
    if due < now:
        return "red", "已超期"
    left = calendar.between(local_date(now), local_date(due))
    words = f"剩{left}个工作日" if left else "今天到期"
    return ("green" if left > SOON else "yellow"), words


class QueuePage(PanelPage):
    """GET /admin/applications?show=&q=&after="""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self) -> None:
        shown, states = filter_of(self)
        text = typed.words(self.get_query_argument("q", ""))  # or scanned: a receipt's QR is an address
        after = self.get_query_argument("after", "")
        found = await self.services.applications.queue(
            self.somebody(), SEEN if text else states, A_PAGE + 1, after or None, text
        )
        more = {"show": shown, "q": text, "after": found[A_PAGE - 1]["_id"]} if len(found) > A_PAGE else None
        self.show(
            "admin/queue.html",
            filters=FILTERS,
            shown=shown,
            text_query=text,
            here=way_back(self),
            rows=[
                (one, status_of(one), light(one, self.now, self.services.calendar)) for one in found[:A_PAGE]
            ],
            more=f"/admin/applications?{urlencode(more)}" if more else None,
        )


class TableHandler(PanelPage):
    """GET /admin/applications.csv?show=: what the filter shows, for a spreadsheet."""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self) -> None:
        shown, states = filter_of(self)
        name = f"applications-{shown}-{local(self.now, '%Y%m%d-%H%M')}.csv"
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.set_header("Cache-Control", "no-store")
        self.write("\ufeff" + line(COLUMNS))  # without the mark a spreadsheet takes it for GBK
        count = 0
        with suppress(StreamClosedError):
            async for one in self.services.applications.listed(self.somebody(), states, A_TABLE):
                self.write(line(self.row(one)))
                count += 1
                if count % A_CHUNK == 0:
                    await self.flush()

    def row(self, one: Document) -> Iterable[str]:
        times = (one["submitted_at"], one["changed_at"], one["due_at"])
        yield from (one["serial"], one["item_name"], one["masked_name"], one["department_name"])
        yield from (local(time) if time else "" for time in times)
        yield from (status_of(one), light(one, self.now, self.services.calendar)[1])


def filter_of(page: PanelPage) -> tuple[str, tuple[str, ...]]:
    """The filter that the address names, and the states that it lets through."""
    named = page.get_query_argument("show", "")
    shown = named if named in FILTERS else "open"
    return shown, FILTERS[shown][1]


def way_back(page: PanelPage) -> str:
    """The query that says from which page of the queue one comes; links and forms carry it along."""
    asked = {name: page.get_query_argument(name, "") for name in ("show", "q", "after")}
    given = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(given)}" if given else ""


def status_of(application: Document) -> str:
    return standing(application["state"], (application["result"] or {}).get("decision"))[0]


def line(cells: Iterable[str]) -> str:
    """One line of a table; no cell is taken for a formula."""
    text = StringIO()
    csv.writer(text).writerow(f"'{cell}" if cell.startswith(tuple("=+-@\t\r")) else cell for cell in cells)
    return text.getvalue()


ROUTES = [(r"/admin/applications", QueuePage), (r"/admin/applications\.csv", TableHandler)]
