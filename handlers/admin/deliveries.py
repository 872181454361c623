"""What could not be sent, for staff to see and send again: nothing fails in silence."""

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.admin.channels import VIAS, meaning
from handlers.admin.lists import Column, PanelList, Shown
from handlers.admin.panel import FormAction, PanelPage
from handlers.admin.subjects import Subject, subjects
from handlers.web.staff import needs
from models.errors import DomainError
from models.outgoing import Delivery, Spent
from models.outgoing.notices import named
from models.staff import Scope, reaches, scopes_of
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
FAILED = PanelList[Sending](
    address="/admin/deliveries",
    columns=(
        *COLUMNS,
        Column("时间", lambda row: local(row.delivery["settled_at"])),
        Column("操作", lambda _: "", part="retry"),
    ),
    empty="没有发送失败的记录。",
)
RETRYING = PanelList[Sending](
    address="/admin/deliveries",
    columns=(*COLUMNS, Column("下次发送", lambda row: local(row.delivery["due_at"], "%Y-%m-%d %H:%M:%S"))),
    empty="没有正在重试的记录。",
)


class DeliveriesPage(PanelPage):
    """GET /admin/deliveries"""

    @needs(Scope.DELIVERIES_READ)
    async def get(self) -> None:
        await self.page()

    async def page(self, error: DomainError | None = None) -> None:
        deliveries = self.services.deliveries
        failed, retrying = await deliveries.failed(), await deliveries.retrying()
        about = await subjects(self.services, {one["event"] for one in (*failed, *retrying)})
        self.show(
            "admin/deliveries.html",
            failed=Shown(FAILED, self.rows(failed, about)),
            retrying=Shown(RETRYING, self.rows(retrying, about)),
            waiting=await deliveries.waiting(self.now),
            spent=await self.services.sms.spent(self.now),
            parts=PARTS,
            consequence=consequence,
            error=error,
        )

    def rows(self, found: list[Delivery], about: Mapping[str, Subject]) -> list[Sending]:
        return [Sending(one, about[one["event"]], self.may_read(about[one["event"]])) for one in found]

    def may_read(self, subject: Subject) -> bool:
        """Whether the member may open the application that it is about."""
        member = self.signed_in_member()
        allowed = bool(subject.application) and Scope.APPLICATIONS_READ in scopes_of(member)
        return allowed and reaches(member, Scope.APPLICATIONS_READ, subject.department)


class RetryHandler(FormAction, DeliveriesPage):
    """POST /admin/deliveries/retry"""

    def form_page(self) -> str:
        return "/admin/deliveries"

    @needs(Scope.DELIVERIES_RETRY)
    async def post(self) -> None:
        try:
            await self.services.deliveries.retry(self.get_body_argument("delivery", ""), self.by_member())
        except DomainError as error:
            return await self.page(error)
        return self.see_other(self.form_page(), said="已安排重新发送。")


def consequence(spent: Spent) -> str:
    """What staff have to know of a part of the day's messages that is nearly or wholly used up."""
    return USED_UP[spent.part] if spent.used_up else SOON_USED_UP


ROUTES = [(r"/admin/deliveries", DeliveriesPage), (r"/admin/deliveries/retry", RetryHandler)]
