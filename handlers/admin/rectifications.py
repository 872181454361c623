"""差评整改 in the panel: what is to be done next and by when, and, on record, how the person is reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from handlers.admin import lists
from handlers.admin.lists import Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage
from handlers.admin.reviews import shortened, tags_of, words_for
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.errors import DomainError
from models.staff import Member, Scope, district_wide, reaches
from models.voices import LEVELS, Rectification
from models.voices.rectifications import Wanted
from models.voices.rectifying import opinion_at
from models.voices.stages import (
    OPEN_STATES,
    STEPS,
    Escalated,
    State,
    Through,
    Verb,
    next_step,
)
from models.workdays import local

LABELS: Mapping[State, str] = {
    State.OPEN: "待联系",
    State.CONTACTED: "整改中",
    State.FIXED: "已整改，待回访",
    State.CALLED_BACK: "已回访，待公开回复",
    State.CLOSED: "已结束",
}


class Words(NamedTuple):
    """What a step is called, and what is asked for."""

    label: str
    asks: str


WORDS: Mapping[Verb, Words] = {
    Verb.CONTACT: Words("已联系本人", "联系情况（何时、怎样联系，本人怎么说）"),
    Verb.FIX: Words("整改完成", "做了什么（本人会看到）"),
    Verb.CALL_BACK: Words("已回访", "回访情况（本人是否满意）"),
    Verb.CLOSE: Words("公开回复", "公开回复（所有人可见，不要写本人信息）"),
}
ESCALATED: Mapping[Escalated, str] = {
    Escalated.NO: "",
    Escalated.SUPERVISOR: "已上报部门负责人",
    Escalated.MANAGEMENT: "已上报政务管理科",
}
THROUGH: Mapping[Through, str] = {Through.DEPARTMENT: "部门", Through.MANAGEMENT: "政务管理科（本人要求）"}
SHOWN: Mapping[str, Wanted] = {
    "open": Wanted(OPEN_STATES),
    "overdue": Wanted(OPEN_STATES),
    "escalated": Wanted(escalated=(Escalated.SUPERVISOR, Escalated.MANAGEMENT)),
    "fixed": Wanted((State.FIXED, State.CALLED_BACK)),
    "closed": Wanted((State.CLOSED,)),
}
"""By filter; of what is overdue the moment is added."""


@dataclass(frozen=True)
class Row:
    case: Rectification
    now: datetime

    @property
    def due(self) -> str:
        at = self.case["due_at"]
        return f"{local(at, '%Y-%m-%d')}{'（已超期）' if at < self.now else ''}" if at else ""


RECTIFICATIONS = PanelList[Row](
    address="/admin/rectifications",
    columns=(
        Column("评价日期", lambda row: local(row.case["day"], "%Y-%m-%d")),
        Column(
            "事项",
            lambda row: row.case["item_name"] or "",
            link=lambda row: f"/admin/rectifications/{row.case['ref']}",
        ),
        Column("评价", lambda row: LEVELS[row.case["level"]]),
        Column("环节", lambda row: LABELS[row.case["state"]]),
        Column("期限", lambda row: row.due),
        Column("由谁联系", lambda row: THROUGH[row.case["through"]]),
        Column("上报", lambda row: ESCALATED[row.case["escalated"]]),
    ),
    filters={
        "open": Filter("待整改", (), empty="没有待整改的差评。"),
        "overdue": Filter("已超期", (), empty="没有超期的整改。"),
        "escalated": Filter("已上报", (), empty="没有上报的整改。"),
        "fixed": Filter("待回访、待回复", (), empty="没有等待回访或回复的整改。"),
        "closed": Filter("已结束", (), empty="还没有结束的整改。"),
    },
    empty="没有差评整改。",
)


def wanted(show: str, now: datetime) -> Wanted:
    one = SHOWN[show]
    return Wanted(one.states, now, one.escalated) if show == "overdue" else one


class RectificationRows(PanelPage):
    """A page that shows rectifications as their list does."""

    def rectification_rows(self, found: list[Rectification]) -> list[Row]:
        return [Row(one, self.now) for one in found]


class RectificationsPage(RectificationRows):
    """GET /admin/rectifications?show=&after=&before="""

    @needs(Scope.REVIEWS_READ)
    async def get(self) -> None:
        store, member = self.services.rectifications, self.signed_in_member()
        show = RECTIFICATIONS.chosen(self)
        asked = wanted(show, self.now)
        page = await store.page(member, asked, lists.ROWS_A_PAGE, **lists.places(self))
        counts = await lists.counts(
            RECTIFICATIONS.filters, lambda key: store.count(member, wanted(key, self.now))
        )
        shown = lists.shown(
            RECTIFICATIONS,
            self.rectification_rows(page.rows),
            page,
            {"show": show},
            counts=counts,
        )
        self.show("admin/rectifications/list.html", listed=shown)


class RectificationPage(RectificationRows):
    """GET /admin/rectifications/{ref}"""

    @needs(Scope.REVIEWS_READ)
    async def get(self, ref: str) -> None:
        await self.page(ref)

    async def page(self, ref: str, error: DomainError | None = None, acted: str = "") -> None:
        """`acted` is the last part of the address whose form is in hand."""
        member = self.signed_in_member()
        found = await self.services.rectifications.seen(ref, member)
        review = await self.services.reviews.get(found["_id"])
        said = opinion_at(review, found["opened_at"])
        verb = next_step(found["state"])
        rounds = [found["done"], *(one["done"] for one in found["earlier"])]
        actors = {one["actor"] for done in rounds for one in done.values()}
        self.show(
            "admin/rectifications/rectification.html",
            case=found,
            row=Row(found, self.now),
            labels=LABELS,
            levels=LEVELS,
            names=WORDS,
            verb=verb,
            step=STEPS[verb] if verb else None,
            steps=STEPS,
            reads_calls=await self.services.rectifying.reads_calls(found, member, self.by_member()),
            may_handle=reaches(member, Scope.RECTIFICATIONS_HANDLE, found["department"] or ""),
            may_talk=may_talk(member, found),
            through=THROUGH[found["through"]],
            escalated=ESCALATED[found["escalated"]],
            tags=tags_of(said),
            words_of_review=words_for(said, moderates=False),
            who=await self.called(actors),
            shortened=shortened,
            error=error,
            acted=acted,
            given=self.given() if acted else {},
        )


def may_talk(member: Member, found: Rectification) -> bool:
    """Whether the member is one of those who talk to the person."""
    department = found["through"] is Through.DEPARTMENT
    return department or district_wide(member, Scope.RECTIFICATIONS_HANDLE)


class RectificationAction(FormAction, RectificationPage):
    def form_page(self) -> str:
        return f"/admin/rectifications/{self.path_args[0]}"


class StepHandler(RectificationAction):
    """POST /admin/rectifications/{ref}/{verb}; a refusal shows the page with its input."""

    @needs(Scope.RECTIFICATIONS_HANDLE)
    async def post(self, ref: str, verb: str) -> None:
        member, words = self.signed_in_member(), self.get_body_argument("words", "")
        try:
            taken = await self.services.rectifying.take(ref, Verb(verb), member, words, self.by_member())
        except DomainError as error:
            return await self.page(ref, error, verb)
        return self.see_other(self.form_page(), said=f"已记录：{LABELS[taken['state']]}。")


class RevealHandler(RectificationAction):
    """POST /admin/rectifications/{ref}/reveal: name and phone of the person, on record."""

    @needs(Scope.RECTIFICATIONS_HANDLE)
    async def post(self, ref: str) -> None:
        member, reason = self.signed_in_member(), self.get_body_argument("words", "")
        try:
            contact = await self.services.rectifying.reveal(ref, member, reason, self.by_member())
        except DomainError as error:
            return await self.page(ref, error, "reveal")
        return self.show("admin/rectifications/contact.html", contact=contact, back=self.form_page())


ROUTES = [
    ("/admin/rectifications", RectificationsPage),
    (rf"/admin/rectifications/{DOCUMENT_ID}", RectificationPage),
    (rf"/admin/rectifications/{DOCUMENT_ID}/({'|'.join(Verb)})", StepHandler),
    (rf"/admin/rectifications/{DOCUMENT_ID}/reveal", RevealHandler),
]
