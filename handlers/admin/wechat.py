"""A member's own WeChat: a QR, and the code that the phone shows; unbound again."""

from base64 import b64encode

from handlers.admin.panel import FormAction, PersonalPage
from handlers.web.qr import qr_png
from handlers.web.staff import needs
from models.errors import DomainError
from models.staff import can_link

PAGE = "/admin/account/wechat"


class WechatPage(PersonalPage):
    """GET and POST /admin/account/wechat"""

    @needs()
    async def get(self) -> None:
        self.page()

    @needs()
    async def post(self) -> None:
        """The code that the phone shows."""
        code, by = self.get_body_argument("code", ""), self.by_member()
        try:
            await self.services.staff_wechats.finish(self.signed_in_member(), code, by)
        except DomainError as error:
            return self.page(error)
        return self.see_other("/admin/account", said="已绑定您的微信。")

    def page(self, error: DomainError | None = None, picture: str = "") -> None:
        """`picture` is the QR, which is shown once: nobody keeps what it says."""
        self.show(
            "admin/account/wechat_form.html",
            error=error,
            picture=picture,
            begun=bool(picture) or can_link(self.signed_in_member(), self.now),
        )


class BeginWechatHandler(FormAction, WechatPage):
    """POST /admin/account/wechat/begin: show a QR; another one of before is void."""

    def form_page(self) -> str:
        return PAGE

    @needs()
    async def post(self) -> None:
        token = await self.services.staff_wechats.begin(self.signed_in_member(), self.by_member())
        address = f"{self.services.site.base_url}/staff-wechat/{token}"
        self.set_header("Cache-Control", "no-store")
        self.page(picture=b64encode(qr_png(address)).decode())


class RemoveWechatHandler(FormAction, PersonalPage):
    """POST /admin/account/wechat/remove"""

    def form_page(self) -> str:
        return "/admin/account"

    @needs()
    async def post(self) -> None:
        await self.services.staff_wechats.remove(self.signed_in_member(), self.by_member())
        self.see_other("/admin/account", said="已解除微信绑定。")


ROUTES = [
    (PAGE, WechatPage),
    (f"{PAGE}/begin", BeginWechatHandler),
    (f"{PAGE}/remove", RemoveWechatHandler),
]
