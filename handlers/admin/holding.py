"""Whose a 办件 is to handle, notes of staff, nudges, invitations: each form of its page has an address."""

from collections.abc import Awaitable, Callable, Mapping

from handlers.admin.applications import ApplicationAction
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.applications import StaffCase
from models.errors import DomainError
from models.staff import Scope


class HoldingHandler(ApplicationAction):
    """POST /admin/applications/{id}/{verb}; a refusal shows the page with its input."""

    @needs(Scope.APPLICATIONS_READ)
    async def post(self, key: str, verb: str) -> None:
        act, said = VERBS[verb]
        try:
            await act(self, await self.load(key))
        except DomainError as error:
            return await self.page(key, error, verb)
        return self.see_other(self.form_page(), said=said)

    async def take(self, case: StaffCase) -> StaffCase:
        return await self.services.holding.take(case, self.by_member())

    async def hand_over(self, case: StaffCase) -> StaffCase:
        to, words = self.word("to"), self.word("reason")
        return await self.services.holding.hand_over(case, to, words, self.by_member())

    async def assign(self, case: StaffCase) -> StaffCase:
        before, to, words = self.word("holder"), self.word("to"), self.word("reason")
        return await self.services.holding.assign(case, before, to, words, self.by_member())

    async def note(self, case: StaffCase) -> StaffCase:
        return await self.services.holding.note(case, self.word("reason"), self.by_member())

    async def nudge(self, case: StaffCase) -> StaffCase:
        return await self.services.nudges.nudge(case, self.word("reason"), self.by_member())

    async def answer_nudge(self, case: StaffCase) -> StaffCase:
        return await self.services.nudges.answer(case, self.word("reason"), self.by_member())

    async def invite(self, case: StaffCase) -> StaffCase:
        return await self.services.inviting.invite(case, self.word("errand"), self.by_member())

    async def withdraw_invitation(self, case: StaffCase) -> StaffCase:
        return await self.services.inviting.withdraw(case, self.word("errand"), self.by_member())


VERBS: Mapping[str, tuple[Callable[[HoldingHandler, StaffCase], Awaitable[StaffCase]], str]] = {
    "take": (HoldingHandler.take, "本件已由您承办。"),
    "hand_over": (HoldingHandler.hand_over, "已转交。"),
    "assign": (HoldingHandler.assign, "已确定承办人。"),
    "note": (HoldingHandler.note, "备注已记下，申请人看不到。"),
    "nudge": (HoldingHandler.nudge, "已督办，等待答复。"),
    "answer_nudge": (HoldingHandler.answer_nudge, "已答复督办。"),
    "invite": (HoldingHandler.invite, "已邀请申请人预约到大厅，系统会通知申请人。"),
    "withdraw_invitation": (
        HoldingHandler.withdraw_invitation,
        "邀请已收回，系统会通知申请人。",
    ),
}
"""By the last part of the address: what is done, and what is said of it."""
ROUTES = [(rf"/admin/applications/{DOCUMENT_ID}/({'|'.join(VERBS)})", HoldingHandler)]
