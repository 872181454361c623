"""好差评 at a kiosk: a face is touched, and why (articles 17 and 23.7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from handlers.kiosk.person import PersonPage
from handlers.web.pages import DOCUMENT_ID
from handlers.web.reviewing import ReviewPage
from handlers.web.services import Services
from handlers.web.visitor import bound
from models.people import Party
from models.store import Document
from models.voices import can_review

LATEST = 50
"""Of one's applications and visits each, among which a kiosk looks for those without a review."""


@dataclass(frozen=True)
class Unreviewed:
    """Something finished that nobody has reviewed yet, and when it ended; `page` is that of its review."""

    about: Document
    at: datetime
    page: str


async def unreviewed(services: Services, party: Party) -> list[Unreviewed]:
    """What waits for a review of the party's, the latest first."""
    cases, _ = await services.applications.page_of(party.id, LATEST)
    visits = await services.appointments.of_applicant(party.id, LATEST)
    found = {
        f"{kind}:{one['_id']}": Unreviewed({**one}, at, f"/kiosk/{kind}s/{one['_id']}/review")
        for kind, each in (
            ("application", [(one, one["changed_at"]) for one in cases]),
            ("appointment", [(one, one["start"]) for one in visits]),
        )
        for one, at in each
        if can_review(kind, one["state"])
    }
    given = await services.reviews.those(found.keys())
    waiting = [one for matter, one in found.items() if matter not in given]
    return sorted(waiting, key=lambda one: one.at, reverse=True)


class KioskReviews(PersonPage):
    """GET /kiosk/reviews: what waits for a review."""

    @bound
    async def get(self) -> None:
        waiting = await unreviewed(self.services, self.bound_party())
        names = await self.names(*(one.about for one in waiting))
        self.screen("reviews.html", waiting=waiting, names=names)


class KioskReview(PersonPage, ReviewPage):
    """GET and POST /kiosk/applications/{id}/review, /kiosk/appointments/{id}/review"""

    template: ClassVar = "kiosk/review.html"
    root: ClassVar = "/kiosk"


ROUTES = [
    (r"/kiosk/reviews", KioskReviews),
    (rf"/kiosk/(applications|appointments)/{DOCUMENT_ID}/review", KioskReview),
]
