"""A browser that stands at a kiosk."""

from playwright.async_api import BrowserContext

from models.kiosks import Kiosk
from tests.house.kiosks import standing, token_of
from tests.house.town import Town


async def stand(context: BrowserContext, town: Town, kiosk: Kiosk | None = None) -> None:
    """At a kiosk, the town's own by default, for ten minutes of the town's clock."""
    token = await token_of(town, kiosk or await standing(town))
    await context.add_cookies([{"name": "device_session", "value": token, "url": town.url}])
