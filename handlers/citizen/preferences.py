"""Language and large text, as the visitor prefers them."""

from typing import Literal

from pydantic import BaseModel

from handlers.web.pages import CitizenPage
from handlers.web.protection import Cookie

YEAR = 365
"""In days."""


class Preferences(BaseModel):
    language: Literal["zh_CN", "en"] | None = None
    elder: Literal["0", "1"] | None = None
    next: str = "/"


async def prefer(page: CitizenPage, chosen: Preferences) -> None:
    """Keep what was chosen: in the browser, and with the account of a visitor who is signed in."""
    preferences: dict[str, str | bool] = {}
    if chosen.language:
        page.keep_cookie(Cookie.LANGUAGE, chosen.language, days=YEAR)
        preferences["language"] = chosen.language
    if chosen.elder:
        page.keep_cookie(Cookie.ELDER, chosen.elder, days=YEAR)
        preferences["elder"] = chosen.elder == "1"
    if page.account and preferences:
        await page.services.accounts.prefer(page.account["_id"], page.by_account(), **preferences)


class PreferencesHandler(CitizenPage):
    """POST /settings"""

    async def post(self) -> None:
        chosen = self.form(Preferences)
        await prefer(self, chosen)
        self.see_other(self.nearest(chosen.next))


class ElderHandler(CitizenPage):
    """GET /elder: the home page in large text, for links in the chat and its menu."""

    async def get(self) -> None:
        await prefer(self, Preferences(elder="1"))
        self.see_other("/")


ROUTES = [(r"/settings", PreferencesHandler), (r"/elder", ElderHandler)]
