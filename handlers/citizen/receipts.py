"""申请回执 and progress: the applicant's own (article 11), and what anybody with the number may see."""

from http import HTTPStatus

from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.progress import public_view
from handlers.web.visitor import bound
from models.applications.receipt import ReceiptNotFound
from models.errors import BadInput, NotFound
from models.typed import narrow


class ReceiptPage(CitizenPage):
    """GET /applications/{id}/receipt"""

    @bound
    async def get(self, key: str) -> None:
        found = await self.services.applications.find(key, self.bound_party())
        if not found["serial"]:
            return self.redirect(f"/applications/{key}")
        receipt = self.services.applications.receipt(found, self.services.site.base_url)
        guide = await self.services.guides.version(found["guide"])
        return self.show(
            "citizen/applications/receipt.html",
            application=found,
            receipt=receipt,
            guide=guide,
            names=await self.names(found),
        )


class ReceiptPicture(CitizenPage):
    """GET /applications/{id}/receipt.png: a QR that shows the receipt to be genuine."""

    @bound
    async def get(self, key: str) -> None:
        found = await self.services.applications.find(key, self.bound_party())
        if not found["serial"]:
            raise ReceiptNotFound
        self.picture(self.services.applications.receipt(found, self.services.site.base_url).verify_url)


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
    (rf"/applications/{DOCUMENT_ID}/receipt", ReceiptPage),
    (rf"/applications/{DOCUMENT_ID}/receipt\.png", ReceiptPicture),
    (r"/progress", ProgressPage),
    (r"/verify/([^/?#]{1,600})", VerifyPage),
]
