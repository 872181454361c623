"""The first page, the places, and the visitor's preferences."""

from typing import Literal

from pydantic import BaseModel

from handlers.web.base import safe_next
from handlers.web.pages import CitizenPage
from models.places import Hall, HallKind

YEAR = 365


class HomePage(CitizenPage):
    """GET /"""

    async def get(self) -> None:
        self.show("citizen/home.html", topics=await self.services.guides.topics())


class HallsQuery(BaseModel):
    kind: HallKind | None = None
    township: str = ""


class HallsPage(CitizenPage):
    """GET /halls: the 1+6+N places."""

    async def get(self) -> None:
        asked = self.query(HallsQuery)
        halls = await self.services.halls.all()
        shown = [hall for hall in halls if _fits(hall, asked)]
        townships = sorted({hall.township for hall in halls})
        self.show("citizen/halls.html", halls=shown, townships=townships, asked=asked)


class Settings(BaseModel):
    language: Literal["zh_CN", "en"] | None = None
    elder: Literal["0", "1"] | None = None
    next: str = "/"


class SettingsHandler(CitizenPage):
    """POST /settings: language and large text, kept in the browser and with the account."""

    async def post(self) -> None:
        chosen = self.form(Settings)
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


def _fits(hall: Hall, asked: HallsQuery) -> bool:
    return asked.kind in (None, hall.kind) and asked.township in ("", hall.township)


ROUTES = [
    (r"/", HomePage),
    (r"/halls", HallsPage),
    (r"/settings", SettingsHandler),
]
