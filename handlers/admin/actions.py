"""What staff do with a 办件: each form of its page has an address of its own (articles 10, 12, 15)."""

from collections.abc import Awaitable, Callable, Mapping

from handlers.admin.applications import EDIT, ApplicationAction
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
    async def post(self, key: str, name: str) -> None:
        action = Action(name)
        if self.word("step") == EDIT:
            return await self.page(key, acted=action)
        try:
            case = self.as_seen(await self.load(key))
            if not self.confirmed(action):
                CHECKS[action](self, case)
                return await self.ask(case, action)
            changed = await VERBS[action](self, case)
        except DomainError as error:
            return await self.page(key, error, action)
        return self.done(action, changed)

    async def receive(self, case: StaffCase) -> StaffCase:
        return await self.services.handling.receive(case, self.word("reason"), self.by_member())

    async def accept(self, case: StaffCase) -> StaffCase:
        return await self.services.handling.accept(case, self.by_member())

    async def request_supplement(self, case: StaffCase) -> StaffCase:
        return await self.services.handling.request_supplement(
            case,
            self.get_body_arguments("materials"),
            self.get_body_arguments("fields"),
            self.word("reason"),
            self.by_member(),
        )

    def check_not_accept(self, case: StaffCase) -> None:
        self.services.handling.check_not_accept(case, self.word("reason"), self.word("basis"))

    async def not_accept(self, case: StaffCase) -> StaffCase:
        reason, basis = self.word("reason"), self.word("basis")
        return await self.services.handling.not_accept(case, reason, basis, self.by_member())

    async def pause(self, case: StaffCase) -> StaffCase:
        procedure, reason = self.word("procedure"), self.word("reason")
        return await self.services.handling.pause(case, procedure, reason, self.by_member())

    async def resume(self, case: StaffCase) -> StaffCase:
        return await self.services.handling.resume(case, self.word("reason"), self.by_member())

    def check_return(self, case: StaffCase) -> None:
        self.services.handling.check_return(case, self.word("reason"))

    async def return_(self, case: StaffCase) -> StaffCase:
        return await self.services.handling.return_(case, self.word("reason"), self.by_member())


VERBS: Mapping[Action, Callable[[ActionHandler, StaffCase], Awaitable[StaffCase]]] = {
    Action.RECEIVE: ActionHandler.receive,
    Action.ACCEPT: ActionHandler.accept,
    Action.REQUEST_SUPPLEMENT: ActionHandler.request_supplement,
    Action.NOT_ACCEPT: ActionHandler.not_accept,
    Action.PAUSE: ActionHandler.pause,
    Action.RESUME: ActionHandler.resume,
    Action.RETURN: ActionHandler.return_,
}
CHECKS: Mapping[Action, Callable[[ActionHandler, StaffCase], None]] = {
    Action.NOT_ACCEPT: ActionHandler.check_not_accept,
    Action.RETURN: ActionHandler.check_return,
}
"""What is looked at before the member is asked once more."""


class ConcludeHandler(Upload, ApplicationAction):
    """POST /admin/applications/{id}/conclude, with the result where it is a file."""

    file_field = "deliverable"

    @needs(Scope.APPLICATIONS_READ, unread=True)
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
            case = self.as_seen(await self.load(key))
            if self.word("step") == EDIT:
                return await self.edit(case)
            concluded = await self.conclude(case)
        except DomainError as error:
            return await self.page(key, error, Action.CONCLUDE.value)
        return self.done(Action.CONCLUDE, concluded) if concluded else None

    async def edit(self, case: StaffCase) -> None:
        """The form once more; the file that was kept for it is to be chosen again."""
        if file := await self.deliverable(case):
            await self.drop_unless_result(case.key, file["_id"])
        await self.page(case.key, acted=Action.CONCLUDE.value)

    async def conclude(self, case: StaffCase) -> StaffCase | None:
        """The case, or None where the member is asked once more. The file of the result stays only for that,
        or if the application is concluded with it."""
        deliverable = await self.deliverable(case)
        decision, reason = self.word("decision"), self.word("reason")
        handling = self.services.handling
        try:
            if self.confirmed(Action.CONCLUDE):
                return await handling.conclude(case, decision, reason, deliverable, self.by_member())
            handling.check_conclude(case, decision, reason, deliverable)
        except Exception:
            if deliverable:
                await self.drop_unless_result(case.key, deliverable["_id"])
            raise
        await self.ask(case, Action.CONCLUDE, deliverable)
        return None

    async def drop_unless_result(self, key: str, file: str) -> None:
        """A failure may have come after the write."""
        result = (await self.services.applications.get(key))["result"]
        if result is None or result["deliverable"] != file:
            await self.services.materials.drop(file, self.by_member())

    async def deliverable(self, case: StaffCase) -> KeptFile | None:
        """The uploaded result, or the document that says why not, kept now or before the member was asked
        once more; None where none was sent.

        Raises:
            Forbidden, Conflict: the member may not conclude it, or it has moved on.
            BadInput: it is no PDF.
            NotFound: what was kept is dropped.
        """
        check_action(case.member, case.application, Action.CONCLUDE)
        file = self.received()
        if kept := self.word("kept"):
            return await self.services.materials.of(case.key, "result", kept)
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
