"""What could not be sent, for staff to see and send again: nothing fails in silence."""

from handlers.admin.panel import PanelPage
from handlers.base import needs

NOTICES = {
    "code": "验证码",
    "receipt": "申请回执",
    "progress": "进度通知",
    "appointment": "预约通知",
    "rebinding": "转绑提醒",
    "agency": "经办人通知",
    "acceptance": "一站式系统",
    "reviews": "好差评系统",
}
CHANNELS = {"wechat": "微信", "sms": "短信", "government": "政务系统"}


class DeliveriesPage(PanelPage):
    """GET /admin/deliveries"""

    @needs("deliveries:read")
    async def get(self) -> None:
        deliveries = self.services.deliveries
        self.show(
            "admin/deliveries.html",
            failed=await deliveries.failed(),
            waiting=await deliveries.waiting(self.now),
            notices=NOTICES,
            channels=CHANNELS,
        )


class RetryHandler(PanelPage):
    """POST /admin/deliveries/retry"""

    @needs("deliveries:retry")
    async def post(self) -> None:
        await self.services.deliveries.retry(self.get_body_argument("delivery", ""), self.by_member())
        self.see_other("/admin/deliveries")


ROUTES = [(r"/admin/deliveries", DeliveriesPage), (r"/admin/deliveries/retry", RetryHandler)]
