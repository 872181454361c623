"""Papers on their way to their people: calls to make, letters to send, notices to publish (送达)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from handlers.admin import lists
from handlers.admin.lists import Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage
from handlers.web.staff import needs
from models.errors import DomainError
from models.serving import (
    NOTED,
    How,
    Outcome,
    Paper,
    Serving,
    State,
    Word,
    is_with_clerks,
    step_of,
    words_for,
)
from models.serving.rules import ServingTimeWrong
from models.staff import Scope, reaches, scopes_of
from models.workdays import PANYU, local

HOWS: Mapping[How, str] = {
    How.WECHAT: "微信消息",
    How.SMS: "短信",
    How.OWN_PAGE: "本人网页查看",
    How.CALL: "电话送达",
    How.LETTER: "邮寄送达",
    How.PUBLIC_NOTICE: "公告送达",
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.WAITING: "",
    Outcome.REACHED: "已收到",
    Outcome.NOT_REACHED: "未能送达",
    Outcome.NO_WORD: "期内没有结果",
}
DONE = "delivered"
ADDRESS = r"/admin/servings/([0-9a-f]{32}:[a-z_]{1,40})"
MOMENT = "%Y-%m-%dT%H:%M"
"""As a browser's field for a date and a time sends it."""


@dataclass(frozen=True)
class Row:
    """A paper in a list."""

    serving: Serving

    @property
    def state(self) -> str:
        if delivered := self.serving["delivered"]:
            return f"{HOWS[delivered['how']]}，{local(delivered['at'])}"
        return f"{HOWS[self.serving['step']]}，自{local(step_of(self.serving)['at'])}"

    @property
    def ahead(self) -> str:
        """Until when this step is given, or what a clerk has to do first."""
        if self.serving["state"] is State.DELIVERED:
            return ""
        if self.serving["next_at"]:
            return local(self.serving["next_at"])
        return "、".join(words_for(self.serving).values())


SERVINGS = PanelList[Row](
    address="/admin/servings",
    columns=(
        Column("文书", lambda row: row.serving["title"], link=lambda row: address_of(row.serving)),
        Column("受送达人", lambda row: row.serving["masked_name"]),
        Column("方式", lambda row: row.state),
        Column("期限或待办", lambda row: row.ahead),
    ),
    filters={
        How.CALL: Filter("待打电话", (How.CALL,), empty="没有等待打电话送达的文书。"),
        How.LETTER: Filter("待邮寄", (How.LETTER,), empty="没有等待邮寄送达的文书。"),
        How.PUBLIC_NOTICE: Filter("待公告", (How.PUBLIC_NOTICE,), empty="没有等待公告送达的文书。"),
        "electronic": Filter(
            "微信短信送达中", (How.WECHAT, How.SMS, How.OWN_PAGE), empty="没有正在电子送达的文书。"
        ),
        DONE: Filter("已送达", tuple(How)),
    },
    empty="还没有送达的文书。",
)


class RecordForm(BaseModel):
    what: Word
    at: str = ""
    words: str = ""
    version: int = 0


def address_of(serving: Serving) -> str:
    return f"/admin/servings/{serving['_id']}"


class ServingsPage(PanelPage):
    """GET /admin/servings?show=&after=&before="""

    @needs(Scope.PAPERS_SERVE)
    async def get(self) -> None:
        servings, show, member = self.services.servings, SERVINGS.chosen(self), self.signed_in_member()
        page = await servings.page(
            member,
            SERVINGS.filters[show].states,
            lists.ROWS_A_PAGE,
            delivered=show == DONE,
            **lists.places(self),
        )
        counts = await lists.counts(
            SERVINGS.filters,
            lambda key: servings.count(member, SERVINGS.filters[key].states, delivered=key == DONE),
        )
        shown = lists.shown(
            SERVINGS,
            [Row(one) for one in page.rows],
            page,
            {"show": show},
            counts=counts,
        )
        self.show("admin/servings.html", listed=shown)


