"""好差评 by the applicant: one for each matter, five levels; a bad one says why (article 17)."""

from typing import Any

from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.visitor import bound
from models.errors import BadInput, DomainError
from models.store import Document
from models.voices import LEVELS, TAGS, check_reviewable, is_bad


class LevelRequired(BadInput):
    code = "level_required"
    message = "请选择满意程度"
    field = "level"


KINDS = {"applications": "application", "appointments": "appointment"}


class ReviewPage(CitizenPage):
    """GET and POST /applications/{id}/review, /appointments/{id}/review"""

    @bound
    async def get(self, kind: str, key: str) -> None:
        values = await self.values(kind, key)
        check_reviewable(KINDS[kind], values["about"]["state"])
        self.show("citizen/review.html", **values)

    @bound
    async def post(self, kind: str, key: str) -> None:
        values = await self.values(kind, key)
        check_reviewable(KINDS[kind], values["about"]["state"])
        try:
            await self.give(f"{KINDS[kind]}:{key}", values["about"])
        except DomainError as error:
            return self.again("citizen/review.html", error, **values)
        return self.see_other(f"/{kind}/{key}/review")

    async def give(self, matter: str, about: Document) -> None:
        level = self.get_body_argument("level", "")
        if level not in {str(known) for known in LEVELS}:
            raise LevelRequired
        chosen = set(self.get_body_arguments("tags"))
        await self.services.reviews.give(
            matter,
            self.bound_party(),
            int(level),
            [tag for tag in TAGS[int(level)] if tag in chosen],
            self.get_body_argument("words", ""),
            self.by_party(),
            about,
        )

    async def values(self, kind: str, key: str) -> dict[str, Any]:
        own = self.services.filing.own if kind == "applications" else self.services.appointments.own
        about = await own(key, self.bound_party())
        return {
            "kind": kind,
            "about": about,
            "names": await self.names(about),
            "tags": TAGS,
            "is_bad": is_bad,
            "review": await self.services.reviews.find(f"{KINDS[kind]}:{key}"),
        }


ROUTES = [(rf"/(applications|appointments)/{DOCUMENT_ID}/review", ReviewPage)]
