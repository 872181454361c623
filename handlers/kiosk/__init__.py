"""自助终端: the full-screen pages of a kiosk (article 23)."""

from handlers.kiosk import applications, halls, pages, stopped

ROUTES = [*halls.ROUTES, *stopped.ROUTES, *applications.ROUTES, *pages.ROUTES]

__all__ = ["ROUTES"]
