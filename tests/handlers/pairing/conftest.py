"""A phone, and the screens that it signs in."""

import pytest

from tests.house.browser import COMPUTER, PHONE_IN_WECHAT, Browser
from tests.house.kiosks import at_kiosk
from tests.house.screens import Screen
from tests.house.town import Town


@pytest.fixture
async def phone(town: Town) -> Browser:
    citizen = await town.citizen()
    citizen.agent = PHONE_IN_WECHAT
    return citizen


@pytest.fixture
def pc(town: Town) -> Screen:
    return Screen(town, town.browser(COMPUTER), "/sign-in")


@pytest.fixture
async def kiosk(town: Town) -> Screen:
    return Screen(town, await at_kiosk(town), "/kiosk/sign-in")
