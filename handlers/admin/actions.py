"""What staff do with a 办件: each form of its page has an address of its own (articles 10, 12, 15)."""

from collections.abc import Awaitable, Callable, Mapping

from handlers.admin.applications import ApplicationAction
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from handlers.web.uploads import Upload
from handlers.web.visitor import declared
from models.applications import Action, Decision, StaffCase, check_action, check_pdf, next_state
from models.errors import DomainError
from models.events import Cause
from models.guides import TYPES
from models.materials.store import KeptFile
from models.staff import Scope

RESULT = "办理结果"
"""What the file of a result is called where the guide has no name for it."""


class ActionHandler(ApplicationAction):
    """POST /admin/applications/{id}/{action}: one step; a refusal shows the page with its input."""

    @needs(Scope.APPLICATIONS_READ)
    async def post(self, key: str, action: str) -> None:
        try:
            await VERBS[Action(action)](self, self.as_seen(await self.load(key)))
        except DomainError as error:
            return await self.page(key, error, action)
        return self.see_other(self.form_page())

    async def receive(self, case: StaffCase) -> None:
        await self.services.handling.receive(case, self.word("reason"), self.by_member())

    async def accept(self, case: StaffCase) -> None:
        await self.services.handling.accept(case, self.by_member())

    async def request_supplement(self, case: StaffCase) -> None:
        await self.services.handling.request_supplement(
            case,
            self.get_body_arguments("materials"),
            self.get_body_arguments("fields"),
            self.word("reason"),
            self.by_member(),
        )

    async def not_accept(self, case: StaffCase) -> None:
        reason, basis = self.word("reason"), self.word("basis")
        await self.services.handling.not_accept(case, reason, basis, self.by_member())

    async def pause(self, case: StaffCase) -> None:
        procedure, reason = self.word("procedure"), self.word("reason")
        await self.services.handling.pause(case, procedure, reason, self.by_member())

    async def resume(self, case: StaffCase) -> None:
        await self.services.handling.resume(case, self.word("reason"), self.by_member())

    async def return_(self, case: StaffCase) -> None:
        await self.services.handling.return_(case, self.word("reason"), self.by_member())


VERBS: Mapping[Action, Callable[[ActionHandler, StaffCase], Awaitable[None]]] = {
    Action.RECEIVE: ActionHandler.receive,
    Action.ACCEPT: ActionHandler.accept,
    Action.REQUEST_SUPPLEMENT: ActionHandler.request_supplement,
    Action.NOT_ACCEPT: ActionHandler.not_accept,
    Action.PAUSE: ActionHandler.pause,
    Action.RESUME: ActionHandler.resume,
    Action.RETURN: ActionHandler.return_,
}


class ConcludeHandler(Upload, ApplicationAction):
    """POST /admin/applications/{id}/conclude, with the result where it is a file."""

    file_field = "deliverable"

    @needs(Scope.APPLICATIONS_READ)
    async def permit(self, key: str) -> None:
        check_action(self.signed_in_member(), (await self.load(key)).application, Action.CONCLUDE)

    def by_sender(self) -> Cause:
        return self.by_member()

    @declared(Scope.APPLICATIONS_READ)  # checked by `act`, once the form is read
    async def post(self, key: str) -> None:
        self.read_form()
        await self.act(key)

    @needs(Scope.APPLICATIONS_READ)
    async def act(self, key: str) -> None:
        try:
            await self.conclude(self.as_seen(await self.load(key)))
        except DomainError as error:
            return await self.page(key, error, Action.CONCLUDE.value)
        return self.see_other(self.form_page())

    async def conclude(self, case: StaffCase) -> None:
        """The file of the result stays only if the application is concluded with it."""
        deliverable = await self.deliverable(case)
        decision, reason = self.word("decision"), self.word("reason")
        try:
            await self.services.handling.conclude(case, decision, reason, deliverable, self.by_member())
        except Exception:
            if deliverable:
                await self.drop_unless_result(case.key, deliverable["_id"])
            raise

    async def drop_unless_result(self, key: str, file: str) -> None:
        """A failure may have come after the write."""
        result = (await self.services.applications.get(key))["result"]
        if result is None or result["deliverable"] != file:
            await self.services.materials.drop(file, self.by_member())

    async def deliverable(self, case: StaffCase) -> KeptFile | None:
        """The uploaded result, or the document that says why not, kept; None where none was sent.

        Raises:
            Forbidden, Conflict: the member may not conclude it, or it has moved on.
            BadInput: it is no PDF.
        """
        check_action(case.member, case.application, Action.CONCLUDE)
        file = self.received()
        if file is None or not (begin := file.read(5)):
            return None
        next_state(case.state, Action.CONCLUDE)
        check_pdf(begin)
        file.seek(0)
        denied = self.word("decision") == Decision.DENIED
        called = TYPES[case.guide.type].denial if denied else case.guide.deliverable or RESULT
        owner = case.application["applicant"]
        return await self.services.materials.keep(owner, case.key, "result", called, file, self.by_member())


ROUTES = [
    (rf"/admin/applications/{DOCUMENT_ID}/({'|'.join(VERBS)})", ActionHandler),
    (rf"/admin/applications/{DOCUMENT_ID}/{Action.CONCLUDE}", ConcludeHandler),
]
