"""What the cookie of a person, or a look at a page, is worth at a kiosk: nothing without the device's own
cookie, and no code without a touch (article 23)."""

import re

import pytest

from handlers.kiosk import ROUTES
from tests.house.guides import rich_guide
from tests.house.kiosks import STAYS, at_kiosk, person_at_kiosk
from tests.house.places import HALL
from tests.house.screens import Screen
from tests.house.town import Town

pytestmark = pytest.mark.article("23.3")
GIVEN = {
    "([0-9a-f]{32})": "0" * 32,
    "([a-z0-9_]+)": "permit",
    "([0-9A-Z]{31})": rich_guide().item,
    "([a-z0-9-]{1,64})": HALL.code,
    "(state|events)": "state",
    "(applications|appointments)": "applications",
    r"\.": ".",
    "/?": "",
    ".*": "nothing",
}
"""What stands in an address in place of a part of its pattern."""


def address(pattern: str) -> str:
    filled = pattern
    for part, given in GIVEN.items():
        filled = filled.replace(part, given)
    assert re.fullmatch(pattern, filled), f"what stands for {pattern}?"
    return filled


CLOSED = [address(pattern) for pattern, page in ROUTES if not (page.open_to_all or page.while_stopped)]


async def test_without_the_devices_cookie_a_persons_is_worth_nothing(town: Town) -> None:
    """On every page that does not say itself that it is open, and for every form."""
    screen = await person_at_kiosk(town, await town.citizen())
    await screen.token()
    assert (await screen.get("/kiosk/applications")).status == 200
    del screen.cookies["device_session"]
    kept, served = dict(screen.cookies), dict[str, tuple[int, int]]()
    for path in CLOSED:
        statuses = (await screen.get(path)).status, (await screen.post(path)).status
        if statuses != (403, 403):
            served[path] = statuses
    assert served == {}
    assert {"/kiosk", "/kiosk/applications", "/kiosk/progress", "/kiosk/pairing/state"} <= {*CLOSED}
    assert screen.cookies["person"] == kept["person"]


async def test_no_page_asks_for_a_code_by_being_looked_at(town: Town) -> None:
    """WeChat gives 100,000 a day: a screen at which nobody stands asks for none, nor for another one when its
    own is over."""
    screen = Screen(town, await at_kiosk(town), "/kiosk/sign-in")
    codes = town.services.pairings.documents
    before = await codes.count_documents({})
    for path in (*CLOSED, "/kiosk/guides", "/kiosk/notes"):
        await screen.browser.get(path)
    shown = await screen.page()
    assert ("显示二维码" in shown, "data-now" in shown) == (True, False)
    assert await codes.count_documents({}) == before
    await screen.ask("/kiosk")
    past = {"$set": {"expires_at": town.clock.now()}}
    await codes.update_one({"_id": await screen.key()}, past)
    for _ in range(2):
        over = await screen.page()
        assert ("这个码已过期" in over, "data-now" in over, "data-left" in over) == (True, False, False)
    assert await codes.count_documents({}) == before + 1


@pytest.mark.article("20.1")
async def test_twenty_people_come_and_go_on_one_activation(town: Town) -> None:
    screen = Screen(town, await at_kiosk(town), "/kiosk/sign-in")
    device, phone = screen.browser.cookies["device_session"], await town.citizen()
    served = set[str]()
    for _ in range(20):
        assert (await screen.signed_in(phone, "/kiosk/applications")).location == "/kiosk/applications"
        assert (await screen.browser.get("/kiosk/applications")).status == 200
        served.add(screen.browser.cookies["person"])
        await screen.browser.get("/kiosk/end")
        assert screen.browser.cookies.keys() == STAYS
        assert (await screen.browser.get("/kiosk/applications")).status == 302
    assert (len(served), screen.browser.cookies["device_session"]) == (20, device)
