"""The staff panel: sign-in, applications, appointments, verification at the window, deliveries."""

from handlers.admin import (
    actions,
    applications,
    appointments,
    deliveries,
    holding,
    home,
    objections,
    queue,
    sign_in,
    verify,
)
from handlers.admin.panel import UnknownPage

ROUTES = [
    *home.ROUTES,
    *sign_in.ROUTES,
    *queue.ROUTES,
    *applications.ROUTES,
    *actions.ROUTES,
    *holding.ROUTES,
    *appointments.ROUTES,
    *objections.ROUTES,
    *verify.ROUTES,
    *deliveries.ROUTES,
    (r"/admin/.*", UnknownPage),
]
