"""What every page of a kiosk knows: at which kiosk it is shown, as the device has shown with its key
(docs/devices.md), and whether that one serves."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import tornado.locale

from handlers.web.base import PageExpired
from handlers.web.pages import CitizenPage
from handlers.web.places import seen
from handlers.web.protection import Cookie
from models.errors import DomainError, Forbidden
from models.events import Channel
from models.kiosks import Kiosk, Stopped, stop_of
from models.places import Hall, Near, nearest_working

IDLE_SECONDS = 60
STAYS = 3650
"""Days that the browser of a kiosk knows its place."""


class ScreenUnknown(Forbidden):
    """The browser does not stand at a kiosk, as far as it can show."""

    code = "kiosk_unknown"
    message = "此屏幕还没有激活为自助终端"


class KioskPage(CitizenPage):
    """A person is signed in here by their phone alone, for as long as they stand here (models.pairings).
    `kiosk` is the one at which the browser stands; it is None only on a page that is `open_to_all` or shown
    `while_stopped`."""

    channel = Channel.KIOSK
    forms_lead_to = ""
    session_cookie = Cookie.PERSON
    kiosk: Kiosk | None = None
    while_stopped = False
    """Whether it is shown also while the kiosk is out of service, or is none any more."""
    open_to_all = False
    """Whether it is shown also in a browser that is no kiosk: what it says is public."""

    async def prepare(self) -> None:
        await super().prepare()
        if self.session:
            await self.services.paired.go_on(self.session, self.cause())
        if self.account:
            await self.find_whose()
        if self.while_stopped:
            return
        if stop := await self.stop():
            await self.show_stop(stop)
        elif self.kiosk is None:
            await self.turn_away_screen()

    async def find_whose(self) -> None:
        """For whom somebody is signed in: nobody where the account is not bound yet, or acts for a body that
        has dismissed it."""
        with suppress(Forbidden):
            self.party = await self.find_party()

    async def at_kiosk(self) -> str:
        await self.find_kiosk()
        return self.kiosk["_id"] if self.kiosk else ""

    async def find_kiosk(self) -> None:
        """Which kiosk and which place it is stays known, to be said when it is a kiosk no more."""
        token = self.get_cookie(self.cookie(Cookie.DEVICE_SESSION))
        self.kiosk = await self.services.kiosk_sessions.find(token, self.now) if token else None
        known = (
            {Cookie.KIOSK: self.kiosk["_id"], Cookie.PLACE: self.kiosk["hall"] or ""} if self.kiosk else {}
        )
        for cookie, value in known.items():
            if self.get_cookie(self.cookie(cookie), "") != value:
                self.keep_cookie(cookie, value, days=STAYS)

    @property
    def place(self) -> str:
        """The code of the hall in which the browser stands: its kiosk's, else what it was told once
        (`/kiosk/place/{hall}`); empty if it was told none."""
        if self.kiosk:
            return self.kiosk["hall"] or ""
        return self.get_cookie(self.cookie(Cookie.PLACE), "")

    async def own_place(self) -> Hall | None:
        """None where the browser knows no place, or one that is gone."""
        found = await self.services.halls.those([self.place]) if self.place else []
        return found[0] if found else None

    async def stop(self) -> Stopped | None:
        """Why this kiosk does not serve; None while it does, and where the browser knows no place."""
        if self.kiosk:
            return stop_of(self.kiosk)
        before = self.get_cookie(self.cookie(Cookie.KIOSK), "")
        return await self.services.announcing.stopped(self.place, before) if self.place else None

    async def was_revoked(self) -> bool:
        """Whether the browser was that of a kiosk which has no device now."""
        before = self.get_cookie(self.cookie(Cookie.KIOSK), "")
        kiosk = await self.services.kiosks.find(before) if before else None
        return kiosk is not None and "device_key" not in kiosk

    async def show_stop(self, stop: Stopped) -> None:
        """In place of the service: why, until when, and where one can go instead."""
        own, near = await self.around()
        self.screen("stopped.html", stop=stop, own=own, near=near)

    async def turn_away_screen(self) -> None:
        """In place of what is not open to all: that this is no kiosk, and where one can go instead. One whose
        key was revoked shows nothing else."""
        revoked = await self.was_revoked()
        if revoked or not self.open_to_all:
            _, near = await self.around()
            self.screen("unknown.html", error=ScreenUnknown(), revoked=revoked, near=near)

    async def around(self) -> tuple[Near | None, Near | None]:
        """The place of the browser, and the nearest other one where something works."""
        own = await self.own_place()
        found = await seen(self.services, self.now, own.position if own else None) if own else []
        others = [one for one in found if own and one.hall.code != own.code]
        return next((one for one in found if one not in others), None), nearest_working(others)

    async def token(self) -> str | None:
        return await super().token() if self.kiosk else None

    @property
    def return_to(self) -> str:
        """This page, or what is nearest above the address of a form: no page says here which one it was."""
        return self.nearest(str(self.request.uri))

    def get_template_namespace(self) -> dict[str, Any]:
        return super().get_template_namespace() | {"kiosk": self.kiosk}

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
