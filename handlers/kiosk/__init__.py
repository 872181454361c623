"""自助终端: the full-screen pages of a kiosk (article 23)."""

from handlers.kiosk.pages import ROUTES

__all__ = ["ROUTES"]
