"""One 办件 in the panel, and what can be done with it (articles 10, 12, 14, 15)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from handlers.admin.panel import FormAction, PanelPage
from handlers.admin.queue import light, status_of, way_back
from handlers.web.answers import readable
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from handlers.web.uploads import Upload
from handlers.web.visitor import declared
from models.applications import TRANSITIONS, Action, State, check_action, files_of, may, next_state
from models.errors import BadInput, DomainError, NotFound
from models.events import Cause
from models.guides import Guide
from models.guides.form.answers import is_sealed, mask_answer
from models.materials.inspection.kinds import LARGEST
from models.materials.store import Materials
from models.people.credentials import ApplicantKind
from models.people.parties import Party
from models.staff.scopes import Scope
from models.store import Document


class DeliverableUnusable(BadInput):
    code = "deliverable_not_pdf"
    message = "办理结果须为PDF文件"
    field = "deliverable"


class ApplicationPage(PanelPage):
    """GET /admin/applications/{id}"""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self, key: str) -> None:
        await self.page(key)

    async def load(self, key: str) -> tuple[Document, Guide]:
        found = await self.services.applications.for_member(key, self.somebody())
        return found, await self.services.guides.version(found["guide"])

    async def page(self, key: str, error: DomainError | None = None, acted: str = "") -> None:
        found, guide = await self.load(key)
        applicant = await self.services.applicants.get(found["applicant"])
        actions = [action.value for action in self.actions(found)]
        self.show(
            "admin/application.html",
            application=found,
            guide=guide,
            current=await self.current(guide),
            here=way_back(self),
            status=status_of(found),
            names=names_of(guide),
            handed_in={m["code"]: m["file"] for m in found["materials"]},
            largest=LARGEST,
            sections=readable(guide, masked(guide, self.services.applications.answers(found), applicant)),
            unlike=await self.unlike(found, guide),
            due=light(found, self.now, self.services.calendar),
            place=self.place(found),
            actions=actions,
            asked_once=self.asked_once(found),
            acted=acted,
            error=error,
            given=self.given(),
            typed=self.typed() if acted in list(Action) and acted not in actions else [],
        )

    def actions(self, found: Document) -> list[Action]:
        """The steps that the member may take now."""
        return [action for action in Action if may(self.somebody(), found, action)]

    def asked_once(self, found: Document) -> bool:
        """Whether only a supervisor may ask for supplements again (article 12)."""
        asking = Action.REQUEST_SUPPLEMENT in TRANSITIONS[State(found["state"])]
        return asking and bool(found["supplements"]) and Action.REQUEST_SUPPLEMENT not in self.actions(found)

    async def unlike(self, found: Document, guide: Guide) -> list[str]:
        """Labels of the answers about the applicant's own identity that are not what the binding says."""
        applicants = self.services.applicants
        applicant, agent = [await applicants.get(found[who]) for who in ("applicant", "agent")]
        party = Party(applicant, agent, found["account"])
        return [q.label for q in self.services.applications.unlike_binding(found, party, guide)]

    async def current(self, guide: Guide) -> int | None:
        """The version of the guide that everybody reads now."""
        try:
            return (await self.services.guides.published(guide.item)).version
        except NotFound:
            return None

    def place(self, found: Document) -> str:
        if found["place"]["how"] == "courier":
            return "快递到付（地址见完整信息）"
        return self.services.applications.place_text(found)


class ApplicationAction(FormAction, ApplicationPage):
    def form_page(self) -> str:
        return f"/admin/applications/{self.path_args[0]}{way_back(self)}"

    def word(self, name: str) -> str:
        return self.get_body_argument(name, "")


class ActionHandler(ApplicationAction):
    """POST /admin/applications/{id}/{action}: one step; a refusal shows the page with its input."""

    @needs(Scope.APPLICATIONS_READ)
    async def post(self, key: str, action: str) -> None:
        _, guide = await self.load(key)
        try:
            await ACTIONS[Action(action)](self, key, guide)
        except DomainError as error:
            return await self.page(key, error, action)
        return self.see_other(self.form_page())

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


ACTIONS: Mapping[Action, Callable[[ActionHandler, str, Guide], Awaitable[None]]] = {
    Action.ACCEPT: ActionHandler.accept,
    Action.REQUEST_SUPPLEMENT: ActionHandler.request_supplement,
    Action.NOT_ACCEPT: ActionHandler.not_accept,
    Action.RETURN: ActionHandler.return_,
}


