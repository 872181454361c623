"""自助终端: the full-screen pages of a kiosk (article 23)."""

from handlers.kiosk import applications, halls, pages, reviews, stopped

ROUTES = [*halls.ROUTES, *stopped.ROUTES, *applications.ROUTES, *reviews.ROUTES, *pages.ROUTES]

__all__ = ["ROUTES"]
