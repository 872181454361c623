"""What is sent from the page of a kiosk."""

from typing import BinaryIO

from handlers.admin.flags import handed_in
from handlers.admin.kiosks.forms import FORMS, about, asked_then, proposed
from handlers.admin.kiosks.pages import KioskPage
from handlers.admin.kiosks.words import law_words, suspension_words
from handlers.admin.panel import FormAction
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from handlers.web.uploads import FileMissing, Upload
from handlers.web.visitor import declared
from models.errors import DomainError
from models.events import Cause
from models.kiosks import Consequences, Foreseen, GivenLetter, Kiosk
from models.kiosks.actions import Action
from models.kiosks.retiring import RetirementOtherwise
from models.materials.inspection.kinds import LARGEST
from models.staff import Scope
from models.stores import Stores


class ActionHandler(Upload, FormAction, KioskPage):
    """POST /admin/kiosks/{id}/{action}; a refusal shows the page with its input."""

    def form_page(self) -> str:
        return f"/admin/kiosks/{self.path_args[0]}"

    @needs(Scope.KIOSKS_READ, unread=True)
    async def permit(self, key: str, _: str) -> None:
        await self.services.kiosk_lists.seen(key, self.signed_in_member())

    def by_sender(self) -> Cause:
        return self.by_member()

    @declared(Scope.KIOSKS_READ)  # checked by `act`, once the form is read
    async def post(self, key: str, action: str) -> None:
        self.read_form()
        await self.act(key, Action(action))

    @needs(Scope.KIOSKS_READ)
    async def act(self, key: str, action: Action) -> None:
        member = self.signed_in_member()
        await self.services.kiosk_lists.seen(key, member)
        found = await self.services.kiosks.within(key, member, action)
        form, sending = FORMS[action], Sending(self, key)
        as_seen = sending.word("about") in ("", about(found, form))
        if form.when is proposed and not as_seen:
            return await self.page(key, RetirementOtherwise(), action.value)
        confirmed = sending.word("step") == "confirm" and as_seen
        if form.asks and not confirmed and await self.can_be_sent(found, action):
            return await self.ask(found, action, sending)
        if form.foresee and (sending.word("step") == "edit" or not sending.word("seen")):
            return await self.confirm(key, action, sending)
        return await self.carry_out(key, action, sending)

    async def carry_out(self, key: str, action: Action, sending: "Sending") -> None:
        form = FORMS[action]
        try:
            done = await form.do(sending)
        except DomainError as error:
            if form.foresee:
                return await self.confirm(key, action, sending, error)
            return await self.page(key, error, action.value)
        if action is Action.ISSUE_CODE:
            return self.show("admin/kiosks/code.html", code=done, back=self.form_page())
        return self.see_other(self.form_page(), said=form.said)

    async def can_be_sent(self, kiosk: Kiosk, action: Action) -> bool:
        open_to = await self.services.kiosk_lists.open_to(kiosk, self.signed_in_member())
        return action in self.forms(kiosk, open_to)

    async def ask(self, kiosk: Kiosk, action: Action, sending: "Sending") -> None:
        """Ask once more before it is done."""
        if sending.word("step") == "edit":
            return await self.page(kiosk["_id"])
        return self.show(
            "admin/kiosks/confirm.html",
            kiosk=kiosk,
            path=self.form_page(),
            action=action,
            form=FORMS[action],
            chosen=[],
            facts=suspension_words(kiosk),
            about=about(kiosk, FORMS[action]),
            seen=None,
            then=(),
            largest=LARGEST,
            error=None,
            given={},
        )

    async def confirm(
        self, key: str, action: Action, sending: "Sending", error: DomainError | None = None
    ) -> None:
        """What follows, to be confirmed; `error` is why what was confirmed could not be done."""
        form = FORMS[action]
        if sending.word("step") == "edit":
            return await self.page(key, acted=action.value)
        assert form.foresee
        try:
            seen = await form.foresee(sending)
        except DomainError as refused:
            return await self.page(key, refused, action.value)
        consequences = seen if isinstance(seen, Consequences) else seen.consequences
        kiosk = await self.services.kiosks.get(key)
        return self.show(
            "admin/kiosks/confirm.html",
            kiosk=kiosk,
            path=self.form_page(),
            action=action,
            form=form,
            chosen=[(field, sending.word(field.name)) for field in form.fields],
            facts=law_words(seen) if isinstance(seen, Foreseen) else [],
            about=about(kiosk, form),
            seen=consequences,
            then=asked_then(seen),
            largest=LARGEST,
            error=error,
            given=self.given(),
        )


class Sending:
    """What was sent with a form: see `forms.Sent`."""

    def __init__(self, page: ActionHandler, key: str) -> None:
        self.page, self.key = page, key
        self.member, self.by = page.signed_in_member(), page.by_member()
        self.stores: Stores = page.services

    def word(self, name: str) -> str:
        return self.page.get_body_argument(name, "")

    def file(self) -> BinaryIO:
        """
        Raises:
            FileMissing
        """
        if (file := handed_in(self.page)) is None:
            raise FileMissing
        return file

    def letter(self) -> GivenLetter | None:
        file = handed_in(self.page)
        return GivenLetter(self.word("letter_number"), file) if file else None


ROUTES = [(rf"/admin/kiosks/{DOCUMENT_ID}/({'|'.join(FORMS)})", ActionHandler)]
