"""Flags of the blacklist in the panel: the queue of service management, and the form by which one is raised
(article 28)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from pydantic import BaseModel

from handlers.admin import lists
from handlers.admin.lists import Choice, Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage
from handlers.admin.reviews import shortened
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from handlers.web.uploads import Upload
from handlers.web.visitor import declared
from models.applications import Application, check_serial
from models.blacklist import Flag, FlagReason, FlagState, WantedFlags
from models.blacklist.document import Kind
from models.errors import DomainError, NotFound
from models.events import Cause
from models.materials.inspection.kinds import LARGEST
from models.materials.store import Materials
from models.staff import Scope, reaches, scopes_of
from models.voices import LEVELS, GivenReview
from models.workdays import local

REASONS: Mapping[FlagReason, str] = {
    FlagReason.SAME_ITEM: "短期内多次申请同一事项",
    FlagReason.UNCIVIL_WORDS: "表单中有不文明用语",
    FlagReason.REVIEWS_SET_ASIDE: "多条评价经异议核实不计入",
    FlagReason.FALSE_MATERIALS: "提供虚假材料或信息",
    FlagReason.SEEN: "工作人员发现的其他情况",
}
STATES: Mapping[FlagState, str] = {
    FlagState.OPEN: "待处理",
    FlagState.DISMISSED: "不予处理",
    FlagState.TAKEN: "已提出处理决定",
}
BY_MEMBERS = (FlagReason.FALSE_MATERIALS, FlagReason.SEEN)
"""For which a member may raise one; the others are the system's."""
REASON = Choice("reason", "类别", {reason.value: label for reason, label in REASONS.items()})


MENTIONS: Mapping[Kind, str] = {"application": "{}件办件", "review": "{}条评价"}
"""How many records a flag is about, by their kind."""


@dataclass(frozen=True)
class Mention:
    """A record that a flag is about: what it is `called`, its `item`, and its `page`, "" where the member may
    not open it."""

    called: str
    item: str
    page: str


@dataclass(frozen=True)
class Row:
    """`raiser` is what staff call who raised it."""

    flag: Flag
    raiser: str


FLAGS = PanelList[Row](
    address="/admin/flags",
    columns=(
        Column(
            "提出时间",
            lambda row: local(row.flag["at"]),
            link=lambda row: f"/admin/flags/{row.flag['_id']}",
            whole=True,
        ),
        Column("类别", lambda row: REASONS[row.flag["reason"]]),
        Column("对象", lambda row: row.flag["masked_name"], whole=True),
        Column("情况", lambda row: shortened(row.flag["words"])),
        Column("涉及", lambda row: mentioned(row.flag), whole=True),
        Column("提出人", lambda row: row.raiser),
        Column("处理", lambda row: STATES[row.flag["state"]], whole=True),
    ),
    filters={
        "open": Filter("待处理", (FlagState.OPEN,), empty="没有等待处理的线索。"),
        "dismissed": Filter("不予处理", (FlagState.DISMISSED,)),
        "taken": Filter("已提出处理决定", (FlagState.TAKEN,)),
    },
    empty="还没有这样的线索。",
)


def mentioned(flag: Flag) -> str:
    return MENTIONS[flag["reason"].kind].format(len(flag["about"])) if flag["about"] else "—"


def review_called(review: GivenReview) -> str:
    """A review by its level and day, which do not say who gave it."""
    return f"{LEVELS[review['level']]}，{local(review['day'], '%Y-%m-%d')}"


def wanted(show: str, reason: str = "") -> WantedFlags:
    states = tuple(FlagState(state) for state in FLAGS.filters[show].states)
    return WantedFlags(states, FlagReason(reason) if reason else None)


class FlagRows(PanelPage):
    """A page that shows flags as their list does."""

    async def flag_rows(self, found: Sequence[Flag]) -> list[Row]:
        who = await self.called({one["raised_by"] for one in found})
        return [Row(one, who[one["raised_by"]]) for one in found]


class FlagsPage(FlagRows):
    """GET /admin/flags?show=&reason=&after=&before="""

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self) -> None:
        store, member = self.services.flags, self.signed_in_member()
        asked = FLAGS.narrowed(self, (REASON,))
        reason = asked.get("reason", "")
        sought = wanted(asked["show"], reason)
        page = await store.page(member, sought, lists.ROWS_A_PAGE, **lists.places(self))
        counts = await lists.counts(FLAGS.filters, lambda key: store.count(member, wanted(key, reason)))
        shown = lists.shown(
            FLAGS,
            await self.flag_rows(page.rows),
            page,
            asked,
            choices=(REASON,),
            counts=counts,
        )
        self.show("admin/blacklist/flags.html", listed=shown)


