"""好差评 by the applicant: one for each matter, and one follow-up; a bad one says why (article 17)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from handlers.web.figures import names_of_parts
from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.visitor import bound
from models.errors import BadInput, DomainError
from models.guides import ITEM_CODE
from models.store import Document
from models.voices import (
    LEVELS,
    Cut,
    check_reviewable,
    guide_matter,
    is_asked,
    is_bad,
    may_rate,
    tags_of_version,
    tags_on,
)
from models.voices.rules import ReviewNotFound
from models.voices.stages import RATED
from models.workdays import local_date


class LevelRequired(BadInput):
    code = "level_required"
    message = "请选择满意程度"
    field = "level"


KINDS = {"applications": "application", "appointments": "appointment", "guides": "guide"}


class ReviewPage(CitizenPage):
    """GET and POST /applications/{id}/review, /appointments/{id}/review, /guides/{item}/review"""

    @bound
    async def get(self, *place: str) -> None:
        values = await self.values(*place)
        self.show("citizen/review.html", **values)

    @bound
    async def post(self, *place: str) -> None:
        values = await self.values(*place)
        try:
            await self.give(values["matter"], values["about"])
        except DomainError as error:
            return self.again("citizen/review.html", error, **values)
        return self.see_other(values["path"])

    async def give(self, matter: str, about: Document) -> None:
        level, tags, words = opinion_of(self)
        await self.services.reviews.give(
            matter, self.bound_party(), level, tags, words, self.by_party(), about
        )

    async def values(self, *place: str) -> dict[str, Any]:
        """`place` is the kind and the id of a matter, or the item of a guide alone.

        Raises:
            Refused: `not_finished`.
        """
        kind, key = place if len(place) > 1 else ("guides", *place)
        about = await self.about(kind, key)
        check_reviewable(KINDS[kind], about["state"])
        return await self.shown(about, f"{KINDS[kind]}:{about['_id']}", f"/{kind}/{key}")

    async def shown(self, about: Any, matter: str, about_path: str) -> dict[str, Any]:
        """What the page shows; `about_path` is where one comes from."""
        review = await self.services.reviews.find(matter)
        return {
            "about": about,
            "about_path": about_path,
            "path": f"{about_path}/review",
            "own_path": f"/reviews/{matter}",
            "matter": matter,
            "names": await self.names(about),
            "tags": tags_on(local_date(self.now)).tags,
            "tags_of": tags_of_version,
            "is_bad": is_bad,
            "review": review,
            "dispute": review and review["dispute"],
            "rectified": await self.services.rectifications.find(matter) if review else None,
            "rated": RATED,
            "acted": "",
        }

    async def about(self, kind: str, key: str) -> Any:
        """What is reviewed: one's own application or appointment, or a guide in force."""
        party = self.bound_party()
        if kind == "guides":
            return guide_matter(await self.services.guides.published(key), party)
        own = self.services.filing.own if kind == "applications" else self.services.appointments.own
        return await own(key, party)


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
        return self.show("citizen/review.html", **values)

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
            return self.again("citizen/review.html", error, **values | {"acted": verb})
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


def opinion_of(page: CitizenPage) -> tuple[int, list[str], str]:
    """Level, its tags and words, as a form has them; tags of other levels are left out.

    Raises:
        BadInput: `level_required`.
    """
    level = page.get_body_argument("level", "")
    if level not in {str(known) for known in LEVELS}:
        raise LevelRequired
    chosen = set(page.get_body_arguments("tags"))
    tags = [tag for tag in tags_on(local_date(page.now)).tags[int(level)] if tag in chosen]
    return int(level), tags, page.get_body_argument("words", "")


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
