"""How a browser becomes the device of a kiosk (docs/devices.md)."""

from handlers.kiosk.device import KioskPage


class KioskActivation(KioskPage):
    """GET /kiosk/activate: the page's own script makes the key, and sends it with the code that is typed or
    that a link hands over (`#code=`)."""

    while_stopped = True

    async def get(self) -> None:
        self.screen("activate.html")


ROUTES = [(r"/kiosk/activate", KioskActivation)]
