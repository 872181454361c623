"""What the sides of a pairing share (models.pairings): the cookie of a screen, the codes that are shown, and
how a page hears what has become of its pairing."""

import asyncio
import json
import re
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any

from tornado.iostream import StreamClosedError

from handlers.web.base import safe_next
from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.protection import Cookie
from models.errors import Forbidden, NotFound
from models.events import Cause
from models.pairings import (
    OPEN,
    Joined,
    Kind,
    Pairing,
    PairingNotFound,
    State,
    Ticket,
    joins_again,
    rung,
    state_at,
)

OPEN_SECONDS = 50.0
"""Of one connection on which changes are told; the browser then opens the next."""
LOOK_SECONDS = 5.0
"""Between two looks at a pairing where nobody rings: its time may be over, or the change stream lost."""
HOW = "(state|events)"
"""The end of an address at which a page hears of its pairing: once, or as long as it listens."""

FOLLOWED = re.compile(f"/(applications/{DOCUMENT_ID}(/form)?|appointments/{DOCUMENT_ID})")
"""The pages of a phone that go on at a kiosk: there at the same address below `/kiosk`."""
NOT_NEXT = ("/kiosk/sign-in", "/kiosk/continue", "/kiosk/end", "/kiosk/pairing", "/sign-in")
"""Where nobody goes on after signing in."""


def at_kiosk(page: str) -> str:
    """Where a kiosk goes on with a page of the phone: its first page where it has no such one."""
    return f"/kiosk{page}" if FOLLOWED.fullmatch(page) else "/kiosk"


def next_page(page: str, home: str) -> str:
    """A page of this site below `home` to go on at; `home` itself where it is no such one."""
    safe = safe_next(page)
    inside = safe == home or safe.startswith((home.rstrip("/") + "/", home + "?"))
    return home if not inside or safe.startswith(NOT_NEXT) or len(safe) > LONGEST_PAGE else safe


LONGEST_PAGE = 500
"""Characters of an address to go on at."""


class PairingScreen(CitizenPage):
    """A page of a screen that is to be signed in: a kiosk, or a PC where `screen_kiosk` is ""."""

    kind = Kind.PC

    @property
    def screen_kiosk(self) -> str:
        return ""

    @property
    def ticket(self) -> Ticket | None:
        return Ticket.read(self.get_cookie(self.cookie(Cookie.PAIRING)))

    async def pairing(self) -> Pairing | None:
        """That of this browser, if it has one."""
        if (ticket := self.ticket) is None:
            return None
        with suppress(NotFound, Forbidden):
            return await self.services.pairings.of_screen(ticket, self.screen_kiosk)
        return None

    async def ask(self, page: str) -> Ticket:
        """Ask for a code; the one before is worth nothing any more.

        Raises:
            TooMany: `too_many_pairings`.
        """
        by, pairings = self.by_screen(), self.services.pairings
        if before := self.ticket:
            await pairings.cancel(before, by)
        ticket = await pairings.ask(self.kind, self.screen_kiosk, page, self.address, by)
        self.keep_ticket(ticket)
        return ticket

    def keep_ticket(self, ticket: Ticket) -> None:
        self.keep_cookie(Cookie.PAIRING, str(ticket))

    def by_screen(self) -> Cause:
        return self.cause(f"kiosk:{self.screen_kiosk}" if self.screen_kiosk else "system")

    async def join(self) -> Joined:
        """Sign this browser in.

        Raises:
            NotFound, Forbidden, Conflict: see `models.pairings.Pairings.join`.
        """
        if (ticket := self.ticket) is None:
            raise PairingNotFound
        joined = await self.services.paired.join(ticket, self.screen_kiosk, self.by_screen())
        self.keep_cookie(self.session_cookie, joined.token)
        self.drop_cookie(Cookie.PAIRING)
        return joined

    def link_of(self, pairing: Pairing) -> str:
        """What the QR of a pairing says: what WeChat gave for it, else the address of its page."""
        pairings = self.services.pairings
        code = pairings.code_of(pairing["_id"])
        return pairings.link_of(pairing) or f"{self.services.site.base_url}/pair/{code}"

    def shown(self, pairing: Pairing | None) -> dict[str, Any]:
        """For the template: the state ("" before there is a pairing), and the seconds that are left of it.
        Who has signed in and did not hear of it is asked to do so once more."""
        if pairing is None:
            return {"pairing": None, "state": "", "left": 0}
        state = state_at(pairing, self.now)
        if state is State.JOINED:
            state = State.AGREED if joins_again(pairing, self.now) else State.ENDED
        left = int((pairing["expires_at"] - self.now).total_seconds()) + 1
        return {"pairing": pairing, "state": state.value, "left": max(1, left) if state in OPEN else 0}


class PairingCode(PairingScreen):
    """GET …/code.png: the QR that this browser's pairing shows."""

    async def get(self) -> None:
        pairing = await self.pairing()
        if pairing is None or state_at(pairing, self.now) is not State.ASKED:
            raise PairingNotFound
        self.picture(self.link_of(pairing), kept=False)


class PairingNews(CitizenPage, ABC):
    """GET …/state tells once how a pairing stands, GET …/events (Server-Sent Events) whenever that changes,
    and at first how it stands now, so that nothing is missed."""

    gone = False

    @abstractmethod
    async def followed(self) -> str:
        """The pairing of whoever asks.

        Raises:
            NotFound, Forbidden
        """

    async def tell_news(self, how: str) -> None:
        key = await self.followed()
        if how == "state":
            return self.tell({"state": await self.state_of(key)})
        return await self.tell_on(key)

    async def state_of(self, key: str) -> str:
        with suppress(NotFound):
            return state_at(await self.services.pairings.get(key), self.services.clock()).value
        return State.ENDED.value

    async def tell_on(self, key: str) -> None:
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")  # a proxy passes each line on at once
        loop, told = asyncio.get_running_loop(), ""
        until = loop.time() + OPEN_SECONDS
        with self.services.pairings.changes.of(key) as bell, suppress(StreamClosedError):
            self.bell = bell
            while not self.gone and loop.time() < until:
                bell.clear()
                state = await self.state_of(key)
                self.write(f"data: {json.dumps({'state': state})}\n\n" if state != told else ":\n\n")
                await self.flush()
                told = state
                await rung(bell, LOOK_SECONDS)

    def on_connection_close(self) -> None:
        self.gone = True
        if bell := getattr(self, "bell", None):
            bell.set()

    def on_finish(self) -> None:
        """How long a page listens says nothing of how fast we answer: it is not counted."""
