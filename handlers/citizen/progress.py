"""Progress and 验真 by serial number, for anybody who has it (article 13)."""

from http import HTTPStatus

from handlers.web.pages import CitizenPage
from handlers.web.progress import public_view
from models.errors import BadInput, NotFound
from models.typed import narrow


class ProgressPage(CitizenPage):
    """GET and POST /progress: by serial number, without signing in (article 13)."""

    async def get(self) -> None:
        await self.look(self.get_query_argument("serial", ""))

    async def post(self) -> None:
        await self.look(self.get_body_argument("serial", ""))

    async def look(self, typed: str) -> None:
        if not narrow(typed).strip():
            return self.show("citizen/progress.html", view=None, typed="")
        try:
            view = await public_view(self, typed)
        except (BadInput, NotFound) as error:
            return self.again("citizen/progress.html", error, view=None, typed=typed)
        return self.show("citizen/progress.html", view=view, typed=typed)


class VerifyPage(CitizenPage):
    """GET /verify/{serial}: what scanning the QR of a receipt shows."""

    async def get(self, serial: str) -> None:
        try:
            view = await public_view(self, serial)
        except (BadInput, NotFound):
            self.set_status(HTTPStatus.NOT_FOUND)
            return self.show("citizen/verify.html", view=None, serial=serial)
        return self.show("citizen/verify.html", view=view, serial=view["serial"])


ROUTES = [
    (r"/progress", ProgressPage),
    (r"/verify/([^/?#]{1,600})", VerifyPage),
]
