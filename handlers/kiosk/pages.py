"""自助终端: the full-screen pages of a kiosk (article 23). They keep no personal data."""

from urllib.parse import urlencode

import tornado.locale

from handlers.web.base import Nowhere, PageExpired, safe_next
from handlers.web.pages import CitizenPage, steps_of
from handlers.web.places import seen
from handlers.web.progress import public_view
from handlers.web.protection import STAYING, Cookie
from models.errors import BadInput, DomainError, NotFound
from models.events import Channel
from models.guides import ITEM_CODE
from models.kiosks import Stopped
from models.places import Hall, nearest_working

IDLE_SECONDS = 60


class KioskPage(CitizenPage):
    """Nobody signs in here: the next visitor is another person."""

    channel = Channel.KIOSK
    forms_lead_to = ""
    while_stopped = False
    """Whether it is shown also while the kiosk is out of service."""

    async def prepare(self) -> None:
        await super().prepare()
        if not self._finished and not self.while_stopped and (stop := await self.stop()):
            await self.show_stop(stop)

    async def own_place(self) -> Hall | None:
        """A kiosk stands at a place, which its browser was told once (`/kiosk/place/{hall}`); None if it was
        told none, or one that is gone."""
        code = self.get_cookie(self.cookie(Cookie.PLACE))
        found = await self.services.halls.those([code]) if code else []
        return found[0] if found else None

    async def stop(self) -> Stopped | None:
        """Why this kiosk does not serve; None while it does, and where the browser knows no place."""
        place = self.get_cookie(self.cookie(Cookie.PLACE))
        kiosk = self.get_cookie(self.cookie(Cookie.KIOSK), "")
        return await self.services.announcing.stopped(place, kiosk) if place else None

    async def show_stop(self, stop: Stopped) -> None:
        """In place of the service: why, until when, and where one can go instead."""
        own = await self.own_place()
        found = await seen(self.services, self.now, own.position) if own else []
        others = [one for one in found if own and one.hall.code != own.code]
        self.screen(
            "stopped.html",
            stop=stop,
            own=next((one for one in found if one not in others), None),
            near=nearest_working(others),
        )

    async def token(self) -> str | None:
        return None

    def get_user_locale(self) -> tornado.locale.Locale:
        """Chinese, until the visitor asks for English: the browser is the kiosk's, not the visitor's."""
        return tornado.locale.get(self.get_cookie(self.cookie(Cookie.LANGUAGE), "zh_CN"))

    def write_domain_error(self, error: DomainError) -> None:
        if isinstance(error, PageExpired):  # of the person before: the next one begins anew
            return self.see_other("/kiosk/end")
        return self.screen("error.html", error=error)

    def sought(self) -> tuple[str, str]:
        """The words and the topic by which guides are looked for; both may be empty."""
        return self.get_query_argument("q", "")[:40], self.get_query_argument("topic", "")[:40]

    @property
    def search(self) -> str:
        """The query of an address that looks for the same once more."""
        words = {name: sought for name, sought in zip(("q", "topic"), self.sought(), strict=True) if sought}
        return f"?{urlencode(words)}" if words else ""

    def screen(self, template: str, **values: object) -> None:
        self.show(f"kiosk/{template}", **{"idle": IDLE_SECONDS, **values})


class KioskHome(KioskPage):
    """GET /kiosk"""

    async def get(self) -> None:
        place = self.get_cookie(self.cookie(Cookie.PLACE))
        self.screen(
            "home.html",
            topics=await self.services.search.topics(),
            suspensions=await self.services.announcing.all([place]) if place else [],
        )


class KioskGuides(KioskPage):
    """GET /kiosk/guides?q=&topic="""

    async def get(self) -> None:
        text, topic = self.sought()
        found = await self.services.search.find(text, topic=topic or None)
        self.screen("guides.html", found=found, typed=text, topic=topic, search=self.search)


class KioskGuide(KioskPage):
    """GET /kiosk/guides/{item}?q=&topic=: requirements, process and materials (article 23.4), how to go
    on, and the way back to what it was found by."""

    async def get(self, item: str) -> None:
        guide = await self.services.guides.published(item)
        department = await self.services.departments.get(guide.department)
        self.screen(
            "guide.html",
            guide=guide,
            search=self.search,
            department=department,
            steps=steps_of(guide),
            places=await self.services.halls.offering(guide.group, guide.places),
        )


class KioskGuideCode(KioskPage):
    """GET /kiosk/guides/{item}/code.png: a QR to go on with this item on one's own phone."""

    async def get(self, item: str) -> None:
        guide = await self.services.guides.published(item)
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

    async def get(self) -> None:
        self.screen("notes.html")


class KioskLanguage(KioskPage):
    """POST /kiosk/language: for this session only; it ends with it."""

    while_stopped = True

    async def post(self) -> None:
        chosen = "en" if self.get_body_argument("language", "") == "en" else "zh_CN"
        self.keep_cookie(Cookie.LANGUAGE, chosen)
        page = safe_next(self.get_body_argument("next", "/kiosk"))
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
        if token := self.get_cookie(self.cookie(Cookie.SESSION)):  # the visitor left the kiosk's own pages
            await self.services.sessions.close(token)
        for cookie in Cookie:  # with that of the forms, none of this session can be sent again
            if cookie not in STAYING:
                self.drop_cookie(cookie)
        self.set_header("Clear-Site-Data", '"cache"')  # "storage" would take the device's own key along


class KioskUnknown(Nowhere, KioskPage):
    """Any path of the kiosk that no route knows."""


ROUTES = [
    (r"/kiosk/?", KioskHome),
    (r"/kiosk/guides", KioskGuides),
    (rf"/kiosk/guides/({ITEM_CODE})", KioskGuide),
    (rf"/kiosk/guides/({ITEM_CODE})/code\.png", KioskGuideCode),
    (r"/kiosk/phone", KioskPhone),
    (r"/kiosk/phone/code\.png", KioskPhoneCode),
    (r"/kiosk/progress", KioskProgress),
    (r"/kiosk/notes", KioskNotes),
    (r"/kiosk/language", KioskLanguage),
    (r"/kiosk/end", KioskEnd),
    (r"/kiosk/.*", KioskUnknown),
]
