"""好差评: one for each concluded application or served appointment; a bad one says why (article 17)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from handlers.api.contract import Answer, Asked, Declared, Endpoint, Resource, Said, operation
from handlers.web.visitor import Auth
from models.applications import ApplicationNotFound
from models.appointments.rules import AppointmentNotFound
from models.errors import DomainError
from models.guides.store import GuideNotFound
from models.voices import LEVELS, GivenReview, Opinion, WordsState, guide_matter, tags_on
from models.voices.rules import (
    LONGEST,
    AlreadyFollowedUp,
    AlreadyReviewed,
    BadReviewNeedsReason,
    LevelInvalid,
    NotFinished,
    NotYours,
    ReviewNotFound,
    TagsInvalid,
    WordsTooLong,
)
from models.workdays import local_date

OPINIONS = (LevelInvalid, TagsInvalid, WordsTooLong, BadReviewNeedsReason)
CODES = (*OPINIONS, AlreadyReviewed, NotFinished, NotYours)
AGAIN = (*OPINIONS, AlreadyFollowedUp, ReviewNotFound)


class AskedOpinion(Asked):
    level: int = Field(ge=1, le=5, description="5 is the best; 1 and 2 must give a reason")
    tags: list[str] = Field([], max_length=20, description="codes of the level's own tags")
    words: str = Field("", max_length=2 * LONGEST)


class GivenOpinion(Answer):
    level: int
    label: Said
    tags: list[str]
    words: str
    words_state: WordsState = Field(
        description="`held` while a moderator has not read uncivil words; the level counts meanwhile"
    )
    reason: str = Field(description="why the words are withheld, if they are")
    at: datetime


class Review(GivenOpinion):
    again: GivenOpinion | None = Field(description="the follow-up, if there is one")


class Level(Answer):
    level: int
    label: Said
    tags: dict[str, Said] = Field(description="code → words")


class Levels(Answer):
    levels: list[Level]


class LevelsResource(Resource):
    @operation("The five levels and their tags", answers=Levels)
    async def get(self) -> Levels:
        tags = tags_on(local_date(self.now)).tags
        words = {level: {code: tag.words for code, tag in tags[level].items()} for level in LEVELS}
        return Levels(
            levels=[Level(level=level, label=label, tags=words[level]) for level, label in LEVELS.items()]
        )


def given(missing: type[DomainError]) -> Declared:
    """The operation that shows a review; `missing` says that there is no such matter."""
    return operation(
        "The review given", auth=Auth.APPLICANT, answers=Review, errors=(missing, ReviewNotFound)
    )


def giving(summary: str, *errors: type[DomainError]) -> Declared:
    """An operation that takes an opinion, and shows the review that comes of it."""
    return operation(
        summary, auth=Auth.APPLICANT, asks=AskedOpinion, answers=Review, status=201, errors=errors
    )


class ReviewBase(Resource, ABC):
    """`kind` names what is reviewed, as in a review's `_id`."""

    kind: ClassVar[str]

    @abstractmethod
    async def matter(self, key: str) -> Mapping[str, Any]:
        """The application or appointment itself, if it is the party's own, or a guide in force."""

    async def found(self, key: str) -> Review:
        review = await self.services.reviews.find(f"{self.kind}:{(await self.matter(key))['_id']}")
        if review is None:
            raise ReviewNotFound
        return _shown(review)

    async def give(self, key: str, asked: AskedOpinion) -> Review:
        matter, reviews = await self.matter(key), self.services.reviews
        said = (self.bound_party(), asked.level, asked.tags, asked.words, self.by_party())
        return _shown(await reviews.give(f"{self.kind}:{matter['_id']}", *said, matter))

    async def follow_up(self, key: str, asked: AskedOpinion) -> Review:
        matter, reviews = await self.matter(key), self.services.reviews
        said = (self.bound_party(), asked.level, asked.tags, asked.words, self.by_party())
        return _shown(await reviews.follow_up(f"{self.kind}:{matter['_id']}", *said))


class ApplicationMatter(ReviewBase):
    kind = "application"

    async def matter(self, key: str) -> Mapping[str, Any]:
        return await self.services.filing.own(key, self.bound_party())


class ApplicationReviewResource(ApplicationMatter):
    @given(ApplicationNotFound)
    async def get(self, key: str) -> Review:
        return await self.found(key)

    @giving("Review a concluded application", *CODES, ApplicationNotFound)
    async def post(self, key: str, asked: AskedOpinion) -> Review:
        return await self.give(key, asked)


class ApplicationFollowUpResource(ApplicationMatter):
    @giving("Say once more how it is, after the review", *AGAIN, ApplicationNotFound)
    async def post(self, key: str, asked: AskedOpinion) -> Review:
        return await self.follow_up(key, asked)


class AppointmentMatter(ReviewBase):
    kind = "appointment"

    async def matter(self, key: str) -> Mapping[str, Any]:
        return await self.services.appointments.own(key, self.bound_party())


class AppointmentReviewResource(AppointmentMatter):
    @given(AppointmentNotFound)
    async def get(self, key: str) -> Review:
        return await self.found(key)

    @giving("Review a served appointment", *CODES, AppointmentNotFound)
    async def post(self, key: str, asked: AskedOpinion) -> Review:
        return await self.give(key, asked)


class AppointmentFollowUpResource(AppointmentMatter):
    @giving("Say once more how it is, after the review", *AGAIN, AppointmentNotFound)
    async def post(self, key: str, asked: AskedOpinion) -> Review:
        return await self.follow_up(key, asked)


class GuideMatter(ReviewBase):
    kind = "guide"

    async def matter(self, key: str) -> Mapping[str, Any]:
        return guide_matter(await self.services.guides.published(key), self.bound_party())


class GuideReviewResource(GuideMatter):
    @given(GuideNotFound)
    async def get(self, key: str) -> Review:
        return await self.found(key)

    @giving("Review a guide in force, apart from services", *CODES, GuideNotFound)
    async def post(self, key: str, asked: AskedOpinion) -> Review:
        return await self.give(key, asked)


class GuideFollowUpResource(GuideMatter):
    @giving("Say once more how it is, after the review", *AGAIN, GuideNotFound)
    async def post(self, key: str, asked: AskedOpinion) -> Review:
        return await self.follow_up(key, asked)


def _shown(review: GivenReview) -> Review:
    again = review["again"]
    return Review(**_said(review), again=GivenOpinion(**_said(again)) if again else None)


def _said(opinion: Opinion) -> dict[str, Any]:
    names = ("level", "tags", "words", "words_state", "reason", "at")
    return {**{name: opinion[name] for name in names}, "label": LEVELS[opinion["level"]]}  # type: ignore[literal-required]


ENDPOINTS = [
    Endpoint("/review-levels", LevelsResource),
    Endpoint("/applications/{application}/review", ApplicationReviewResource),
    Endpoint("/applications/{application}/review/again", ApplicationFollowUpResource),
    Endpoint("/appointments/{appointment}/review", AppointmentReviewResource),
    Endpoint("/appointments/{appointment}/review/again", AppointmentFollowUpResource),
    Endpoint("/guides/{item}/review", GuideReviewResource),
    Endpoint("/guides/{item}/review/again", GuideFollowUpResource),
]
