"""Screens that phones sign in: a kiosk's browser, and a PC's."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from tests.house.browser import Browser, Page
from tests.house.town import Town


@dataclass
class Screen:
    """A kiosk's browser, or a PC's."""

    town: Town
    browser: Browser
    root: str

    async def key(self) -> str:
        return self.browser.cookies["pairing"].partition(".")[0]

    async def ask(self, page: str) -> str:
        """Touch for a code, which a phone can open."""
        asked = await self.browser.post(f"{self.root}/code", {"next": page})
        assert asked.location == f"{self.root}?next={quote(page, safe='')}"
        return f"/pair/{self.town.services.pairings.code_of(await self.key())}"

    async def page(self) -> str:
        return (await self.browser.get(self.root)).text

    async def digits(self) -> str:
        found = re.search(r'pairing__digits">(\d\d)<', await self.page())
        assert found
        return found[1]

    async def signed_in(self, phone: Browser, page: str) -> Page:
        """All steps; where the screen goes on."""
        scanned = await phone.get(await self.ask(page))
        given = await phone.post(scanned.location, {"digits": await self.digits()})
        assert given.status == 303
        return await self.browser.post(f"{self.root}/join")
