"""What could not be sent, for staff to see and send again: nothing fails in silence."""

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.admin.lists import Column, PanelList, Shown
from handlers.admin.panel import FormAction, PanelPage
from handlers.admin.subjects import Subject, subjects
from handlers.web.staff import needs
from models.errors import DomainError
from models.outgoing import Delivery, Spent, Via
from models.outgoing.notices import named
from models.staff import Scope, reaches, scopes_of
from models.workdays import local

PARTS = {"all": "全部短信", "code": "验证码短信", "courtesy": "便民通知短信"}
VIAS = {Via.WECHAT: "微信", Via.SMS: "短信", Via.GOVERNMENT: "政务系统"}
SOON_USED_UP = "用完即停发此类短信，如属正常用量，请运维人员提高额度。"
USED_UP = {
    "all": "短信已停发，回执等法定通知顺延补发；请运维人员尽快提高额度。",
    "code": "已停发验证码，回执等法定通知照常发送，请引导群众到窗口办理。",
    "courtesy": "已停发便民通知，回执等法定通知照常发送。",
}
"""What it means that a part of the day's messages has been sent."""
CODES: Mapping[str, str] = {
    "sms_used_up": "今日此类短信额度已用完",
    "phone_notice_limit": "该号码今日通知短信已达上限",
    "no_answer": "对方系统没有应答",
    "not_json": "对方系统应答有误",
    "internal": "本系统处理出错",
    "signature_invalid": "签名不符，请运维人员核对密钥",
    "40003": "不是本公众号的关注用户",
    "43004": "用户未关注公众号",
    "43019": "用户在公众号黑名单内",
    "43101": "用户拒收消息",
    "45009": "接口调用次数已达上限",
    "45011": "接口调用过于频繁",
    "40164": "本机地址不在微信IP白名单",
    "48001": "公众号没有此接口权限",
    "40013": "公众号AppID有误",
    "40125": "公众号密钥有误",
    "40037": "模板编号有误",
    "47001": "消息格式有误",
    "47003": "内容不符合模板",
    "isv.BUSINESS_LIMIT_CONTROL": "该号码发送过于频繁",
    "isv.AMOUNT_NOT_ENOUGH": "短信账户余额不足",
    "isv.ACCOUNT_ABNORMAL": "短信账户异常",
    "isv.ACCOUNT_NOT_EXISTS": "短信账户不存在",
    "isv.PRODUCT_UN_SUBSCRIPT": "短信服务未开通",
    "isv.PRODUCT_UNSUBSCRIBE": "短信服务未开通",
    "isp.RAM_PERMISSION_DENY": "短信账户没有权限",
    "isv.DENY_IP_RANGE": "本机地址不在短信服务允许范围",
    "isv.DAY_LIMIT_CONTROL": "短信已达日发送上限",
    "isv.MONTH_LIMIT_CONTROL": "短信已达月发送上限",
    "isv.OUT_OF_SERVICE": "短信服务已停机",
    "isv.MOBILE_NUMBER_ILLEGAL": "手机号码无效",
    "isv.BLACK_KEY_CONTROL_LIMIT": "内容含有禁止的词",
    "isv.SMS_SIGNATURE_ILLEGAL": "短信签名未通过审核",
    "isv.SMS_TEMPLATE_ILLEGAL": "短信模板未通过审核",
    "isv.TEMPLATE_MISSING_PARAMETERS": "短信模板缺少变量",
    "isv.TEMPLATE_PARAMS_ILLEGAL": "短信变量内容不合规",
    "isv.PARAM_LENGTH_LIMIT": "短信变量过长",
    "InvalidAccessKeyId.NotFound": "短信账户密钥不存在",
    "SignatureDoesNotMatch": "短信账户密钥有误",
    "Forbidden.RAM": "短信账户没有权限",
}
"""Providers' common codes in words; `wechat_backend.gateways` says what is done about each."""


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
            channels=VIAS,
            meaning=meaning,
            spent=await self.services.sms.spent(self.now),
            closed=await self.services.closures.closed(self.now),
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
        return self.see_other(self.form_page())


def consequence(spent: Spent) -> str:
    """What staff have to know of a part of the day's messages that is nearly or wholly used up."""
    return USED_UP[spent.part] if spent.used_up else SOON_USED_UP


def meaning(code: str) -> str:
    """A provider's code in words, as far as we have any."""
    return "对方系统故障" if code.startswith("http_5") else CODES.get(code, "")


ROUTES = [(r"/admin/deliveries", DeliveriesPage), (r"/admin/deliveries/retry", RetryHandler)]
