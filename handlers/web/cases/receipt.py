"""申请回执: the applicant's own, and the picture that shows it to be genuine (article 11)."""

from handlers.web.cases.page import CasePage
from handlers.web.visitor import bound


class ReceiptPage(CasePage):
    """GET /applications/{id}/receipt"""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        if not case.application["serial"]:
            return self.redirect(f"{self.root}/{key}")
        return self.show_case(
            "receipt.html",
            case,
            receipt=await self.receipt(case),
            names=await self.names(case.application),
        )


class ReceiptPicture(CasePage):
    """GET /applications/{id}/receipt.png: a QR that shows the receipt to be genuine."""

    @bound
    async def get(self, key: str) -> None:
        self.picture((await self.receipt(await self.load(key))).verify_url)
