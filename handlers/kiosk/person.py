"""What is for somebody who has signed in at this kiosk with their phone (articles 23.3 to 23.7)."""

from typing import Any
from urllib.parse import urlencode

from handlers.kiosk.device import IDLE_SECONDS, KioskPage
from handlers.web.visitor import NotBound
from models.errors import DomainError


class PersonPage(KioskPage):
    idle_seconds = IDLE_SECONDS

    def get_template_namespace(self) -> dict[str, Any]:
        return super().get_template_namespace() | {"idle": self.idle_seconds}

    def picture(self, url: str, *, kept: bool = True) -> None:  # noqa: ARG002
        """Never kept: what it leads to is this person's."""
        super().picture(url, kept=False)

    def turn_away(self, error: DomainError, page: str) -> None:  # noqa: ARG002
        """To the screen on which one signs in by phone; who is not bound yet is bound on the phone first."""
        if isinstance(error, NotBound):
            return self.screen("unbound.html", error=error)
        if self.request.method != "GET":
            raise error
        return self.redirect(f"/kiosk/sign-in?{urlencode({'next': self.request.uri})}")
