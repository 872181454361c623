"""Citizens' pages, phone first."""

from handlers.citizen import (
    applications,
    appointments,
    binding,
    enterprises,
    guides,
    home,
    me,
    progress,
    reviews,
    sign_in,
)

ROUTES = [
    *home.ROUTES,
    *sign_in.ROUTES,
    *guides.ROUTES,
    *binding.ROUTES,
    *enterprises.ROUTES,
    *me.ROUTES,
    *appointments.ROUTES,
    *applications.ROUTES,
    *progress.ROUTES,
    *reviews.ROUTES,
]
