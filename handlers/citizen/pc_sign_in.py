"""微信扫码登录: a browser on a PC is signed in by a phone (article 2), which can end it again."""

import re
from urllib.parse import urlencode

from handlers.web.pages import CitizenPage
from handlers.web.pairing import HOW, PairingCode, PairingNews, PairingScreen, next_page
from handlers.web.protection import Cookie
from models.events import Channel
from models.pairings import Kind, PairingNotFound

COMPUTER = re.compile(r"Windows NT|Macintosh|X11;|CrOS")
"""In what browsers of computers call themselves."""


class PcScreen(PairingScreen):
    kind = Kind.PC

    @property
    def on_pc(self) -> bool:
        """Whether the browser is one of a computer and not WeChat's own; a page in the frame of another one
        is shown by that one, as the simulated phone does."""
        framed = self.request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame")
        computer = COMPUTER.search(self.request.headers.get("User-Agent", ""))
        return self.channel is Channel.WEB and computer is not None and not framed

    async def show_code(self, page: str) -> None:
        pairing = await self.pairing()
        self.show("citizen/pc_sign_in.html", next=page, **self.shown(pairing))

    def back_to_code(self) -> str:
        """The page that was asked for, to be signed in for."""
        return next_page(self.get_body_argument("next", "/"), "/")


class PcAsk(PcScreen):
    """POST /sign-in/code: a touch on 「微信扫码登录」, or on 「换一个码」."""

    async def post(self) -> None:
        page = self.back_to_code()
        await self.ask(page)
        self.see_other(f"/sign-in?{urlencode({'next': page})}")


class PcCode(PairingCode):
    """GET /sign-in/code.png"""


class PcJoin(PcScreen):
    """POST /sign-in/join: the phone has given the digits; the browser is signed in."""

    async def post(self) -> None:
        joined = await self.join()
        self.see_other(joined.page)


class PcNews(PcScreen, PairingNews):
    """GET /sign-in/state and /sign-in/events: of the browser's session, or of the code that it shows."""

    async def get(self, how: str) -> None:
        await self.tell_news(how)

    async def followed(self) -> str:
        if self.session and (key := self.session.get("pairing")):
            return key
        if pairing := await self.pairing():
            return pairing["_id"]
        raise PairingNotFound


class SignedOut(CitizenPage):
    """GET /signed-out: the phone has ended the browser's session."""

    async def get(self) -> None:
        if self.account:
            return self.redirect("/")
        self.drop_cookie(Cookie.SESSION)
        return self.show("citizen/signed_out.html")


ROUTES = [
    (r"/signed-out", SignedOut),
    (r"/sign-in/code", PcAsk),
    (r"/sign-in/code\.png", PcCode),
    (r"/sign-in/join", PcJoin),
    (rf"/sign-in/{HOW}", PcNews),
]
