"""办件 in the panel: the queue, one application, and what can be done with it (articles 10, 12, 14, 15)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from handlers.admin.panel import PanelPage
from handlers.applications.confirm import readable
from handlers.base import needs
from models.applications import (
    PRIVATE,
    TRANSITIONS,
    Action,
    State,
    is_sealed,
    mask_answer,
    status_text,
)
from models.errors import BadInput, Conflict, DomainError, NotFound
from models.items import Guide
from models.staff import check_scope, scopes
from models.store import Document
from models.workdays import Workdays, local_date

DOCUMENT_ID = r"([0-9a-f]{32})"
A_PAGE = 30
FILTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "open": ("待处理", (State.SUBMITTED.value, State.ACCEPTED.value)),
    "submitted": ("待受理", (State.SUBMITTED.value,)),
    "supplement": ("待补正", (State.SUPPLEMENT_REQUESTED.value,)),
    "accepted": ("办理中", (State.ACCEPTED.value,)),
    "closed": (
        "已结束",
        tuple(s.value for s in (State.CONCLUDED, State.NOT_ACCEPTED, State.RETURNED, State.WITHDRAWN)),
    ),
}
ALL_STATES = tuple(state.value for state in State if state not in PRIVATE)
NO_FILE = NotFound("file_not_found", "没有找到该文件")
NOT_ACCEPTED_YET = Conflict("application_moved_on", "该办件刚刚有变动，请刷新后再操作")
NOT_PDF = BadInput("deliverable_not_pdf", "办理结果须为PDF文件", field="deliverable")
SCOPE: Mapping[Action, str] = {
    Action.ACCEPT: "applications:accept",
    Action.REQUEST_SUPPLEMENT: "applications:accept",
    Action.NOT_ACCEPT: "applications:accept",
    Action.RETURN: "applications:decide",
    Action.CONCLUDE: "applications:decide",
}
SOON = 2
"""Working days before a deadline from which its light is yellow."""


def light(application: Document, now: datetime, calendar: Workdays) -> tuple[str, str]:
    """Colour and words of a deadline: green, yellow, red; none while no clock runs."""
    due: datetime | None = application["due_at"]
    if due is None:
        return "none", "等待申请人" if application["state"] == State.SUPPLEMENT_REQUESTED else ""
    if due < now:
        return "red", "已超期"
    left = calendar.between(local_date(now), local_date(due))
    words = f"剩{left}个工作日" if left else "今天到期"
    return ("green" if left > SOON else "yellow"), words


class QueuePage(PanelPage):
    """GET /admin/applications?show=&q=&after="""

    @needs("applications:read")
    async def get(self) -> None:
        shown = self.get_query_argument("show", "open")
        typed = self.get_query_argument("q", "").rpartition("/")[
            2
        ]  # or scanned: a receipt's QR is an address
        text = "".join(typed.replace("-", "").split())
        states = ALL_STATES if text else FILTERS.get(shown, FILTERS["open"])[1]
        found = await self.services.applications.queue(
            self.somebody(), states, A_PAGE + 1, self.get_query_argument("after", "") or None, text
        )
        more = {"show": shown, "q": text, "after": found[A_PAGE - 1]["_id"]} if len(found) > A_PAGE else None
        self.show(
            "admin/queue.html",
            filters=FILTERS,
            shown=shown,
            text_query=text,
            rows=[
                (one, status_text(one["state"]), light(one, self.now, self.services.calendar))
                for one in found[:A_PAGE]
            ],
            more=f"/admin/applications?{urlencode(more)}" if more else None,
        )


class ApplicationPage(PanelPage):
    """GET /admin/applications/{id}"""

    @needs("applications:read")
    async def get(self, key: str) -> None:
        await self.page(key)

    async def load(self, key: str) -> tuple[Document, Guide]:
        found = await self.services.applications.for_member(key, self.somebody())
        return found, await self.services.guides.version(found["guide"])

    async def page(self, key: str, error: DomainError | None = None, acted: str = "") -> None:
        found, guide = await self.load(key)
        self.show(
            "admin/application.html",
            application=found,
            guide=guide,
            status=status_text(found["state"]),
            names=names_of(guide),
            sections=readable(guide, masked(guide, self.services.applications.answers(found))),
            due=light(found, self.now, self.services.calendar),
            place=self.place(found),
            actions=[a.value for a in TRANSITIONS[State(found["state"])] if self.can(a)],
            acted=acted,
            error=error,
            given=self.given(),
        )

    def place(self, found: Document) -> str:
        if found["place"]["how"] == "courier":
            return "快递到付（地址见完整信息）"
        return self.services.applications.place_text(found)

    def can(self, action: Action) -> bool:
        return action in SCOPE and SCOPE[action] in scopes(self.somebody())


class ActionHandler(ApplicationPage):
    """POST /admin/applications/{id}/{action}: one step; a refusal shows the page with its input."""

    @needs("applications:read")
    async def post(self, key: str, action: str) -> None:
        _, guide = await self.load(key)
        try:
            await ACTIONS[Action(action)](self, key, guide)
        except DomainError as error:
            return await self.page(key, error, action)
        return self.see_other(f"/admin/applications/{key}")

    def word(self, name: str) -> str:
        return self.get_body_argument(name, "")

    async def accept(self, key: str, guide: Guide) -> None:
        await self.services.applications.accept(
            key, self.somebody(), guide, self.services.calendar, self.by_member()
        )

    async def request_supplement(self, key: str, guide: Guide) -> None:
        await self.services.applications.request_supplement(
            key,
            self.somebody(),
            guide,
            self.get_body_arguments("materials"),
            self.get_body_arguments("fields"),
            self.word("reason"),
            self.by_member(),
        )

    async def not_accept(self, key: str, _: Guide) -> None:
        await self.services.applications.not_accept(
            key, self.somebody(), self.word("reason"), self.word("basis"), self.by_member()
        )

    async def return_(self, key: str, _: Guide) -> None:
        await self.services.applications.return_(key, self.somebody(), self.word("reason"), self.by_member())

    async def conclude(self, key: str, guide: Guide) -> None:
        """The file of the result stays only if the application is concluded with it."""
        member, by = self.somebody(), self.by_member()
        deliverable = await self.deliverable(key)
        try:
            await self.services.applications.conclude(
                key, member, guide, self.word("decision"), self.word("reason"), deliverable, by
            )
        except DomainError:
            if deliverable:
                await self.services.materials.drop(deliverable["_id"], by)
            raise

    async def deliverable(self, key: str) -> Document | None:
        """The uploaded result, kept; None where none was sent or the answer is no.

        Raises:
            Forbidden, Conflict: not theirs to conclude, or not any more.
            BadInput: it is no PDF.
        """
        check_scope(self.somebody(), SCOPE[Action.CONCLUDE])
        found, _ = await self.load(key)
        files = self.request.files.get("deliverable")
        if not files or not files[0].body or self.word("decision") != "approved":
            return None
        if State(found["state"]) is not State.ACCEPTED:
            raise NOT_ACCEPTED_YET
        if not files[0].body.startswith(b"%PDF-"):
            raise NOT_PDF
        return await self.services.materials.keep(
            found["applicant"], key, "result", files[0].filename, files[0].body, self.by_member()
        )


ACTIONS: Mapping[Action, Callable[[ActionHandler, str, Guide], Awaitable[None]]] = {
    Action.ACCEPT: ActionHandler.accept,
    Action.REQUEST_SUPPLEMENT: ActionHandler.request_supplement,
    Action.NOT_ACCEPT: ActionHandler.not_accept,
    Action.RETURN: ActionHandler.return_,
    Action.CONCLUDE: ActionHandler.conclude,
}


class FileHandler(ApplicationPage):
    """GET /admin/applications/{id}/files/{file}"""

    @needs("applications:read")
    async def get(self, key: str, file: str) -> None:
        found, _ = await self.load(key)
        result = found["result"] or {}
        if file not in {m["file"] for m in found["materials"]} | {result.get("deliverable")}:
            raise NO_FILE
        kept, content = await self.services.materials.read(file)
        shown = "inline" if kept["media_type"].startswith("image/") else "attachment"
        self.set_header("Content-Type", kept["media_type"])
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        self.set_header("Cache-Control", "private, no-store")
        self.set_header("Content-Disposition", f"{shown}; filename*=UTF-8''{quote(kept['name'], safe='')}")
        self.finish(content)


class RevealHandler(ApplicationPage):
    """POST /admin/applications/{id}/reveal: the identity and the answers in the clear, on record."""

    @needs("applications:read")
    async def post(self, key: str) -> None:
        found, guide = await self.load(key)
        try:
            seen = await self.services.applicants.reveal(
                found["applicant"], self.get_body_argument("reason", ""), self.by_member()
            )
        except DomainError as error:
            return await self.page(key, error, "reveal")
        answers = self.services.applications.answers(found)
        return self.show(
            "admin/identity.html",
            application=found,
            seen=seen,
            sections=readable(guide, answers),
            place=self.services.applications.place_text(found),
        )


def masked(guide: Guide, answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as they are shown before anybody asks to see the whole."""
    questions = {question.name: question for question in guide.form.questions()}
    return {
        name: mask_answer(questions[name], value) if is_sealed(questions[name]) else value
        for name, value in answers.items()
    }


def names_of(guide: Guide) -> dict[str, str]:
    """What the materials and the questions of a guide are called, by their codes."""
    materials = {material.code: material.name for material in guide.materials}
    return materials | {question.name: question.label for question in guide.form.questions()}


ROUTES = [
    (r"/admin/applications", QueuePage),
    (rf"/admin/applications/{DOCUMENT_ID}", ApplicationPage),
    (rf"/admin/applications/{DOCUMENT_ID}/files/{DOCUMENT_ID}", FileHandler),
    (rf"/admin/applications/{DOCUMENT_ID}/reveal", RevealHandler),
    (
        rf"/admin/applications/{DOCUMENT_ID}/(accept|request_supplement|not_accept|return|conclude)",
        ActionHandler,
    ),
]
