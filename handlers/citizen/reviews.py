"""好差评 by the applicant: one for each matter, and one follow-up; a bad one says why (article 17)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from handlers.web.figures import names_of_parts
from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.reviewing import ReviewPage, opinion_of
from handlers.web.visitor import bound
from models.errors import DomainError
from models.guides import ITEM_CODE
from models.voices import (
    Cut,
    is_asked,
    may_rate,
)
from models.voices.rules import ReviewNotFound


class OwnReviewsPage(CitizenPage):
    """GET /reviews: what one has reviewed, and what waits for a word of one's own."""

    @bound
    async def get(self) -> None:
        applicant = self.bound_party().id
        cases = await self.services.rectifications.of_applicant(applicant)
        self.show(
            "citizen/reviews.html",
            reviews=await self.services.reviews.of_applicant(applicant),
            items=(await names_of_parts(self.services, self.locale.code))[Cut.ITEM],
            is_asked=is_asked,
            may_rate=lambda review: may_rate(cases.get(review["_id"]), review),
        )


class OwnReviewPage(ReviewPage):
    """GET /reviews/{matter}: one's own review, and what has become of it."""

    @bound
    async def get(self, matter: str) -> None:
        """Of what has no review of one's own, the form: who is asked for one comes here. A stranger is not
        told whether there is one."""
        try:
            values = await self.own_values(matter)
        except ReviewNotFound:
            return self.redirect(f"{place_of(matter)}/review")
        return self.show(self.template, **values)

    async def own_values(self, matter: str) -> dict[str, Any]:
        """
        Raises:
            NotFound: `review_not_found`.
        """
        review = await self.services.reviews.own(matter, self.bound_party())
        about = {**review, "guide": await self.guide_of(matter)}
        return await self.shown(about, matter, place_of(matter))

    async def guide_of(self, matter: str) -> str:
        """The version of the guide that was reviewed, or that what was reviewed goes by."""
        kind, _, key = matter.partition(":")
        if kind == "guide":
            item, version, _ = key.split(":")
            return f"{item}@{version}"
        if kind == "application":
            return (await self.services.applications.get(key))["guide"]
        return (await self.services.appointments.get(key))["guide"]


class OwnReviewAction(OwnReviewPage):
    """POST /reviews/{matter}/{verb}; a refusal shows the page with its input."""

    @bound
    async def get(self, matter: str, verb: str) -> None:  # noqa: ARG002
        self.redirect(f"/reviews/{matter}")

    @bound
    async def post(self, matter: str, verb: str) -> None:
        values = await self.own_values(matter)
        try:
            await VERBS[verb](self, matter)
        except DomainError as error:
            return self.again(self.template, error, **values | {"acted": verb})
        return self.see_other(f"/reviews/{matter}")

    async def follow_up(self, matter: str) -> None:
        level, tags, words = opinion_of(self)
        party, by = self.bound_party(), self.by_party()
        await self.services.reviews.follow_up(matter, party, level, tags, words, by)

    async def wish(self, matter: str) -> None:
        await self.services.rectifying.wish(matter, self.bound_party(), self.by_party())

    async def rate(self, matter: str) -> None:
        level, _, words = opinion_of(self)
        await self.services.rectifying.rate(matter, self.bound_party(), level, words, self.by_party())

    async def word(self, matter: str) -> None:
        words = self.get_body_argument("words", "")
        await self.services.disputes.word(matter, self.bound_party(), words, self.by_party())


def place_of(matter: str) -> str:
    """The page of what is reviewed."""
    kind, _, key = matter.partition(":")
    return f"/guides/{key.partition(':')[0]}" if kind == "guide" else f"/{kind}s/{key}"


VERBS: Mapping[str, Callable[[OwnReviewAction, str], Awaitable[None]]] = {
    "again": OwnReviewAction.follow_up,
    "wish": OwnReviewAction.wish,
    "rate": OwnReviewAction.rate,
    "word": OwnReviewAction.word,
}
MATTER = r"([0-9A-Za-z:%]{32,140})"
ROUTES = [
    (rf"/(applications|appointments)/{DOCUMENT_ID}/review", ReviewPage),
    (rf"/guides/({ITEM_CODE})/review", ReviewPage),
    (r"/reviews", OwnReviewsPage),
    (rf"/reviews/{MATTER}", OwnReviewPage),
    (rf"/reviews/{MATTER}/({'|'.join(VERBS)})", OwnReviewAction),
]
