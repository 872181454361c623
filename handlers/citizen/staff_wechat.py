"""The page in WeChat by which members of the staff bind their own; the panel's QR leads to it."""

from handlers.web.pages import CitizenPage
from handlers.web.visitor import NotSignedIn, signed_in

TOKEN = "([A-Za-z0-9_-]{43})"  # noqa: S105 - the form of one


class StaffWechatPage(CitizenPage):
    """GET and POST /staff-wechat/{token}: says whose working WeChat this will be; who agrees is shown a code
    to enter in the panel."""

    @signed_in
    async def get(self, token: str) -> None:
        invited = await self.services.staff_wechats.invited(token, self.openid(), self.now)
        code = invited.member["department"]
        department = await self.services.departments.get(code) if code else None
        self.set_header("Cache-Control", "no-store")
        self.show("citizen/staff_wechat.html", invited=invited, department=department)

    @signed_in
    async def post(self, token: str) -> None:
        await self.services.staff_wechats.take(token, self.openid(), self.cause())
        self.see_other(self.request.path)

    def openid(self) -> str:
        """Of the official account; who signed in elsewhere signs in again.

        Raises:
            NotSignedIn
        """
        if not (openid := self.signed_in_account().get("openid")):
            raise NotSignedIn
        return openid


ROUTES = [(rf"/staff-wechat/{TOKEN}", StaffWechatPage)]