class ServingPage(PanelPage):
    """GET /admin/servings/{paper}"""

    @needs(Scope.PAPERS_SERVE)
    async def get(self, key: str) -> None:
        await self.page(key)

    async def page(self, key: str, error: DomainError | None = None, revealed: Sequence[str] = ()) -> None:
        """`revealed` are the name and the phone of whom the paper is for."""
        member = self.signed_in_member()
        found = await self.services.servings.theirs(key, member)
        notes = [note for step in found["steps"] for note in step["notes"]]
        of_case = found["paper"] is not Paper.BAN
        case = found["about"] if of_case and Scope.APPLICATIONS_READ in scopes_of(member) else ""
        self.show(
            "admin/serving.html",
            one=found,
            path=address_of(found),
            row=Row(found),
            hows=HOWS,
            outcomes=OUTCOMES,
            called=await self.called({note["by"] for note in notes}),
            labels={word: noted.label for words in NOTED.values() for word, noted in words.items()},
            choices=words_for(found),
            chosen=self.get_body_argument("what", ""),
            words_given=self.get_body_argument("words", ""),
            at=self.get_body_argument("at", "") or local(self.now, MOMENT),
            revealed=revealed,
            prints=is_with_clerks(found),
            reason=self.get_body_argument("reason", ""),
            case=case if reaches(member, Scope.APPLICATIONS_READ, found["department"]) else "",
            error=error,
        )


class RecordHandler(FormAction, ServingPage):
    """POST /admin/servings/{paper}/record"""

    def form_page(self) -> str:
        return self.request.path.removesuffix("/record")

    @needs(Scope.PAPERS_SERVE)
    async def post(self, key: str) -> None:
        try:
            done = await self.record(key, self.form(RecordForm))
        except DomainError as error:
            return await self.page(key, error)
        return self.see_other(self.form_page(), f"已登记：{Row(done).state}。")

    async def record(self, key: str, filled: RecordForm) -> Serving:
        return await self.services.servings.record(
            key,
            self.signed_in_member(),
            filled.what,
            moment_of(filled.at),
            filled.words,
            filled.version,
            self.by_member(),
        )


class RevealHandler(FormAction, ServingPage):
    """POST /admin/servings/{paper}/reveal: name and phone, on record."""

    def form_page(self) -> str:
        return self.request.path.removesuffix("/reveal")

    @needs(Scope.PAPERS_SERVE)
    async def post(self, key: str) -> None:
        member = self.signed_in_member()
        revealed = await self.services.servings.reveal(key, member, self.by_member())
        await self.page(key, revealed=revealed)


class PrintHandler(FormAction, ServingPage):
    """POST /admin/servings/{paper}/print: the whole paper with its slip, for the envelope, on record."""

    def form_page(self) -> str:
        return self.request.path.removesuffix("/print")

    @needs(Scope.PAPERS_SERVE)
    async def post(self, key: str) -> None:
        member, reason = self.signed_in_member(), self.get_body_argument("reason", "")
        try:
            found, paper = await self.services.printing.print_out(key, member, reason, self.by_member())
        except DomainError as error:
            return await self.page(key, error)
        return self.show(
            "admin/serving_print.html", path=address_of(found), paper=paper, how=HOWS[found["step"]]
        )


def moment_of(typed: str) -> datetime:
    """The moment of a date and time in Panyu, as a browser's field sends it.

    Raises:
        BadInput: `serving_time_wrong`.
    """
    try:
        return datetime.strptime(typed, MOMENT).replace(tzinfo=PANYU)
    except ValueError:
        raise ServingTimeWrong from None


ROUTES = [
    (r"/admin/servings", ServingsPage),
    (ADDRESS, ServingPage),
    (rf"{ADDRESS}/record", RecordHandler),
    (rf"{ADDRESS}/reveal", RevealHandler),
    (rf"{ADDRESS}/print", PrintHandler),
]
