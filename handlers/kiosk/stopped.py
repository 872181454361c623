"""What a kiosk shows by itself while it is out of service (article 21, item 4)."""

from handlers.kiosk.device import KioskPage


class KioskState(KioskPage):
    """GET /kiosk/state: by which an open page knows that the kiosk has stopped, or serves again."""

    while_stopped = True

    async def get(self) -> None:
        self.tell({"stopped": await self.stop() is not None})


ROUTES = [(r"/kiosk/state", KioskState)]
