"""Language and large text, as the visitor prefers them."""

from typing import Literal

from pydantic import BaseModel

from handlers.web.base import safe_next
from handlers.web.pages import CitizenPage

YEAR = 365
"""In days."""


class Preferences(BaseModel):
    language: Literal["zh_CN", "en"] | None = None
    elder: Literal["0", "1"] | None = None
    next: str = "/"


class PreferencesPage(CitizenPage):
    async def keep(self, chosen: Preferences) -> None:
        """In the browser, and with the account of a visitor who is signed in."""
        if chosen.language:
            self.keep_cookie("language", chosen.language, days=YEAR)
        if chosen.elder:
            self.keep_cookie("elder", chosen.elder, days=YEAR)
        preferences: dict[str, str | bool] = {}
        if chosen.language:
            preferences["language"] = chosen.language
        if chosen.elder:
            preferences["elder"] = chosen.elder == "1"
        if self.account and preferences:
            await self.services.accounts.prefer(self.account["_id"], self.by_account(), **preferences)
        self.see_other(safe_next(chosen.next))


class PreferencesHandler(PreferencesPage):
    """POST /settings"""

    async def post(self) -> None:
        await self.keep(self.form(Preferences))


class ElderHandler(PreferencesPage):
    """GET /elder: the home page in large text, for links in the chat and its menu."""

    async def get(self) -> None:
        await self.keep(Preferences(elder="1"))


ROUTES = [(r"/settings", PreferencesHandler), (r"/elder", ElderHandler)]
