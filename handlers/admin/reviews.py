"""好差评 in the panel: what a department reads of its reviews, held words, and disputes (article 17).

Who gave a review is nowhere on these pages, nor is the moment or the case: the address has its own number.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from handlers.admin import lists
from handlers.admin.days import days_asked, options
from handlers.admin.lists import Choice, Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage
from handlers.web.figures import NO_HALL, names_of_parts
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from handlers.web.uploads import Upload
from handlers.web.visitor import declared
from models.errors import DomainError
from models.events import Cause
from models.guides import ITEM_CODE
from models.materials.inspection.kinds import LARGEST
from models.staff import Scope, district_wide, reaches, scopes_of
from models.voices import (
    BAD_TAGS,
    LEVELS,
    OPEN_DISPUTE,
    READABLE,
    Cut,
    DisputeState,
    GivenReview,
    Kind,
    Mark,
    Opinion,
    Said,
    Sought,
    WordsState,
    held,
    is_heard,
    sees_evidence,
    tags_of_version,
    takes_files,
)
from models.voices.sought import PLACES
from models.voices.tags import BAD
from models.workdays import local, local_date

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
    names = tags_of_version(opinion["tags_version"]).tags[opinion["level"]]
    return "、".join(names[tag].name for tag in opinion["tags"])


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
    export=True,
)
LEVEL = Choice("level", "评价", {"bad": "差评", **{str(level): name for level, name in LEVELS.items()}})
COUNTED = Choice("counted", "统计", {"yes": "计入统计"})
TAG = Choice("tag", "原因", {code: tag.words for code, tag in BAD_TAGS.items()})
OF = Choice("of", "对象", {Kind.SERVICE: "办理的服务", Kind.GUIDE: "办事指南"})


def shown_by(show: str) -> Sought:
    """What a filter asks for."""
    states = REVIEWS.filters[show].states
    return Sought(Mark(states[0]) if states else None)


def sought_by(asked: Mapping[str, str], today: date) -> Sought:
    """What is looked for by the names of an address."""
    level = asked.get("level", "")
    first, last = days_asked(asked.get("days", ""), today) or (None, None)
    where = {name: "" if asked[name] == NO_HALL else asked[name] for name in PLACES if name in asked}
    return replace(
        shown_by(asked["show"]),
        counted="counted" in asked,
        kind=Kind(asked["of"]) if "of" in asked else None,
        levels=tuple(BAD) if level == "bad" else (int(level),) if level else (),
        tag=asked.get("tag", ""),
        where=where,
        first=first,
        last=last,
    )


class ReviewRows(PanelPage):
    """A page that shows reviews as their list does."""

    def review_rows(self, found: list[GivenReview]) -> list[Row]:
        moderates = Scope.REVIEWS_MODERATE in scopes_of(self.signed_in_member())
        return [Row(one, words_for(one, moderates=moderates)) for one in found]


class ReviewsPage(ReviewRows):
    """GET /admin/reviews?show=&after=&before=, and the names of its choices"""

    @needs(Scope.REVIEWS_READ)
    async def get(self) -> None:
        reviews, member, choices = self.services.reviews, self.signed_in_member(), await self.choices()
        asked = REVIEWS.narrowed(self, choices)
        sought = self.sought(asked)
        page = await reviews.page(member, sought, lists.ROWS_A_PAGE, **lists.places(self))
        counts = await lists.counts(
            REVIEWS.filters, lambda key: reviews.count(member, self.sought({**asked, "show": key}))
        )
        shown = lists.shown(
            REVIEWS,
            self.review_rows(page.rows),
            page,
            asked,
            choices=choices,
            counts=counts,
        )
        self.show("admin/reviews/list.html", listed=shown)

    def sought(self, asked: Mapping[str, str]) -> Sought:
        return sought_by(asked, local_date(self.now))

    async def choices(self) -> list[Choice]:
        """What the member can choose by."""
        member, names = self.signed_in_member(), await names_of_parts(self.services, "zh_CN")
        days = Choice("days", "期间", options(self.get_query_argument("days", ""), local_date(self.now)))
        halls = {code or NO_HALL: name for code, name in names[Cut.HALL].items()}
        offered = [days, LEVEL, Choice("item", "事项", self.items(names[Cut.ITEM]))]
        if district_wide(member, Scope.REVIEWS_READ):
            offered.append(Choice("department", "部门", names[Cut.DEPARTMENT]))
        channels = Choice("channel", "渠道", names[Cut.CHANNEL])
        return [*offered, Choice("hall", "大厅", halls), channels, OF, TAG, COUNTED]

    def items(self, names: Mapping[str, str]) -> dict[str, str]:
        """Those that have a guide, and the one that is asked for, whose guide may be gone."""
        asked = self.get_query_argument("item", "")
        own = {asked: asked} if re.fullmatch(ITEM_CODE, asked, re.ASCII) else {}
        return {**own, **names}


class ReviewsTable(ReviewsPage):
    """GET /admin/reviews.csv, with the names of the list: what it shows, for a spreadsheet."""

    @needs(Scope.REVIEWS_READ)
    async def get(self) -> None:
        asked = REVIEWS.narrowed(self, await self.choices())
        await REVIEWS.take_away(self, self.rows(self.sought(asked)))

    async def rows(self, sought: Sought) -> AsyncIterator[Row]:
        found = self.services.reviews.listed(self.signed_in_member(), sought, lists.ROWS_A_TABLE)
        async for one in found:
            yield self.review_rows([one])[0]


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
            sees_evidence=sees_evidence(member, found),
            may_add=takes_files(dispute) and reaches(member, Scope.DISPUTES_RAISE, office),
            largest=LARGEST,
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


class DisputeFilesHandler(Upload, ReviewAction):
    """POST /admin/reviews/{ref}/evidence: one file (multipart field `file`)."""

    @needs(Scope.DISPUTES_RAISE, unread=True)
    async def permit(self, ref: str) -> None:
        await self.services.dispute_files.check_open(ref, self.signed_in_member())

    def by_sender(self) -> Cause:
        return self.by_member()

    @declared(Scope.DISPUTES_RAISE)  # checked by `take`, once the form is read
    async def post(self, ref: str) -> None:
        self.read_form()
        await self.take(ref)

    @needs(Scope.DISPUTES_RAISE)
    async def take(self, ref: str) -> None:
        attach, member, by = self.services.dispute_files.attach, self.signed_in_member(), self.by_member()
        await self.act(ref, "evidence", lambda: attach(ref, member, self.received_file(), by), "证据已添加。")


class DisputeFileHandler(ReviewPage):
    """GET /admin/reviews/{ref}/evidence/{number}: a file, on record."""

    @needs(Scope.REVIEWS_READ)
    async def get(self, ref: str, number: str) -> None:
        view, member, by = self.services.dispute_files.view, self.signed_in_member(), self.by_member()
        self.send_file(*await view(ref, int(number), member, by))


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
    (r"/admin/reviews\.csv", ReviewsTable),
    (rf"/admin/reviews/{DOCUMENT_ID}", ReviewPage),
    (rf"/admin/reviews/{DOCUMENT_ID}/moderate", ModerateHandler),
    (rf"/admin/reviews/{DOCUMENT_ID}/dispute", DisputeHandler),
    (rf"/admin/reviews/{DOCUMENT_ID}/evidence", DisputeFilesHandler),
    (rf"/admin/reviews/{DOCUMENT_ID}/evidence/([1-9])", DisputeFileHandler),
    (rf"/admin/reviews/{DOCUMENT_ID}/ask", AskHandler),
    (rf"/admin/reviews/{DOCUMENT_ID}/decide", DecideHandler),
]
