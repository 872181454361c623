"""Visits that do not fit the schedule of their hall any more, and what is decided on each."""

from collections.abc import Sequence

from handlers.admin.halls.pages import HALL
from handlers.admin.panel import FormAction, PanelPage
from handlers.web.staff import needs
from models.appointments import Decision, can_move
from models.appointments.unfit import MOST_LISTED, Decided
from models.errors import BadInput, DomainError
from models.staff import Scope

DONE = {
    Decision.KEEP: "{count}个预约照常保留，已记录。",
    Decision.ASK: "已请{count}个预约的群众改约其他时间。",
}


class NothingChosen(BadInput):
    code = "nothing_chosen"
    message = "请先勾选预约"
    field = "chosen"


class UnfitPage(PanelPage):
    """GET /admin/unfit, or /admin/halls/{hall}/unfit of one hall alone"""

    @needs(Scope.SCHEDULES_KEEP)
    async def get(self, code: str = "") -> None:
        await self.page(code)

    async def page(
        self,
        code: str = "",
        error: DomainError | None = None,
        failed: Sequence[Decided] = (),
        done: str = "",
    ) -> None:
        """The list; `failed` are those on which nothing was decided, after what was `done` with others."""
        listed = await self.services.unfit.listed(self.signed_in_member(), self.now, code)
        self.show(
            "admin/halls/unfit.html",
            listed=listed,
            code=code,
            can_move=can_move,
            now=self.now,
            error=error,
            failed=failed,
            done=done,
        )


class DecisionHandler(FormAction, UnfitPage):
    """POST /admin/halls/{hall}/unfit/(keep|ask): for the visits that were chosen, or for all that the page
    showed; each is one write."""

    def form_page(self) -> str:
        return f"/admin/halls/{self.path_args[0]}/unfit"

    @needs(Scope.SCHEDULES_KEEP)
    async def post(self, code: str, decision: str) -> None:
        member, unfit, asked = self.signed_in_member(), self.services.unfit, Decision(decision)
        await unfit.keeps(code, member)
        every = bool(self.get_body_argument("all", ""))
        chosen = self.get_body_arguments("shown" if every else "chosen")[:MOST_LISTED]
        if not chosen:
            return await self.page(code, NothingChosen())
        each = await unfit.decide_each(asked, chosen, member, self.by_member())
        failed = [one for one in each if one.error]
        count = len(each) - len(failed)
        done = DONE[asked].format(count=count) if count else ""
        if failed:
            return await self.page(code, failed[0].error, failed, done)
        return self.see_other(self.form_page(), said=done)


ROUTES = [
    (r"/admin/unfit", UnfitPage),
    (rf"/admin/halls/{HALL}/unfit", UnfitPage),
    (rf"/admin/halls/{HALL}/unfit/(keep|ask)", DecisionHandler),
]
