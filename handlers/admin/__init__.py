"""The staff panel: sign-in, applications, appointments, verification at the window, deliveries,
members of the staff, and one's own account."""

from handlers.admin import (
    absences,
    account,
    actions,
    applications,
    appointments,
    deliveries,
    files,
    holding,
    home,
    members,
    objections,
    phone,
    queue,
    servings,
    sign_in,
    verify,
    wechat,
)
from handlers.admin.panel import UnknownPage

ROUTES = [
    *home.ROUTES,
    *sign_in.ROUTES,
    *queue.ROUTES,
    *applications.ROUTES,
    *files.ROUTES,
    *actions.ROUTES,
    *holding.ROUTES,
    *appointments.ROUTES,
    *objections.ROUTES,
    *verify.ROUTES,
    *deliveries.ROUTES,
    *servings.ROUTES,
    *members.ROUTES,
    *account.ROUTES,
    *phone.ROUTES,
    *wechat.ROUTES,
    *absences.ROUTES,
    (r"/admin/.*", UnknownPage),
]
