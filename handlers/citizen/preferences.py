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


class PreferencesHandler(CitizenPage):
    """POST /settings: kept in the browser, and with the account of a visitor who is signed in."""

    async def post(self) -> None:
        chosen = self.form(Preferences)
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


ROUTES = [(r"/settings", PreferencesHandler)]
