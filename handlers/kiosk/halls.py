"""The places near a kiosk, for who needs another one than that (article 18)."""

from handlers.kiosk.device import STAYS, KioskPage
from handlers.web.places import HALL_CODE, Atlas, as_they_work, at_kiosks, seen
from handlers.web.protection import Cookie
from models.places import shown_first

NEAREST = 6


class KioskPlaces(KioskPage):
    """Where else one can go is shown also while this kiosk is out of service."""

    while_stopped = True


class KioskHalls(KioskPlaces):
    """GET /kiosk/halls?township=&item=: the nearest of the kiosk's own place, those of a township, or those
    where an item is handled."""

    async def get(self) -> None:
        township, own = self.get_query_argument("township", "")[:40], await self.own_place()
        near_own = own is not None and not township
        item = self.get_query_argument("item", "")
        guide = await self.services.shown.guides.published(item) if item else None
        found = await seen(self.services, self.now, own.position if own and near_own else None, guide)
        if own and near_own:
            shown = shown_first([one for one in found if one.hall.code != own.code], NEAREST)
        elif guide:
            shown = found
        else:
            shown = [one for one in found if one.hall.township == township]
        self.screen(
            "halls.html",
            own=own if near_own else None,
            township=township,
            guide=guide,
            townships=sorted({one.hall.township for one in found}),
            places=shown,
            map=Atlas(self, "/kiosk/halls").of(shown or found, own.position if own and near_own else None),
        )


class KioskHall(KioskPlaces):
    """GET /kiosk/halls/{hall}"""

    async def get(self, code: str) -> None:
        hall, own = await self.services.shown.halls.get(code), await self.own_place()
        here = own.position if own and own.code != code else None
        [place] = await as_they_work(self.services, [hall], here, self.now)
        self.screen(
            "hall.html",
            place=place,
            at_kiosks=await at_kiosks(self.services, [place]),
            items=await self.services.shown.guides.at_place(code),
            suspensions=await self.services.announcing.all([code]),
        )


class KioskHallCode(KioskPlaces):
    """GET /kiosk/halls/{hall}/code.png: a QR to go there with one's own phone."""

    async def get(self, code: str) -> None:
        hall = await self.services.shown.halls.get(code)
        self.picture(f"{self.services.site.base_url}/halls/{hall.code}")


class KioskPlace(KioskPlaces):
    """GET /kiosk/place/{hall}: tells a browser that is no kiosk where it stands, once."""

    async def get(self, code: str) -> None:
        hall = await self.services.shown.halls.get(code)
        self.keep_cookie(Cookie.PLACE, hall.code, days=STAYS)
        self.drop_cookie(Cookie.KIOSK)
        self.redirect("/kiosk")


ROUTES = [
    (r"/kiosk/halls", KioskHalls),
    (rf"/kiosk/halls/({HALL_CODE})", KioskHall),
    (rf"/kiosk/halls/({HALL_CODE})/code\.png", KioskHallCode),
    (rf"/kiosk/place/({HALL_CODE})", KioskPlace),
]
