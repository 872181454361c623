"""The end of a session at the kiosk, on https as on http: no cookie of the person is left, and no key of the
device is lost."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from handlers.web.protection import STAYING, Cookie
from handlers.web.request_limits import ANY
from tests.house.browser import Browser
from tests.house.server import serving
from tests.house.town import Town, citizen_app

OWN = ("session", "arrival", "language", "elder", "_xsrf", "pairing", "person")
"""What pages keep in a visitor's browser."""


@pytest.fixture
async def secure(town: Town) -> AsyncIterator[Town]:
    """The same site on https; the proxy that ends it is left out."""
    services = replace(town.services, site=replace(town.services.site, base_url="https://panyu.test"))
    async with serving(citizen_app(services), max_body_size=ANY) as url:
        yield Town(services, url=url, clock=town.clock, sign_ins=town.sign_ins, register=town.register)


@pytest.mark.article("20.1")
async def test_no_form_of_an_ended_session_can_be_sent_on_https(secure: Town) -> None:
    kiosk = secure.browser()
    await kiosk.get("/kiosk/progress")
    before = kiosk.cookies["__Host-_xsrf"]
    await kiosk.get("/kiosk/end")
    assert kiosk.cookies == {}
    await kiosk.get("/kiosk")
    again = await kiosk.send("/kiosk/progress", "POST", f"_xsrf={before}&serial=1".encode(), {})
    assert (again.status, again.location) == (303, "/kiosk/end")


@pytest.mark.article("20.1")
@pytest.mark.parametrize("https", [True, False])
async def test_every_cookie_of_the_person_goes_under_either_name(
    town: Town, secure: Town, https: bool
) -> None:
    """A site that has moved to https left the short names in its browsers."""
    held = {f"{before}{name}": "x" for name in OWN for before in ("", "__Host-")}
    kiosk = Browser(secure if https else town, {**held, "staff": "y", "__Host-staff": "y"})
    over = await kiosk.get("/kiosk/end")
    assert kiosk.cookies == {"staff": "y", "__Host-staff": "y"}
    assert all("Secure" in line for line in kiosk.set_cookies if line.startswith("__Host-"))
    assert over.headers["Clear-Site-Data"] == '"cache"'  # "storage" would take the device's key along


def test_the_cookies_of_visitors_are_known() -> None:
    """One that is added is cleared with the others."""
    of_no_visitor = {"staff", "device", "said", "place", "kiosk", "device_session"}
    assert {*OWN} | of_no_visitor == {*Cookie}
    assert of_no_visitor == STAYING
