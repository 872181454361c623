"""自助终端: the full-screen pages of a kiosk (article 23). They keep no personal data."""

from handlers.kiosk.device import KioskPage
from handlers.kiosk.reviews import unreviewed
from handlers.web.base import Nowhere
from handlers.web.pages import steps_of
from handlers.web.progress import public_view
from handlers.web.protection import STAYING, Cookie
from models.errors import BadInput, NotFound
from models.guides import ITEM_CODE
from models.pairings import Ticket

MOST_USED = 6
"""Guides on the first page."""


class KioskHome(KioskPage):
    """GET /kiosk: the guides that are asked for most, and for who is signed in what is their own."""

    async def get(self) -> None:
        found = await self.services.search.find(limit=MOST_USED)
        self.screen(
            "home.html",
            most_used=found.guides,
            to_review=len(await unreviewed(self.services, self.party)) if self.party else 0,
            topics=await self.services.search.topics(),
            suspensions=await self.services.announcing.all([self.place]),
        )


class KioskGuides(KioskPage):
    """GET /kiosk/guides?q=&topic="""

    open_to_all = True

    async def get(self) -> None:
        text, topic = self.sought()
        found = await self.services.search.find(text, topic=topic or None)
        self.screen("guides.html", found=found, typed=text, topic=topic, search=self.search)


class KioskGuide(KioskPage):
    """GET /kiosk/guides/{item}?q=&topic=: requirements, process and materials (article 23.4), how to go
    on, and the way back to what it was found by."""

    open_to_all = True

    async def get(self, item: str) -> None:
        guide = await self.services.shown.guides.published(item)
        department = await self.services.shown.departments.get(guide.department)
        self.screen(
            "guide.html",
            guide=guide,
            channel=self.channel,
            search=self.search,
            department=department,
            steps=steps_of(guide),
            places=await self.services.shown.halls.offering(guide.group, guide.places),
        )


class KioskGuideCode(KioskPage):
    """GET /kiosk/guides/{item}/code.png: a QR to go on with this item on one's own phone."""

    open_to_all = True

    async def get(self, item: str) -> None:
        guide = await self.services.shown.guides.published(item)
        self.picture(f"{self.services.site.base_url}/guides/{guide.item}")


class KioskPhone(KioskPage):
    """GET /kiosk/phone: everything else, on one's own phone."""

    async def get(self) -> None:
        self.screen("phone.html")


class KioskPhoneCode(KioskPage):
    """GET /kiosk/phone/code.png"""

    async def get(self) -> None:
        self.picture(f"{self.services.site.base_url}/")


class KioskProgress(KioskPage):
    """GET and POST /kiosk/progress: by serial number (articles 13, 23.6)."""

    async def get(self) -> None:
        self.screen("progress.html", view=None, typed="")

    async def post(self) -> None:
        typed = self.get_body_argument("serial", "")
        try:
            view = await public_view(self, typed)
        except (BadInput, NotFound) as error:
            return self.screen("progress.html", view=None, typed=typed, error=error)
        return self.screen("progress.html", view=view, typed="")


class KioskNotes(KioskPage):
    """GET /kiosk/notes: what to mind when serving oneself (articles 20.7, 23.1)."""

    open_to_all = True

    async def get(self) -> None:
        self.screen("notes.html")


class KioskSettings(KioskPage):
    """POST /kiosk/settings: language and large text, for this session only; they end with it."""

    while_stopped = True

    async def post(self) -> None:
        if language := self.get_body_argument("language", ""):
            self.keep_cookie(Cookie.LANGUAGE, "en" if language == "en" else "zh_CN")
        if elder := self.get_body_argument("elder", ""):
            self.keep_cookie(Cookie.ELDER, "1" if elder == "1" else "0")
        page = self.nearest(self.get_body_argument("next", "/kiosk"))
        self.see_other(page if page.startswith("/kiosk") else "/kiosk")


class KioskEnd(KioskPage):
    """GET /kiosk/end: the session is over; all that the browser keeps goes.

    A link on another site ends nothing, since it may be opened on a person's own phone.
    """

    while_stopped = True

    async def get(self) -> None:
        if self.request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none"):
            await self.wipe()
        self.redirect("/kiosk")

    async def wipe(self) -> None:
        by = self.cause(f"kiosk:{self.kiosk['_id']}" if self.kiosk else "system")
        for kept in (Cookie.PERSON, Cookie.SESSION):  # the second of who left the kiosk's own pages
            if token := self.get_cookie(self.cookie(kept)):
                await self.services.paired.sign_out(token, by)
        if ticket := Ticket.read(self.get_cookie(self.cookie(Cookie.PAIRING))):
            await self.services.pairings.cancel(ticket, by)
        for cookie in Cookie:  # with that of the forms, none of this session can be sent again
            if cookie not in STAYING:
                self.drop_cookie(cookie)
        self.set_header("Clear-Site-Data", '"cache"')  # "storage" would take the device's own key along


class KioskUnknown(Nowhere, KioskPage):
    """Any path of the kiosk that no route knows."""

    open_to_all = True


ROUTES = [
    (r"/kiosk/?", KioskHome),
    (r"/kiosk/guides", KioskGuides),
    (rf"/kiosk/guides/({ITEM_CODE})", KioskGuide),
    (rf"/kiosk/guides/({ITEM_CODE})/code\.png", KioskGuideCode),
    (r"/kiosk/phone", KioskPhone),
    (r"/kiosk/phone/code\.png", KioskPhoneCode),
    (r"/kiosk/progress", KioskProgress),
    (r"/kiosk/notes", KioskNotes),
    (r"/kiosk/settings", KioskSettings),
    (r"/kiosk/end", KioskEnd),
    (r"/kiosk/.*", KioskUnknown),
]
