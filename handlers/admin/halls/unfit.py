"""Visits that do not fit the schedule of their hall any more, and what is decided on each."""

from collections.abc import Awaitable, Callable
from typing import Any

from handlers.admin.halls.pages import HALL
from handlers.admin.panel import FormAction, PanelPage
from handlers.web.staff import needs
from models.appointments import can_move
from models.errors import BadInput, DomainError
from models.staff import Scope

MOST = 100
"""Visits of a hall that the page shows; the rest follows as they are decided on."""


class NothingChosen(BadInput):
    code = "nothing_chosen"
    message = "请先勾选预约"
    field = "chosen"


class UnfitPage(PanelPage):
    """GET /admin/unfit, or /admin/halls/{hall}/unfit of one hall alone"""

    @needs(Scope.SCHEDULES_KEEP)
    async def get(self, code: str = "") -> None:
        await self.page(code)

    async def page(self, code: str = "", error: DomainError | None = None) -> None:
        listed = await self.services.unfit.listed(self.signed_in_member(), self.now, code)
        self.show(
            "admin/halls/unfit.html",
            listed=listed,
            code=code,
            most=MOST,
            can_move=can_move,
            now=self.now,
            error=error,
        )


class DecisionHandler(FormAction, UnfitPage):
    """POST /admin/halls/{hall}/unfit/(keep|ask): for the visits that were chosen, or for all that the page
    showed; each is one write."""

    def form_page(self) -> str:
        return f"/admin/halls/{self.path_args[0]}/unfit"

    @needs(Scope.SCHEDULES_KEEP)
    async def post(self, code: str, decision: str) -> None:
        await self.services.unfit.keeps(code, self.signed_in_member())
        every = bool(self.get_body_argument("all", ""))
        chosen = self.get_body_arguments("shown" if every else "chosen")[:MOST]
        if not chosen:
            return await self.page(code, NothingChosen())
        verb, done = self.verbs()[decision]
        faults: list[DomainError] = []
        for key in chosen:
            try:
                await verb(key, self.signed_in_member(), self.by_member())
            except DomainError as error:
                faults.append(error)
        if faults:
            return await self.page(code, faults[0])
        return self.see_other(self.form_page(), said=done.format(count=len(chosen)))

    def verbs(self) -> dict[str, tuple[Callable[..., Awaitable[Any]], str]]:
        unfit = self.services.unfit
        return {
            "keep": (unfit.keep, "{count}个预约照常保留，已记录。"),
            "ask": (unfit.ask_to_move, "已请{count}个预约的群众改约其他时间。"),
        }


ROUTES = [
    (r"/admin/unfit", UnfitPage),
    (rf"/admin/halls/{HALL}/unfit", UnfitPage),
    (rf"/admin/halls/{HALL}/unfit/(keep|ask)", DecisionHandler),
]
