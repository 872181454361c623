"""The form of a review, at any door that has pages: the level, why, and words (article 17)."""

from typing import Any, ClassVar

from handlers.web.pages import CitizenPage
from handlers.web.visitor import bound
from models import typed
from models.errors import BadInput, DomainError
from models.store import Document
from models.voices import LEVELS, check_reviewable, guide_matter, is_bad, tags_of_version, tags_on
from models.voices.rules import AlreadyReviewed
from models.voices.stages import RATED
from models.workdays import local_date


class LevelRequired(BadInput):
    code = "level_required"
    message = "请选择满意程度"
    field = "level"


KINDS = {"applications": "application", "appointments": "appointment", "guides": "guide"}


class ReviewPage(CitizenPage):
    """GET and POST /applications/{id}/review, /appointments/{id}/review, /guides/{item}/review

    A door says what its page is made from, and where its addresses begin.
    """

    template: ClassVar = "citizen/review.html"
    root: ClassVar = ""

    @bound
    async def get(self, *place: str) -> None:
        values = await self.values(*place)
        self.show(self.template, **values)

    @bound
    async def post(self, *place: str) -> None:
        values = await self.values(*place)
        try:
            await self.give(values["matter"], values["about"])
        except DomainError as error:
            if not isinstance(error, AlreadyReviewed) or not await self.said_so(values["matter"]):
                return self.again(self.template, error, **values)
        return self.see_other(values["path"])

    async def said_so(self, matter: str) -> bool:
        """Whether this very review is kept: tapped twice, or the answer was lost."""
        level, tags, words = opinion_of(self)
        kept = await self.services.reviews.own(matter, self.bound_party())
        return (kept["level"], kept["tags"], kept["words"]) == (level, tags, typed.words(words))

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
        return await self.shown(about, f"{KINDS[kind]}:{about['_id']}", f"{self.root}/{kind}/{key}")

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
