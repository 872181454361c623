"""好差评: one for each concluded application or served appointment; a bad one says why (article 17)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from handlers.api.contract import Answer, Asked, Endpoint, Resource, Said, operation
from handlers.web.visitor import Auth
from models.applications import ApplicationNotFound
from models.appointments.rules import AppointmentNotFound
from models.errors import NotFound
from models.voices import LEVELS, TAGS, GivenReview
from models.voices.reviews import (
    LONGEST,
    AlreadyReviewed,
    BadReviewNeedsReason,
    LevelInvalid,
    NotFinished,
    NotYours,
    TagsInvalid,
    WordsTooLong,
)


class ReviewNotFound(NotFound):
    code = "review_not_found"
    message = "尚未评价"


CODES = (
    LevelInvalid,
    TagsInvalid,
    WordsTooLong,
    AlreadyReviewed,
    NotFinished,
    NotYours,
    BadReviewNeedsReason,
)


class Opinion(Asked):
    level: int = Field(ge=1, le=5, description="5 is the best; 1 and 2 must give a reason")
    tags: list[str] = Field([], max_length=20, description="codes of the level's own tags")
    words: str = Field("", max_length=2 * LONGEST)


class Review(Answer):
    level: int
    label: Said
    tags: list[str]
    words: str


class Level(Answer):
    level: int
    label: Said
    tags: dict[str, Said] = Field(description="code → words")


class Levels(Answer):
    levels: list[Level]


class LevelsResource(Resource):
    @operation("The five levels and their tags", answers=Levels)
    async def get(self) -> Levels:
        return Levels(
            levels=[Level(level=level, label=label, tags=_words(level)) for level, label in LEVELS.items()]
        )


class ReviewBase(Resource, ABC):
    """`kind` names what is reviewed, as in a review's `_id`."""

    kind: ClassVar[str]

    @abstractmethod
    async def matter(self, key: str) -> Mapping[str, Any]:
        """The application or appointment itself, if it is the party's own."""

    async def found(self, key: str) -> Review:
        await self.matter(key)
        review = await self.services.reviews.find(f"{self.kind}:{key}")
        if review is None:
            raise ReviewNotFound
        return _shown(review)

    async def give(self, key: str, asked: Opinion) -> Review:
        matter = await self.matter(key)
        given = await self.services.reviews.give(
            f"{self.kind}:{key}",
            self.bound_party(),
            asked.level,
            asked.tags,
            asked.words,
            self.by_party(),
            matter,
        )
        return _shown(given)


class ApplicationReviewResource(ReviewBase):
    kind = "application"

    async def matter(self, key: str) -> Mapping[str, Any]:
        return await self.services.filing.own(key, self.bound_party())

    @operation(
        "The review given",
        auth=Auth.APPLICANT,
        answers=Review,
        errors=(ApplicationNotFound, ReviewNotFound),
    )
    async def get(self, key: str) -> Review:
        return await self.found(key)

    @operation(
        "Review a concluded application",
        auth=Auth.APPLICANT,
        asks=Opinion,
        answers=Review,
        status=201,
        errors=(*CODES, ApplicationNotFound),
    )
    async def post(self, key: str, asked: Opinion) -> Review:
        return await self.give(key, asked)


class AppointmentReviewResource(ReviewBase):
    kind = "appointment"

    async def matter(self, key: str) -> Mapping[str, Any]:
        return await self.services.appointments.own(key, self.bound_party())

    @operation(
        "The review given",
        auth=Auth.APPLICANT,
        answers=Review,
        errors=(AppointmentNotFound, ReviewNotFound),
    )
    async def get(self, key: str) -> Review:
        return await self.found(key)

    @operation(
        "Review a served appointment",
        auth=Auth.APPLICANT,
        asks=Opinion,
        answers=Review,
        status=201,
        errors=(*CODES, AppointmentNotFound),
    )
    async def post(self, key: str, asked: Opinion) -> Review:
        return await self.give(key, asked)


def _shown(review: GivenReview) -> Review:
    level = review["level"]
    return Review(level=level, label=LEVELS[level], tags=review["tags"], words=review["words"])


ENDPOINTS = [
    Endpoint("/review-levels", LevelsResource),
    Endpoint("/applications/{application}/review", ApplicationReviewResource),
    Endpoint("/appointments/{appointment}/review", AppointmentReviewResource),
]


def _words(level: int) -> dict[str, str]:
    return {code: tag.words for code, tag in TAGS[level].items()}