class ConcludeHandler(Upload, ApplicationAction):
    """POST /admin/applications/{id}/conclude, with the result where it is a file."""

    file_field = "deliverable"

    @needs(Scope.APPLICATIONS_READ)
    async def permit(self, key: str) -> None:
        found, _ = await self.load(key)
        check_action(self.somebody(), found, Action.CONCLUDE)

    def by_sender(self) -> Cause:
        return self.by_member()

    @declared(Scope.APPLICATIONS_READ)  # checked by `act`, once the form is read
    async def post(self, key: str) -> None:
        self.read_form()
        await self.act(key)

    @needs(Scope.APPLICATIONS_READ)
    async def act(self, key: str) -> None:
        _, guide = await self.load(key)
        try:
            await self.conclude(key, guide)
        except DomainError as error:
            return await self.page(key, error, Action.CONCLUDE.value)
        return self.see_other(self.form_page())

    async def conclude(self, key: str, guide: Guide) -> None:
        """The file of the result stays only if the application is concluded with it."""
        member, by = self.somebody(), self.by_member()
        deliverable = await self.deliverable(key)
        try:
            await self.services.applications.conclude(
                key, member, guide, self.word("decision"), self.word("reason"), deliverable, by
            )
        except Exception:
            if deliverable:
                await self.drop_unless_result(key, deliverable["_id"])
            raise

    async def drop_unless_result(self, key: str, file: str) -> None:
        """A failure may have come after the write."""
        result = (await self.services.applications.get(key))["result"] or {}
        if result.get("deliverable") != file:
            await self.services.materials.drop(file, self.by_member())

    async def deliverable(self, key: str) -> Document | None:
        """The uploaded result, or the document that says why not, kept; None where none was sent.

        Raises:
            Forbidden, Conflict: not theirs to conclude, or not any more.
            BadInput: it is no PDF.
        """
        found, _ = await self.load(key)
        check_action(self.somebody(), found, Action.CONCLUDE)
        name, file = self.received()
        if file is None or not (begin := file.read(5)):
            return None
        next_state(State(found["state"]), Action.CONCLUDE)
        if begin != b"%PDF-":
            raise DeliverableUnusable
        file.seek(0)
        return await self.services.materials.keep(
            found["applicant"], key, "result", name, file, self.by_member()
        )


class FileHandler(ApplicationPage):
    """GET /admin/applications/{id}/files/{file}"""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self, key: str, file: str) -> None:
        found, _ = await self.load(key)
        if file not in files_of(found):
            raise Materials.missing
        kept, content = await self.services.materials.view(file, self.by_member())
        self.send_file(kept, content)


class RevealHandler(ApplicationAction):
    """POST /admin/applications/{id}/reveal: the identity and the answers in the clear, on record."""

    @needs(Scope.APPLICATIONS_READ)
    async def post(self, key: str) -> None:
        found, guide = await self.load(key)
        try:
            seen = await self.services.applicants.reveal(
                found["applicant"], self.get_body_argument("reason", ""), self.by_member(), key
            )
        except DomainError as error:
            return await self.page(key, error, "reveal")
        answers = self.services.applications.answers(found)
        return self.show(
            "admin/identity.html",
            application=found,
            here=way_back(self),
            seen=seen,
            sections=readable(guide, answers),
            unlike=await self.unlike(found, guide),
            place=self.services.applications.place_text(found),
        )


def masked(guide: Guide, answers: dict[str, Any], applicant: Document) -> dict[str, Any]:
    """Answers as they are shown before anybody asks to see the whole."""
    questions = {question.name: question for question in guide.form.questions()}
    whose = ApplicantKind(applicant["kind"])
    return {
        name: mask_answer(questions[name], value, whose) if is_sealed(questions[name]) else value
        for name, value in answers.items()
    }


def names_of(guide: Guide) -> dict[str, str]:
    """What the materials and the questions of a guide are called, by their codes."""
    materials = {material.code: material.name for material in guide.materials}
    return materials | {question.name: question.label for question in guide.form.questions()}


ROUTES = [
    (rf"/admin/applications/{DOCUMENT_ID}", ApplicationPage),
    (rf"/admin/applications/{DOCUMENT_ID}/files/{DOCUMENT_ID}", FileHandler),
    (rf"/admin/applications/{DOCUMENT_ID}/reveal", RevealHandler),
    (
        rf"/admin/applications/{DOCUMENT_ID}/(accept|request_supplement|not_accept|return)",
        ActionHandler,
    ),
    (rf"/admin/applications/{DOCUMENT_ID}/conclude", ConcludeHandler),
]
