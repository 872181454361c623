"""The notice 「暂停服务」 of a kiosk on paper, for a screen that is dark (article 21, item 4)."""

from base64 import b64encode

from handlers.admin.panel import PanelPage
from handlers.web.pages import DOCUMENT_ID
from handlers.web.qr import qr_png
from handlers.web.staff import needs
from models.kiosks import Kiosk, stop_of
from models.kiosks.rules import KioskMovedOn
from models.staff import Scope


def can_be_hung(kiosk: Kiosk) -> bool:
    """Whether it stands in a hall, and is out of service or will be."""
    return kiosk["hall"] is not None and (kiosk["suspension"] is not None or stop_of(kiosk) is not None)


class NoticePage(PanelPage):
    """GET /admin/kiosks/{id}/notice"""

    @needs(Scope.KIOSKS_READ)
    async def get(self, key: str) -> None:
        found = await self.services.kiosk_lists.seen(key, self.signed_in_member())
        if not can_be_hung(found):
            raise KioskMovedOn
        hall = await self.services.halls.get(found["hall"] or "")
        near = await self.services.announcing.on_paper(found, hall, self.now)
        address = f"{self.services.site.base_url}/halls/{near.hall.code}" if near else ""
        code = b64encode(qr_png(address)).decode() if near else ""
        self.show(
            "admin/kiosks/notice.html",
            kiosk=found,
            path=f"/admin/kiosks/{key}",
            told=found["suspension"],
            hall=hall,
            department=await self.services.departments.get(found["department"]),
            near=near,
            qr=f"data:image/png;base64,{code}",
        )


ROUTES = [(rf"/admin/kiosks/{DOCUMENT_ID}/notice", NoticePage)]
