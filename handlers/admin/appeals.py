"""Appeals against decisions of the blacklist, for an officer who did not make the decision (article 28)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from handlers.admin import lists
from handlers.admin.bans import SITUATIONS, send_file_of
from handlers.admin.lists import Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.blacklist import (
    APPEAL_STATES,
    Appeal,
    AppealState,
    Ban,
    WantedAppeals,
    is_another,
    is_appealed,
    last_day,
    number_of,
    paper_of,
    status_of,
)
from models.errors import DomainError
from models.staff import Scope
from models.workdays import local

OPEN, DECIDED = (AppealState.OPEN,), (AppealState.KEPT, AppealState.LIFTED)
OUTCOMES: Mapping[AppealState, str] = {
    AppealState.KEPT: "申诉不成立，维持原决定",
    AppealState.LIFTED: "申诉成立，撤销原决定",
}


@dataclass(frozen=True)
class Row:
    ban: Ban
    appeal: Appeal
    now: datetime

    @property
    def due(self) -> str:
        """Until when it is to be answered, or when it was."""
        if self.appeal["decided_at"]:
            return f"{local(self.appeal['decided_at'], '%Y-%m-%d')} 已答复"
        late = "（已超期）" if self.appeal["due_at"] < self.now else ""
        return f"{local(self.appeal['due_at'], '%Y-%m-%d')}{late}"


APPEALS = PanelList[Row](
    address="/admin/appeals",
    columns=(
        Column("决定", lambda row: number_of(row.ban), link=lambda row: f"/admin/appeals/{row.ban['_id']}"),
        Column("申诉人", lambda row: row.ban["masked_name"]),
        Column("情形", lambda row: SITUATIONS[row.ban["ground"]]),
        Column("申诉时间", lambda row: local(row.appeal["at"])),
        Column("答复期限", lambda row: row.due),
        Column("结果", lambda row: APPEAL_STATES[row.appeal["state"]]),
    ),
    filters={
        "open": Filter("待答复", OPEN, empty="没有等待答复的申诉。"),
        "overdue": Filter("已超期", OPEN, empty="没有超期的申诉。"),
        "decided": Filter("已答复", DECIDED),
    },
    empty="还没有答复过申诉。",
)


def wanted(show: str, now: datetime) -> WantedAppeals:
    states = tuple(AppealState(state) for state in APPEALS.filters[show].states)
    return WantedAppeals(states, now if show == "overdue" else None)


class AppealRows(PanelPage):
    """A page that shows appeals as their list does."""

    def appeal_rows(self, found: Sequence[Ban]) -> list[Row]:
        return [Row(one, one["appeal"], self.now) for one in found if one["appeal"]]


class AppealsPage(AppealRows):
    """GET /admin/appeals?show=&after=&before="""

    @needs(Scope.APPEALS_DECIDE)
    async def get(self) -> None:
        store, member, show = self.services.bans, self.signed_in_member(), APPEALS.chosen(self)
        page = await store.appeals(member, wanted(show, self.now), lists.ROWS_A_PAGE, **lists.places(self))
        counts = await lists.counts(
            APPEALS.filters, lambda key: store.count_appeals(member, wanted(key, self.now))
        )
        shown = lists.shown(
            APPEALS,
            self.appeal_rows(page.rows),
            page,
            {"show": show},
            counts=counts,
        )
        self.show("admin/blacklist/appeals.html", listed=shown)


class AppealPage(AppealRows):
    """GET /admin/appeals/{decision}"""

    @needs(Scope.APPEALS_DECIDE)
    async def get(self, key: str) -> None:
        await self.page(key)

    async def page(self, key: str, error: DomainError | None = None) -> None:
        member = self.signed_in_member()
        found = await self.services.appeals.seen(key, member)
        appeal = found["appeal"]
        assert appeal
        waiting = await self.services.bans.appeals(member, wanted("open", self.now), 2)
        made = {*found["proposed_by"], *found["confirmed_by"]}
        self.show(
            "admin/blacklist/appeal.html",
            ban=found,
            appeal=appeal,
            row=Row(found, appeal, self.now),
            path=f"/admin/appeals/{key}",
            paper=paper_of(found),
            ground=SITUATIONS[found["ground"]],
            status=APPEAL_STATES[appeal["state"]],
            standing=status_of(found, self.now),
            last_day=last_day,
            is_open=is_appealed(found),
            may_decide=is_another(made, self.by_member()),
            outcomes=OUTCOMES,
            who=await self.called({*made, *([appeal["decided_by"]] if appeal["decided_by"] else [])}),
            following=next((f"/admin/appeals/{one['_id']}" for one in waiting.rows if one["_id"] != key), ""),
            error=error,
            given=self.given() if error else {},
        )


class VerdictForm(BaseModel):
    decision: Literal["kept", "lifted"]
    reason: str = ""


class VerdictHandler(FormAction, AppealPage):
    """POST /admin/appeals/{decision}/verdict"""

    def form_page(self) -> str:
        return f"/admin/appeals/{self.path_args[0]}"

    @needs(Scope.APPEALS_DECIDE)
    async def post(self, key: str) -> None:
        try:
            filled = self.form(VerdictForm)
            lifted = filled.decision == "lifted"
            member, by = self.signed_in_member(), self.by_member()
            await self.services.appeals.decide(key, member, filled.reason, by, lifted=lifted)
        except DomainError as error:
            return await self.page(key, error)
        said = f"已答复：{OUTCOMES[AppealState(filled.decision)]}，系统会通知本人。"
        return self.see_other(self.form_page(), said)


class AppealFileHandler(PanelPage):
    """GET /admin/appeals/{decision}/files/{file}; each time is on record."""

    @needs(Scope.APPEALS_DECIDE)
    async def get(self, key: str, file: str) -> None:
        await send_file_of(self, await self.services.appeals.seen(key, self.signed_in_member()), file)


ROUTES = [
    ("/admin/appeals", AppealsPage),
    (rf"/admin/appeals/{DOCUMENT_ID}", AppealPage),
    (rf"/admin/appeals/{DOCUMENT_ID}/verdict", VerdictHandler),
    (rf"/admin/appeals/{DOCUMENT_ID}/files/{DOCUMENT_ID}", AppealFileHandler),
]
