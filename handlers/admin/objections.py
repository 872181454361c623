"""Objections to how a visit was recorded to have ended, for service management to decide (article 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from handlers.admin import lists
from handlers.admin.lists import Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage, doer, doers
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.appointments import DONE, LABELS, OBJECTIONS, Appointment, Ending, Objection, ObjectionState
from models.errors import DomainError
from models.staff import Scope
from models.store import Line
from models.workdays import local

RECORDS = {f"appointment.{ending}" for ending in Ending}


@dataclass(frozen=True)
class Objected:
    """One row: an appointment with its objection, and the name of the member who recorded its ending.

    `chosen` and `reason` were sent with the form that is in hand; None where it is another one.
    """

    appointment: Appointment
    objection: Objection
    recorder: str
    chosen: str | None
    reason: str

    @property
    def visit(self) -> str:
        return f"{local(self.appointment['start'])} {self.appointment['hall_name']}"

    @property
    def recorded(self) -> str:
        """What, when and by whom."""
        line = record_of(self.appointment)
        what = "，".join(filter(None, (DONE[line["what"]], line.get("reason", ""))))
        return f"{what}（{local(line['at'])}，{self.recorder}）"

    @property
    def said(self) -> str:
        return f"{local(self.objection['at'])}：{self.objection['words']}"

    @property
    def open(self) -> bool:
        return self.objection["state"] is ObjectionState.OPEN

    @property
    def decided(self) -> str:
        return "：".join(filter(None, (OBJECTIONS[self.objection["state"]], self.objection["reason"])))


def record_of(appointment: Appointment) -> Line:
    """How its ending was recorded last."""
    return next(line for line in reversed(appointment["timeline"]) if line["what"] in RECORDS)


OBJECTED = PanelList[Objected](
    address="/admin/objections",
    columns=(
        Column("预约", lambda row: row.visit),
        Column("事项", lambda row: row.appointment["item_name"]),
        Column("申请人", lambda row: row.appointment["masked_name"]),
        Column("记录", lambda row: row.recorded),
        Column("异议", lambda row: row.said),
        Column("处理", lambda row: row.decided, part="objection"),
    ),
    filters={
        "open": Filter("待处理", (ObjectionState.OPEN,), empty="没有等待处理的异议。"),
        "decided": Filter("已处理", (ObjectionState.UPHELD, ObjectionState.KEPT)),
    },
    empty="还没有处理过异议。",
    anchor=lambda row: row.appointment["_id"],
)


class DecisionForm(BaseModel):
    decision: Literal["upheld", "kept"]
    reason: str = ""


class ObjectionRows(PanelPage):
    """A page that shows objections as their list does."""

    async def objections(self, found: Sequence[Appointment], acted: str = "") -> list[Objected]:
        """`acted` is the appointment whose form is in hand."""
        called = await self.called(doers(record_of(one) for one in found))
        return [self._row(one, one["objection"], called, acted) for one in found if one["objection"]]

    def _row(
        self, found: Appointment, objection: Objection, called: Mapping[str, str], acted: str
    ) -> Objected:
        recorder = doer(record_of(found), called)
        if found["_id"] != acted:
            return Objected(found, objection, recorder, None, "")
        chosen, reason = (self.get_body_argument(name, "") for name in ("decision", "reason"))
        return Objected(found, objection, recorder, chosen, reason)


class ObjectionsPage(ObjectionRows):
    """GET /admin/objections?show=&after=&before="""

    @needs(Scope.OBJECTIONS_DECIDE)
    async def get(self) -> None:
        await self.page()

    async def page(self, error: DomainError | None = None, acted: str = "") -> None:
        """`acted` is the appointment that `error` is about."""
        member, endings = self.signed_in_member(), self.services.endings
        show = OBJECTED.chosen(self)
        states, latest_first = OBJECTED.filters[show].states, show == "decided"
        page = await endings.objected(
            member, states, lists.ROWS_A_PAGE, latest_first=latest_first, **lists.places(self)
        )
        counts = await lists.counts(
            OBJECTED.filters, lambda key: endings.count_objected(member, OBJECTED.filters[key].states)
        )
        shown = lists.shown(
            OBJECTED,
            await self.objections(page.rows, acted),
            page,
            {"show": show},
            counts=counts,
        )
        self.show("admin/objections.html", listed=shown, error=error)


class DecisionHandler(FormAction, ObjectionsPage):
    """POST /admin/objections/{appointment}/decision"""

    def form_page(self) -> str:
        return "/admin/objections"

    @needs(Scope.OBJECTIONS_DECIDE)
    async def post(self, key: str) -> None:
        filled = self.form(DecisionForm)
        try:
            decided = await self.services.endings.decide(
                key,
                self.signed_in_member(),
                filled.reason,
                self.by_member(),
                upheld=filled.decision == "upheld",
            )
        except DomainError as error:
            return await self.page(error, key)
        said = f"已处理：{decided['masked_name']}，{LABELS[decided['state']]}。"
        return self.see_other(self.form_page(), said)


ROUTES = [
    (r"/admin/objections", ObjectionsPage),
    (rf"/admin/objections/{DOCUMENT_ID}/decision", DecisionHandler),
]
