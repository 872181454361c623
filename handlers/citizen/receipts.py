"""申请回执 and progress: the applicant's own (article 11), and what anybody with the number may see."""

from http import HTTPStatus

from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.visitor import bound
from models.applications import check_serial
from models.errors import BadInput, NotFound
from models.store import Document
from models.typed import narrow


class ReceiptNotFound(NotFound):
    code = "receipt_not_found"
    message = "申请尚未提交，还没有回执"


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


async def public_view(page: CitizenPage, typed: str) -> Document:
    """What anybody who has the serial number may see, masked.

    Raises:
        BadInput: `serial_invalid`.
        NotFound
    """
    applications = page.services.applications
    found = await applications.by_serial(check_serial(typed))
    names, view = await page.names(found), applications.public_view(found)
    return view | {
        "item": names.get(found["guide"], view["item"]),
        "department": names.get(found["department"], view["department"]),
    }


ROUTES = [
    (rf"/applications/{DOCUMENT_ID}/receipt", ReceiptPage),
    (rf"/applications/{DOCUMENT_ID}/receipt\.png", ReceiptPicture),
    (r"/progress", ProgressPage),
    (r"/verify/([^/?#]{1,600})", VerifyPage),
]
