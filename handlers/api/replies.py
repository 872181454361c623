"""公开回复 to bad reviews, for anybody (article 17)."""

from datetime import date

from pydantic import Field

from handlers.api.contract import Answer, Endpoint, PageQuery, Resource, Said, operation
from models.store import PageUnknown
from models.voices import LEVELS, Kind, PublicReply, WordsState, tags_of_version
from models.voices.replies import SaidInPublic
from models.workdays import local_date


class RepliesQuery(PageQuery):
    kind: Kind = Field(Kind.SERVICE, description="reviews of services, or of guides")
    item: str = Field("", max_length=40, description="of this item alone")


class PublicOpinion(Answer):
    level: int
    label: Said
    tags: dict[str, Said] = Field(description="code → words")
    words: str = Field(description="empty where none were written, or others may not read them")
    words_state: WordsState


class Reply(Answer):
    day: date
    words: str


class AnsweredReview(Answer):
    day: date = Field(description="on which the review was given")
    item: str
    item_name: Said
    department: str
    opinions: list[PublicOpinion] = Field(description="the review, and its follow-up if there is one")
    replies: list[Reply] = Field(description="the latest first")
    set_aside: bool = Field(description="the department's dispute was upheld: it counts no more")


class RepliesPage(Answer):
    reviews: list[AnsweredReview]
    next: str | None


class RepliesResource(Resource):
    @operation(
        "Bad reviews and what departments replied; never who gave them",
        asks=RepliesQuery,
        answers=RepliesPage,
        errors=(PageUnknown,),
    )
    async def get(self, asked: RepliesQuery) -> RepliesPage:
        page = await self.services.replies.page(asked.kind, asked.item, asked.limit, after=asked.after)
        return RepliesPage(reviews=[_shown(one) for one in page.rows], next=page.next or None)


def _shown(one: PublicReply) -> AnsweredReview:
    return AnsweredReview(
        day=local_date(one.day),
        item=one.item,
        item_name=one.item_name,
        department=one.department,
        opinions=[_opinion(each) for each in one.opinions],
        replies=[Reply(day=local_date(each.day), words=each.words) for each in one.replies],
        set_aside=one.set_aside,
    )


def _opinion(said: SaidInPublic) -> PublicOpinion:
    tags = tags_of_version(said.tags_version).tags[said.level]
    return PublicOpinion(
        level=said.level,
        label=LEVELS[said.level],
        tags={code: tags[code].words for code in said.tags},
        words=said.words,
        words_state=said.state,
    )


ENDPOINTS = [Endpoint("/replies", RepliesResource)]
