"""A kiosk's screen in a real browser, at which somebody signs in by the six digits that their phone shows."""

from playwright.async_api import Page, expect

from models.people import Party
from tests.house.town import Town

HOME = "您好，请问要办什么事？"


async def join(screen: Page, town: Town, party: Party, page: str) -> str:
    """Sign in at the screen, to go on with this page of the phone; returns the pairing."""
    pairings, by = town.stores.pairings, town.by(f"account:{party.account}")
    offered = await pairings.offer(party.account, f"/kiosk{page}", by)
    await screen.goto(f"{town.url}/kiosk/continue")
    await screen.locator("#code").fill(pairings.short_of(offered["_id"]))
    await screen.get_by_role("button", name="继续", exact=True).tap()
    digits = await screen.locator(".pairing__digits").inner_text()
    await pairings.give(offered["_id"], party.account, digits, by)
    await screen.wait_for_url(lambda url: "/kiosk/sign-in" not in url and "/kiosk/continue" not in url)
    return offered["_id"]


async def home(screen: Page) -> None:
    """Nobody is served."""
    await expect(screen.get_by_role("heading", level=1)).to_have_text(HOME)


async def press(screen: Page, name: str) -> None:
    await screen.get_by_role("button", name=name, exact=True).tap()
