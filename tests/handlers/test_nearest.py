"""Where a page leads back to can be asked for, also a page that answers an address to which forms alone are
sent: the switch of language and large text stands on each (article 20.1)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from handlers import citizen, kiosk
from handlers.routes import address, served
from tests.house.kiosks import at_kiosk
from tests.house.town import Town

KEY = "0" * 32
FILLED: Mapping[str, str] = {
    "{id}": KEY,
    "{agency}": f"{KEY}:{KEY}",
    "{item}": "0" * 31,
    "{matter}": f"application:{KEY}",
    "{code}": "permit",
    "{token}": "t" * 43,
}


def posts(routes: Iterable[Any]) -> list[str]:
    """Addresses to which forms are sent; of several words one."""
    found = [address(one.pattern) for one in served(routes) if one.method == "POST"]
    first = [re.sub(r"\((\w+)\|[^)]*\)", r"\1", one) for one in found]
    return [re.sub("{[a-z]+}", lambda part: FILLED[part[0]], one) for one in first]


@pytest.mark.article("20.1")
async def test_the_language_is_changed_wherever_one_is(town: Town) -> None:
    for routes, settings, browser in (
        (kiosk.ROUTES, "/kiosk/settings", await at_kiosk(town)),
        (citizen.ROUTES, "/settings", town.browser()),
    ):
        assert posts(routes)
        for sent in posts(routes):
            led = (await browser.post(settings, {"language": "zh_CN", "next": f"{sent}?part=2"})).location
            assert (await browser.get(led)).status != 405, sent
            assert led == f"{sent}?part=2" or sent.startswith(f"{led.rstrip('/')}/"), sent


@pytest.mark.article("20.1")
async def test_a_page_that_answers_a_form_names_where_it_can_be_asked_for(town: Town) -> None:
    screen, visitor = await at_kiosk(town), town.browser()
    case = f"/kiosk/applications/{KEY}"
    for sent, named in (
        (f"{case}/withdraw", case),
        (f"{case}/materials/permit/remove", f"{case}/materials"),
        (f"{case}/form?part=2", f"{case}/form?part=2"),
        ("/kiosk/sign-in/join", "/kiosk/sign-in"),
    ):
        assert (await screen.post(sent, Referer=f"{town.url}/")).hidden("next") == named
    case = f"/applications/{KEY}"
    for sent_from, named in (("/me?from=chat", "/me?from=chat"), (f"{case}/withdraw", case)):
        refused = await visitor.post("/me/unbind", Referer=f"{town.url}{sent_from}")
        assert refused.hidden("next") == named
