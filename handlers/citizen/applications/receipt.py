"""申请回执: the applicant's own, and the picture that shows it to be genuine (article 11)."""

from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.visitor import bound
from models.applications.receipt import ReceiptNotFound


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


ROUTES = [
    (rf"/applications/{DOCUMENT_ID}/receipt", ReceiptPage),
    (rf"/applications/{DOCUMENT_ID}/receipt\.png", ReceiptPicture),
]
