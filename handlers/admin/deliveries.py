"""What could not be sent, for staff to see and send again: nothing fails in silence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handlers.admin import lists
from handlers.admin.channels import VIAS, meaning
from handlers.admin.lists import Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage
from handlers.admin.subjects import Subject, subjects
from handlers.web.staff import needs
from models.errors import DomainError
from models.outgoing import Delivery, Spent, Stage
from models.outgoing.notices import named
from models.staff import Scope, reaches
from models.workdays import local

PARTS = {"all": "全部短信", "code": "验证码短信", "courtesy": "便民通知短信"}
SOON_USED_UP = "用完即停发此类短信，如属正常用量，请运维人员提高额度。"
USED_UP = {
    "all": "短信已停发，回执等法定通知顺延补发；请运维人员尽快提高额度。",
    "code": "已停发验证码，回执等法定通知照常发送，请引导群众到窗口办理。",
    "courtesy": "已停发便民通知，回执等法定通知照常发送。",
}
"""What it means that a part of the day's messages has been sent."""


@dataclass(frozen=True)
class Sending:
    """One row: a delivery, and what it is about; `linked` is whether the member may open that."""

    delivery: Delivery
    subject: Subject
    linked: bool

    @property
    def notice(self) -> str:
        name = self.delivery["notice"]
        return named().get(name, name)

    @property
    def code(self) -> str:
        return self.delivery.get("code") or ""

    @property
    def meaning(self) -> str:
        return meaning(self.code)


COLUMNS: tuple[Column[Sending], ...] = (
    Column("内容", lambda row: row.notice),
    Column("对象", lambda row: f"{row.subject.name} {row.subject.number}".strip(), part="subject"),
    Column("渠道", lambda row: VIAS[row.delivery["channel"]]),
    Column("原因", lambda row: f"{row.meaning} {row.code}".strip(), part="reason"),
    Column("次数", lambda row: str(row.delivery["attempts"])),
)
NEXT = Column[Sending]("下次发送", lambda row: local(row.delivery["due_at"], "%Y-%m-%d %H:%M:%S"))
DELIVERIES = PanelList[Sending](
    address="/admin/deliveries",
    columns=COLUMNS,
    filters={
        Stage.FAILED: Filter("发送失败", (), empty="没有发送失败的通知和对接。"),
        Stage.RETRYING: Filter("重试中", (), empty="没有正在重试的通知和对接。"),
        Stage.UNTRIED: Filter("等待发送", (), empty="没有等待发送的通知和对接。"),
    },
    empty="",
)
MORE: Mapping[Stage, Sequence[Column[Sending]]] = {
    Stage.FAILED: (
        Column("时间", lambda row: local(row.delivery["settled_at"]), whole=True),
        Column("操作", lambda _: "", part="retry"),
    ),
    Stage.RETRYING: (NEXT,),
    Stage.UNTRIED: (NEXT,),
}
"""The columns that a filter has besides."""


class DeliveryRows(PanelPage):
    """A page that shows deliveries as their list does."""

    async def sendings(self, found: Sequence[Delivery]) -> list[Sending]:
        about = await subjects(self.services, {one["event"] for one in found})
        return [Sending(one, about[one["event"]], self.may_read(about[one["event"]])) for one in found]

    def may_read(self, subject: Subject) -> bool:
        """Whether the member may open the application that it is about."""
        member = self.signed_in_member()
        return bool(subject.application) and reaches(member, Scope.APPLICATIONS_READ, subject.department)


class DeliveriesPage(DeliveryRows):
    """GET /admin/deliveries?show=&after=&before="""

    @needs(Scope.DELIVERIES_READ)
    async def get(self) -> None:
        await self.page()

    async def page(self, error: DomainError | None = None) -> None:
        sendings, show = self.services.sendings, Stage(DELIVERIES.chosen(self))
        member = self.signed_in_member()
        page = await sendings.page(member, show, lists.ROWS_A_PAGE, **lists.places(self))
        counts = await lists.counts(Stage, lambda stage: sendings.count(member, Stage(stage)))
        compared, unknown = await self.services.reconciled.seen(member)
        self.show(
            "admin/deliveries.html",
            stage=show,
            listed=lists.shown(
                staged(show),
                await self.sendings(page.rows),
                page,
                {"show": show},
                counts=counts,
            ),
            spent=await sendings.spent(member, self.now),
            compared=compared,
            unknown=unknown,
            local=local,
            parts=PARTS,
            consequence=consequence,
            error=error,
        )


def staged(stage: Stage) -> PanelList[Sending]:
    """The list with the columns of a filter."""
    return replace(DELIVERIES, columns=(*COLUMNS, *MORE[stage]))


class RetryHandler(FormAction, DeliveriesPage):
    """POST /admin/deliveries/retry"""

    def form_page(self) -> str:
        return "/admin/deliveries"

    @needs(Scope.DELIVERIES_RETRY)
    async def post(self) -> None:
        try:
            await self.services.sendings.retry(
                self.signed_in_member(), self.get_body_argument("delivery", ""), self.by_member()
            )
        except DomainError as error:
            return await self.page(error)
        return self.see_other(self.form_page(), said="已安排重新发送。")


def consequence(spent: Spent) -> str:
    """What staff have to know of a part of the day's messages that is nearly or wholly used up."""
    return USED_UP[spent.part] if spent.used_up else SOON_USED_UP


ROUTES = [(r"/admin/deliveries", DeliveriesPage), (r"/admin/deliveries/retry", RetryHandler)]
