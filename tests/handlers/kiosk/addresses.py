"""The kiosk's pages that need nobody, taken from its routes: one that is added is tried like the others."""

from handlers.kiosk import ROUTES
from handlers.kiosk.device import KioskPage
from handlers.kiosk.halls import KioskPlace
from handlers.kiosk.pages import KioskEnd, KioskHome, KioskUnknown
from handlers.kiosk.pairing import KioskNews
from handlers.kiosk.stopped import KioskState
from handlers.web.places import HALL_CODE
from handlers.web.visitor import Auth
from models.guides import ITEM_CODE
from tests.house.guides import rich_guide
from tests.house.places import HALL

APART = {KioskEnd, KioskHome, KioskPlace, KioskNews, KioskState, KioskUnknown}
"""The home stands first; the others have no page of their own."""


def _is_page(pattern: str, handler: type[KioskPage]) -> bool:
    for_anyone = getattr(handler.get, "who", Auth.ANYONE) is Auth.ANYONE
    shown = handler.get is not KioskPage.get and not pattern.endswith(r"\.png")
    return handler not in APART and for_anyone and shown


def _address(pattern: str) -> str:
    filled = pattern.replace(f"({ITEM_CODE})", rich_guide().item).replace(f"({HALL_CODE})", HALL.code)
    return filled.removeprefix("/kiosk")


PAGES = ("", *(_address(pattern) for pattern, handler in ROUTES if _is_page(pattern, handler)))
"""Addresses below `/kiosk`."""
