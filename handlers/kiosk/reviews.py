"""好差评 at a kiosk: a face is touched, and why (articles 17 and 23.7)."""

from typing import ClassVar

from handlers.kiosk.person import PersonPage
from handlers.web.pages import DOCUMENT_ID
from handlers.web.reviewing import ReviewPage


class KioskReview(PersonPage, ReviewPage):
    """GET and POST /kiosk/applications/{id}/review, /kiosk/appointments/{id}/review"""

    template: ClassVar = "kiosk/review.html"
    root: ClassVar = "/kiosk"


ROUTES = [(rf"/kiosk/(applications|appointments)/{DOCUMENT_ID}/review", KioskReview)]
