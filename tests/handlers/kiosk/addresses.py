"""The kiosk's pages, taken from its routes: one that is added is tried like the others."""

import re

from handlers.kiosk import ROUTES
from handlers.kiosk.pages import KioskEnd, KioskHome, KioskPage, KioskUnknown
from models.guides import ITEM_CODE
from tests.house.guides import rich_guide

APART = {KioskEnd, KioskHome, KioskUnknown}
"""The home stands first; the others have no page of their own."""


def _is_page(pattern: str, handler: type[KioskPage]) -> bool:
    return handler not in APART and handler.get is not KioskPage.get and not pattern.endswith(r"\.png")


PAGES = (
    "",
    *(
        re.sub("^/kiosk", "", pattern.replace(f"({ITEM_CODE})", rich_guide().item))
        for pattern, handler in ROUTES
        if _is_page(pattern, handler)
    ),
)
"""Addresses below `/kiosk`."""
