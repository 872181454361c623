"""The list of uncivil words: added to, struck off, and tried (articles 17 and 28)."""

from handlers.admin.panel import FormAction, PanelPage
from handlers.web.staff import needs
from models.errors import DomainError
from models.staff import Scope
from models.voices.rules import LONGEST

ADD = "add"


class UncivilPage(PanelPage):
    """GET /admin/uncivil"""

    @needs(Scope.REVIEWS_MODERATE)
    async def get(self) -> None:
        await self.page()

    async def page(self, error: DomainError | None = None, tried: list[str] | None = None) -> None:
        """`tried` are the words that a text has which was tried; None where none was."""
        words = await self.services.uncivil.all()
        self.show(
            "admin/uncivil.html",
            used=[one.code for one in words if one.used],
            struck_off=[one.code for one in words if not one.used],
            tried=tried,
            longest=LONGEST,
            error=error,
            given=self.given(),
        )


class UncivilAction(FormAction, UncivilPage):
    def form_page(self) -> str:
        return "/admin/uncivil"


class EditHandler(UncivilAction):
    """POST /admin/uncivil/words: add a word, or strike one off, with a reason."""

    @needs(Scope.REVIEWS_MODERATE)
    async def post(self) -> None:
        word, reason = (self.get_body_argument(name, "") for name in ("word", "reason"))
        used = self.get_body_argument("change", ADD) == ADD
        edit, member = self.services.moderation.edit_words, self.signed_in_member()
        try:
            changed = await edit(word, member, reason, self.by_member(), used=used)
        except DomainError as error:
            return await self.page(error)
        done = "已加入词表。" if used else "已从词表移除。"
        return self.see_other(self.form_page(), said=done if changed else "词表没有变化。")


class TryHandler(UncivilAction):
    """POST /admin/uncivil/try: whether a text would be held; it is kept nowhere."""

    @needs(Scope.REVIEWS_MODERATE)
    async def post(self) -> None:
        text = self.get_body_argument("text", "")[:LONGEST]
        await self.page(tried=(await self.services.uncivil.filter()).found_in(text))


ROUTES = [
    ("/admin/uncivil", UncivilPage),
    ("/admin/uncivil/words", EditHandler),
    ("/admin/uncivil/try", TryHandler),
]
