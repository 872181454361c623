"""自助终端: the full-screen pages of a kiosk (article 23)."""

from handlers.kiosk import activation, halls, pages, pairing, stopped

ROUTES = [*activation.ROUTES, *halls.ROUTES, *stopped.ROUTES, *pairing.ROUTES, *pages.ROUTES]

__all__ = ["ROUTES"]
