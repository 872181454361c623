"""Citizens' pages, phone first."""

from handlers.citizen import (
    announcements,
    applications,
    appointments,
    binding,
    blacklist,
    enterprises,
    guides,
    halls,
    home,
    me,
    preferences,
    progress,
    reviews,
    sign_in,
    staff_wechat,
)

ROUTES = [
    *home.ROUTES,
    *halls.ROUTES,
    *announcements.ROUTES,
    *preferences.ROUTES,
    *sign_in.ROUTES,
    *guides.ROUTES,
    *binding.ROUTES,
    *enterprises.ROUTES,
    *me.ROUTES,
    *blacklist.ROUTES,
    *appointments.ROUTES,
    *applications.ROUTES,
    *progress.ROUTES,
    *reviews.ROUTES,
    *staff_wechat.ROUTES,
]
