"""Signing in at a kiosk by one's phone, both ways: the phone scans what the kiosk shows, or the kiosk takes
what the phone offers."""

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode

from handlers.kiosk.device import IDLE_SECONDS, KioskPage
from handlers.web.pairing import HOW, PairingCode, PairingScreen, ScreenNews, next_page
from models.concurrency import wait_at_most
from models.errors import DomainError, Unavailable
from models.pairings import (
    OVER,
    TO_SCAN,
    Kind,
    PairingForPhone,
    PairingNotFound,
    PairingTaken,
    ShortMalformed,
    Ticket,
    TooManyPairings,
    scene_of,
)

PATIENCE = 3.0
"""Seconds that somebody who stands there waits for WeChat's QR; the plain one is as good for who follows."""


NOT_TAKEN: tuple[type[DomainError], ...] = (
    *OVER.values(),
    PairingForPhone,
    PairingNotFound,
    PairingTaken,
    ShortMalformed,
    TooManyPairings,
)
FAULTS: Mapping[str, type[DomainError]] = {fault.code: fault for fault in NOT_TAKEN}
"""Why a code is not taken, by what the address of the page says."""


class KioskScreen(PairingScreen, KioskPage):
    kind = Kind.KIOSK

    @property
    def screen_kiosk(self) -> str:
        return self.kiosk["_id"] if self.kiosk else ""


class KioskSignIn(KioskScreen):
    """GET /kiosk/sign-in?next=: what the pairing of this browser has come to; a touch asks for a code."""

    async def get(self) -> None:
        page = next_page(self.get_query_argument("next", "/kiosk"), "/kiosk")
        if self.account:
            self.redirect(page)
            return
        pairing = await self.pairing()
        by_message = pairing is not None and self.services.pairings.link_of(pairing) != ""
        shown = self.shown(pairing)
        idle = IDLE_SECONDS + shown["left"]  # who is busy with the phone does not touch the screen
        self.screen("sign_in.html", next=page, by_message=by_message, idle=idle, **shown)


class KioskAsk(KioskScreen):
    """POST /kiosk/sign-in/code: somebody has touched 「微信扫码登录」. WeChat is asked for a code of its own,
    which brings a newcomer to the account; without one the QR is the plain address."""

    async def post(self) -> None:
        page = next_page(self.get_body_argument("next", "/kiosk"), "/kiosk")
        ticket, pairings = await self.ask(page), self.services.pairings
        with suppress(Unavailable, TimeoutError):
            scene = scene_of(pairings.code_of(ticket.key))
            asked = self.services.scenes.scene_code(scene, round(TO_SCAN.total_seconds()))
            await pairings.show(ticket.key, await wait_at_most(PATIENCE, asked))
        self.see_other(f"/kiosk/sign-in?{urlencode({'next': page})}")


class KioskCode(KioskScreen, PairingCode):
    """GET /kiosk/sign-in/code.png"""


class KioskJoin(KioskScreen):
    """POST /kiosk/sign-in/join: the phone has given the digits."""

    async def post(self) -> None:
        self.see_other(await self.join())


class KioskContinue(KioskScreen):
    """GET and POST /kiosk/continue: by the six digits that a phone shows, or by its QR at the scanner. The
    browser has a secret before it sends them, by which it is known when it sends them again. What was wrong
    with them is said by a page of its own (`?fault=`), which can be asked for again."""

    async def get(self) -> None:
        if self.ticket is None:
            self.keep_ticket(Ticket.new())  # of no pairing yet
        fault = FAULTS.get(self.get_query_argument("fault", ""))
        self.screen("continue.html", fault=fault)

    async def post(self) -> None:
        try:
            given = self.get_body_argument("code", "")
            secret = (self.ticket or Ticket.new()).secret
            ticket = await self.services.pairings.take(given, secret, self.screen_kiosk, self.by_screen())
        except NOT_TAKEN as error:
            return self.see_other(f"/kiosk/continue?{urlencode({'fault': error.code})}")
        if before := await self.token():  # of somebody else, perhaps, who has left without an end
            await self.services.paired.sign_out(before, self.by_screen())
            self.drop_cookie(self.session_cookie)
        self.keep_ticket(ticket)
        return self.see_other("/kiosk/sign-in")


class KioskNews(KioskScreen, ScreenNews):
    """GET /kiosk/pairing/state and /kiosk/pairing/events: of the code that is shown, or of who is signed
    in."""


ROUTES = [
    (r"/kiosk/sign-in", KioskSignIn),
    (r"/kiosk/sign-in/code", KioskAsk),
    (r"/kiosk/sign-in/code\.png", KioskCode),
    (r"/kiosk/sign-in/join", KioskJoin),
    (r"/kiosk/continue", KioskContinue),
    (rf"/kiosk/pairing/{HOW}", KioskNews),
]
