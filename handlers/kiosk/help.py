"""呼叫帮助: the button in the foot of every page (article 23.2)."""

from handlers.kiosk.device import KioskPage, ScreenUnknown
from models.errors import DomainError
from models.staff import section_of

WHILE_WAITING = 300
"""Seconds without a touch after which a screen ends at which somebody waits for help."""


class KioskHelp(KioskPage):
    """GET /kiosk/help?part=: what has become of the call, with `part` its words alone, which an open page
    renews; POST calls. It is there also while the kiosk is out of service."""

    while_stopped = True

    async def get(self) -> None:
        if self.kiosk is None:
            return await self.turn_away_screen()
        return await self.show_call(self.kiosk["_id"])

    async def post(self) -> None:
        if self.kiosk is None:
            raise ScreenUnknown
        try:
            await self.services.helping.call(self.kiosk, self.cause(f"kiosk:{self.kiosk['_id']}"))
        except DomainError as error:
            return await self.show_call(self.kiosk["_id"], error)
        return self.see_other("/kiosk/help?part=1" if self.in_part else "/kiosk/help")

    @property
    def in_part(self) -> bool:
        return bool(self.get_query_argument("part", ""))

    async def show_call(self, kiosk: str, error: DomainError | None = None) -> None:
        call = await self.services.help_calls.latest(kiosk, self.now)
        section = section_of(call["section"]) if call else None
        self.screen(
            "help/part.html" if self.in_part else "help/page.html",
            call=call,
            section=section.label if section else "",
            error=error,
            idle=WHILE_WAITING,
        )


ROUTES = [(r"/kiosk/help", KioskHelp)]
