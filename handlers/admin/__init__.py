"""The staff panel: sign-in, applications, appointments, verification at the window, deliveries."""

from handlers.admin import applications, appointments, deliveries, home, sign_in, verify

ROUTES = [
    *home.ROUTES,
    *sign_in.ROUTES,
    *applications.ROUTES,
    *appointments.ROUTES,
    *verify.ROUTES,
    *deliveries.ROUTES,
]
