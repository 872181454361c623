"""自助终端: the full-screen pages of a kiosk (article 23)."""

from handlers.kiosk import (
    activation,
    applications,
    appointments,
    halls,
    pages,
    pairing,
    reviews,
    stopped,
)
from handlers.kiosk import help as helping

ROUTES = [
    *activation.ROUTES,
    *halls.ROUTES,
    *helping.ROUTES,
    *stopped.ROUTES,
    *pairing.ROUTES,
    *applications.ROUTES,
    *appointments.ROUTES,
    *reviews.ROUTES,
    *pages.ROUTES,
]

__all__ = ["ROUTES"]
