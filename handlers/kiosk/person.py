"""Somebody who has signed in at this kiosk, with their own phone (articles 23.2 and 23.4).

Their session counts only together with that of the device: elsewhere its token is worth nothing.
"""

from typing import Any
from urllib.parse import urlencode

from handlers.kiosk.device import IDLE_SECONDS, KioskPage
from handlers.web.protection import Cookie
from handlers.web.visitor import NotBound
from models.errors import DomainError


class PersonPage(KioskPage):
    idle_seconds = IDLE_SECONDS

    async def token(self) -> str | None:
        return self.get_cookie(self.cookie(Cookie.SESSION))

    async def prepare(self) -> None:
        await super().prepare()
        if self._finished or self.session is None:
            return
        if self.kiosk and await self.services.paired.holds(self.session, self.kiosk["_id"]):
            await self.services.paired.go_on(self.session, self.cause(self.session["subject"]))
        else:
            self.session = self.account = None

    def get_template_namespace(self) -> dict[str, Any]:
        return super().get_template_namespace() | {"idle": self.idle_seconds}

    def turn_away(self, error: DomainError, page: str) -> None:  # noqa: ARG002
        """To the screen on which one signs in by phone; who is not bound yet is bound on the phone first."""
        if isinstance(error, NotBound):
            return self.screen("unbound.html", error=error)
        if self.request.method != "GET":
            raise error
        return self.redirect(f"/kiosk/sign-in?{urlencode({'next': self.request.uri})}")
