"""好差评 in the panel: what a department reads of its reviews, held words, and disputes (article 17).

Who gave a review is nowhere on these pages, nor is the moment or the case: the address has its own number.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from handlers.admin import lists
from handlers.admin.lists import Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.concurrency import all_to_their_end
from models.errors import DomainError
from models.staff import Scope, reaches, scopes_of
from models.voices import (
    LEVELS,
    OPEN_DISPUTE,
    READABLE,
    TAGS,
    DisputeState,
    GivenReview,
    Mark,
    Opinion,
    Said,
    WordsState,
    held,
    is_heard,
)
from models.workdays import local

MARKS: Mapping[Mark, str] = {
    Mark.BAD: "差评",
    Mark.HELD: "文字待审核",
    Mark.DISPUTED: "有异议",
    Mark.SET_ASIDE: "不计入",
}
UNREAD: Mapping[WordsState, str] = {
    WordsState.HELD: "（文字待审核）",
    WordsState.WITHHELD: "（文字经审核不予公开）",
}
DISPUTES: Mapping[DisputeState, str] = {
    DisputeState.RAISED: "已提出，待征询评价人",
    DisputeState.ASKED: "已征询评价人，待决定",
    DisputeState.UPHELD: "异议不成立，评价有效",
    DisputeState.SET_ASIDE: "异议成立，评价保留但不计入",
}


@dataclass(frozen=True)
class Row:
    """`words` are those that the member may read."""

    review: GivenReview
    words: str

    @property
    def tags(self) -> str:
        return tags_of(self.review)


def tags_of(opinion: Opinion) -> str:
    return "、".join(TAGS[opinion["level"]][tag].name for tag in opinion["tags"])


def words_for(opinion: Opinion, *, moderates: bool) -> str:
    """What a member may read of the words: a moderator all, others what may be shown."""
    if moderates or opinion["words_state"] in READABLE:
        return opinion["words"]
    return UNREAD[opinion["words_state"]]


def shortened(text: str, most: int = 40) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def marks_of(review: GivenReview) -> str:
    again = "，".join(f"追评{LEVELS[one['level']]}" for one in [review["again"]] if one)
    return "，".join(filter(None, (*(MARKS[mark] for mark in review["marks"]), again)))


REVIEWS = PanelList[Row](
    address="/admin/reviews",
    columns=(
        Column("日期", lambda row: local(row.review["day"], "%Y-%m-%d")),
        Column(
            "事项",
            lambda row: row.review["item_name"] or "",
            link=lambda row: f"/admin/reviews/{row.review['ref']}",
        ),
        Column("评价", lambda row: LEVELS[row.review["level"]]),
        Column("标签", lambda row: row.tags),
        Column("文字", lambda row: shortened(row.words)),
        Column("情况", lambda row: marks_of(row.review)),
    ),
    filters={
        "all": Filter("全部", ()),
        "bad": Filter("差评", (Mark.BAD,), empty="没有差评。"),
        "held": Filter("文字待审核", (Mark.HELD,), empty="没有等待审核的文字。"),
        "disputed": Filter("有异议", (Mark.DISPUTED,), empty="没有等待处理的异议。"),
        "set_aside": Filter("不计入", (Mark.SET_ASIDE,), empty="没有不计入的评价。"),
    },
    empty="还没有评价。",
)


def mark_of(show: str) -> Mark | None:
    """The mark that a filter asks for."""
    states = REVIEWS.filters[show].states
    return Mark(states[0]) if states else None


class ReviewRows(PanelPage):
    """A page that shows reviews as their list does."""

    def review_rows(self, found: list[GivenReview]) -> list[Row]:
        moderates = Scope.REVIEWS_MODERATE in scopes_of(self.signed_in_member())
        return [Row(one, words_for(one, moderates=moderates)) for one in found]


class ReviewsPage(ReviewRows):
    """GET /admin/reviews?show=&after=&before="""

    @needs(Scope.REVIEWS_READ)
    async def get(self) -> None:
        reviews, member, show = self.services.reviews, self.signed_in_member(), REVIEWS.chosen(self)
        page = await reviews.page(member, mark_of(show), lists.ROWS_A_PAGE, **lists.places(self))
        counts = await all_to_their_end(reviews.count(member, mark_of(key)) for key in REVIEWS.filters)
        shown = lists.shown(
            REVIEWS,
            self.review_rows(page.rows),
            page,
            {"show": show},
            counts=dict(zip(REVIEWS.filters, counts, strict=True)),
        )
        self.show("admin/reviews/list.html", listed=shown)


class ReviewPage(ReviewRows):
    """GET /admin/reviews/{ref}"""

    @needs(Scope.REVIEWS_READ)
    async def get(self, ref: str) -> None:
        await self.page(ref)

    async def page(self, ref: str, error: DomainError | None = None, acted: str = "") -> None:
        """`acted` is the last part of the address whose form is in hand."""
        member = self.signed_in_member()
        own = scopes_of(member)
        found = await self.services.reviews.seen(ref, member)
        moderates, dispute, again = Scope.REVIEWS_MODERATE in own, found["dispute"], found["again"]
        opinions = [("评价", Said.FIRST, found), *([("追评", Said.AGAIN, again)] if again else [])]
        office = found["department"] or ""
        until = self.services.disputes.until(found)
        may_raise = reaches(member, Scope.DISPUTES_RAISE, office) and dispute is None and self.now <= until
        self.show(
            "admin/reviews/review.html",
            review=found,
            opinions=[
                (title, which, said, words_for(said, moderates=moderates)) for title, which, said in opinions
            ],
            tags_of=tags_of,
            levels=LEVELS,
            marks=marks_of(found),
            waiting=held(found) if moderates else [],
            dispute=dispute,
            dispute_label=DISPUTES[dispute["state"]] if dispute else "",
            may_raise=may_raise,
            until=until,
            may_decide=bool(dispute and dispute["state"] in OPEN_DISPUTE) and Scope.DISPUTES_DECIDE in own,
            heard=is_heard(found, self.now),
            rectified=await self.services.rectifications.find(found["_id"]),
            department=await self.department_name(office),
            error=error,
            acted=acted,
            given=self.given() if acted else {},
        )

    async def department_name(self, code: str) -> str:
        return (await self.services.departments.get(code)).name if code else ""


class ReviewAction(FormAction, ReviewPage):
    """POST /admin/reviews/{ref}/{verb}; a refusal shows the page with its input."""

    def form_page(self) -> str:
        return f"/admin/reviews/{self.path_args[0]}"

    async def act(self, ref: str, verb: str, done: Callable[[], Awaitable[object]], said: str) -> None:
        await self.services.reviews.seen(ref, self.signed_in_member())
        try:
            await done()
        except DomainError as error:
            return await self.page(ref, error, verb)
        return self.see_other(self.form_page(), said=said)

    def word(self, name: str) -> str:
        return self.get_body_argument(name, "")


class ModerateHandler(ReviewAction):
    @needs(Scope.REVIEWS_MODERATE)
    async def post(self, ref: str) -> None:
        which = Said.AGAIN if self.word("which") == Said.AGAIN else Said.FIRST
        member, by, shown = self.signed_in_member(), self.by_member(), self.word("decision") == "shown"
        decide = self.services.moderation.decide
        await self.act(
            ref,
            "moderate",
            lambda: decide(ref, which, member, self.word("reason"), by, shown=shown),
            "文字已公开。" if shown else "文字不予公开，理由已告知本人。",
        )


class DisputeHandler(ReviewAction):
    @needs(Scope.DISPUTES_RAISE)
    async def post(self, ref: str) -> None:
        member, by = self.signed_in_member(), self.by_member()
        raise_, grounds, evidence = self.services.disputes.raise_, self.word("grounds"), self.word("evidence")
        await self.act(
            ref,
            "dispute",
            lambda: raise_(ref, member, grounds, evidence, by),
            "异议已提出，由政务管理科处理。",
        )


class AskHandler(ReviewAction):
    @needs(Scope.DISPUTES_DECIDE)
    async def post(self, ref: str) -> None:
        member, by = self.signed_in_member(), self.by_member()
        await self.act(
            ref, "ask", lambda: self.services.disputes.ask(ref, member, by), "已征询评价人，等待答复。"
        )


class DecideHandler(ReviewAction):
    @needs(Scope.DISPUTES_DECIDE)
    async def post(self, ref: str) -> None:
        member, by, aside = self.signed_in_member(), self.by_member(), self.word("decision") == "set_aside"
        decide = self.services.disputes.decide
        await self.act(
            ref,
            "decide",
            lambda: decide(ref, member, self.word("reason"), by, set_aside=aside),
            "异议成立，评价保留但不计入。" if aside else "异议不成立，评价有效。",
        )


ROUTES = [
    ("/admin/reviews", ReviewsPage),
    (rf"/admin/reviews/{DOCUMENT_ID}", ReviewPage),
    (rf"/admin/reviews/{DOCUMENT_ID}/moderate", ModerateHandler),
    (rf"/admin/reviews/{DOCUMENT_ID}/dispute", DisputeHandler),
    (rf"/admin/reviews/{DOCUMENT_ID}/ask", AskHandler),
    (rf"/admin/reviews/{DOCUMENT_ID}/decide", DecideHandler),
]