class FlagPage(PanelPage):
    """GET /admin/flags/{id}"""

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self, key: str) -> None:
        await self.page(key)

    async def page(self, key: str, error: DomainError | None = None) -> None:
        member = self.signed_in_member()
        found = await self.services.flags.seen(key, member)
        closed = found["closed"]
        waiting = await self.services.flags.page(member, wanted("open"), 2)
        self.show(
            "admin/blacklist/flag.html",
            flag=found,
            reason=REASONS[found["reason"]],
            state=STATES[found["state"]],
            is_open=found["state"] is FlagState.OPEN,
            of_reviews=found["reason"].kind == "review",
            about=await self.mentions(found),
            who=await self.called({found["raised_by"], *({closed["by"]} if closed else ())}),
            following=next((f"/admin/flags/{one['_id']}" for one in waiting.rows if one["_id"] != key), ""),
            error=error,
            given=self.given() if error else {},
        )

    async def mentions(self, flag: Flag) -> list[Mention]:
        """What it is about; reviews as staff know them, by their `ref`."""
        if flag["reason"].kind == "review":
            reviews = await self.services.reviews.those(flag["about"])
            return [self.review(reviews[one]) for one in flag["about"]]
        return [self.case(await self.services.applications.get(one)) for one in flag["about"]]

    def case(self, found: Application) -> Mention:
        reads = reaches(self.signed_in_member(), Scope.APPLICATIONS_READ, found["department"])
        page = f"/admin/applications/{found['_id']}" if reads else ""
        return Mention(found["serial"] or "未提交", found["item_name"], page)

    def review(self, found: GivenReview) -> Mention:
        reads = reaches(self.signed_in_member(), Scope.REVIEWS_READ, found["department"] or "")
        page = f"/admin/reviews/{found['ref']}" if reads else ""
        return Mention(review_called(found), found["item_name"] or "", page)


class DismissHandler(FormAction, FlagPage):
    """POST /admin/flags/{id}/dismiss"""

    def form_page(self) -> str:
        return f"/admin/flags/{self.path_args[0]}"

    @needs(Scope.BLACKLIST_DECIDE)
    async def post(self, key: str) -> None:
        reason = self.get_body_argument("reason", "")
        try:
            await self.services.flags.dismiss(key, self.signed_in_member(), reason, self.by_member())
        except DomainError as error:
            return await self.page(key, error)
        return self.see_other(self.form_page(), said="已不予处理，理由已记录。")


class FlagFileHandler(PanelPage):
    """GET /admin/flags/{id}/files/{file}; each time is on record."""

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self, key: str, file: str) -> None:
        found = await self.services.flags.seen(key, self.signed_in_member())
        if file not in {each["file"] for each in found.get("files", ())}:
            raise Materials.missing
        self.send_file(*await self.services.materials.view(file, self.by_member()))


class FlagForm(BaseModel):
    serial: str = ""
    whom: str = ""
    reason: Literal["false_materials", "seen"]
    words: str = ""


class NewFlagHandler(Upload, PanelPage):
    """GET and POST /admin/new-flag?case=: what a member has seen, about an application that they reach."""

    @needs(Scope.BLACKLIST_FLAG)
    async def get(self) -> None:
        await self.page()

    @needs(Scope.BLACKLIST_FLAG, unread=True)
    async def permit(self) -> None:
        """Whom it is about is known once the form is read."""

    def by_sender(self) -> Cause:
        return self.by_member()

    @declared(Scope.BLACKLIST_FLAG)  # checked by `act`, once the form is read
    async def post(self) -> None:
        self.read_form()
        await self.act()

    @needs(Scope.BLACKLIST_FLAG)
    async def act(self) -> None:
        try:
            file, filled = handed_in(self), self.form(FlagForm)
            found = await self.services.applications.get_by_serial(check_serial(filled.serial))
            await self.services.flags.raise_by_member(
                self.signed_in_member(),
                found["agent"] if filled.whom == "agent" else found["applicant"],
                FlagReason(filled.reason),
                [found["_id"]],
                filled.words,
                self.by_member(),
                file,
            )
        except DomainError as error:
            return await self.page(error)
        reads = Scope.APPLICATIONS_READ in scopes_of(self.signed_in_member())
        said = f"线索已提交，由政务管理科核实处理（{found['serial']}）。"
        return self.see_other(f"/admin/applications/{found['_id']}" if reads else "/admin", said)

    async def page(self, error: DomainError | None = None) -> None:
        case = await self.case()
        given = self.given() if error else {}
        self.show(
            "admin/blacklist/new_flag.html",
            case=case,
            serial=given.get("serial", [case["serial"] if case else ""])[0],
            for_body=case is not None and case["agent"] != case["applicant"],
            reasons={reason.value: REASONS[reason] for reason in BY_MEMBERS},
            largest=LARGEST,
            error=error,
            given=given,
        )

    async def case(self) -> Application | None:
        """The application from which the form was opened, if the member reaches it."""
        if not (key := self.get_query_argument("case", "")):
            return None
        try:
            return (await self.services.handling.case(key, self.signed_in_member())).application
        except NotFound:
            return None


def handed_in(page: Upload) -> BinaryIO | None:
    """The file of a form in which one may be sent, from its beginning."""
    file = page.received()
    if file is None or not file.read(1):
        return None
    file.seek(0)
    return file


ROUTES = [
    ("/admin/flags", FlagsPage),
    (rf"/admin/flags/{DOCUMENT_ID}", FlagPage),
    (rf"/admin/flags/{DOCUMENT_ID}/dismiss", DismissHandler),
    (rf"/admin/flags/{DOCUMENT_ID}/files/{DOCUMENT_ID}", FlagFileHandler),
    ("/admin/new-flag", NewFlagHandler),
]
