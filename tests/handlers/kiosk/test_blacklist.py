"""Whom a decision of the blacklist keeps from applying at a kiosk and on a PC, and what it leaves
(article 28)."""

import re
from collections.abc import Awaitable, Callable

import pytest

from models.applications import State
from models.blacklist import Ground
from models.people import Party
from tests.house.barred import BEGUN, HANDED_IN, LAST_DAY, LISTED, cast_of, listing_of, wrong_at
from tests.house.browser import Browser, Fields
from tests.house.guides import plain_guide
from tests.house.kiosks import account_at_kiosk, account_at_pc
from tests.house.town import Town

PLACED: Fields = {"how": "window", "hall": "district", "promise": "yes"}
SCREENS: dict[str, tuple[str, Callable[[Town, str], Awaitable[Browser]]]] = {
    "kiosk": ("/kiosk", account_at_kiosk),
    "pc": ("", account_at_pc),
}
"""Where the phone has signed in, and where its pages begin there."""


async def entered(town: Town, party: Party, screen: str) -> tuple[str, Browser]:
    """Somebody signed in just now, for themselves or for a body."""
    body = party.id if party.for_body else None
    await town.services.accounts.act_for(party.account, body, town.by())
    root, enter = SCREENS[screen]
    return root, await enter(town, party.account)


@pytest.mark.article("28.1", "28.2", "28.3", "28.months", "28.online")
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("listed", LISTED, ids=str)
async def test_exactly_who_is_barred_is_barred_and_only_so_long(
    town: Town, listed: tuple[str, Ground], screen: str
) -> None:
    async def begins(party: Party) -> bool:
        root, browser = await entered(town, party, screen)
        page = await browser.get(f"{root}/applications/new?item={BEGUN.item}")
        begun = await browser.post(f"{root}/applications", {"item": BEGUN.item})
        assert (page.status, begun.status) in ((200, 303), (403, 403)), page.text
        for refused in (page, begun):
            assert (LAST_DAY in refused.text) is (refused.status == 403)
            assert (f"{root}/appointments/new" in refused.text) is (refused.status == 403)
        return begun.status == 303

    async def hands_in(party: Party, draft: str) -> bool:
        root, browser = await entered(town, party, screen)
        sent = await browser.post(f"{root}/applications/{draft}/confirm", PLACED)
        assert sent.status in (303, 403), sent.text
        assert (LAST_DAY in sent.text) is (sent.status == 403)
        assert (f"{root}/appointments/new" in sent.text) is (sent.status == 403)
        return sent.status == 303

    assert await wrong_at(town, town.clock, listed, begins, hands_in) == []


@pytest.mark.article("28.online")
@pytest.mark.parametrize(("whom", "nth"), [("a person", 0), ("a body", 1)])
async def test_all_else_goes_on_at_a_kiosk(town: Town, whom: str, nth: int) -> None:
    """Guides, progress, a supplement, a review, a booking, withdrawal, and what was begun before."""
    cast = await cast_of(town)
    listing, party = await listing_of(town, cast, whom), cast.listed(whom)
    desk, asking = town.desk(party), plain_guide(64, audience=["person", "enterprise"])
    asked = await desk.brought_to(State.SUPPLEMENT_REQUESTED, asking)
    done = await desk.brought_to(State.CONCLUDED, BEGUN)
    begun = await desk.brought_to(State.DRAFT, HANDED_IN)
    await listing.delivered()
    root, browser = await entered(town, party, "kiosk")
    mine = f"{root}/applications"
    for page in (
        "",
        f"/guides/{BEGUN.item}",
        "/applications",
        "/appointments",
        f"/appointments/new?item={BEGUN.item}",
        f"/applications/{asked['_id']}",
        f"/applications/{asked['_id']}/receipt",
        f"/applications/{asked['_id']}/supplement",
        f"/applications/{done['_id']}/review",
        f"/applications/{begun['_id']}/form",
        f"/applications/{begun['_id']}/materials",
    ):
        assert (await browser.get(root + page)).status == 200, page
    rated = await browser.post(f"{mine}/{done['_id']}/review", {"level": "5"})
    kept = await browser.post(f"{mine}/{begun['_id']}/form", {"address": "市桥街1号", "part": "1"})
    assert (rated.status, kept.status) == (303, 303)
    assert (await browser.post(f"{mine}/{asked['_id']}/withdraw", {})).status == 303
    days = await browser.get(f"{root}/appointments/new?item={BEGUN.item}&hall=district")
    day = re.findall(r"day=([-0-9]+)#times", days.text)[nth]
    times = await browser.get(f"{root}/appointments/new?item={BEGUN.item}&hall=district&day={day}")
    free = re.findall(r'name="start" value="([^"]+)"', times.text)
    booking: Fields = {"item": BEGUN.item, "hall": "district", "start": free[-1]}
    assert (await browser.post(f"{root}/appointments", booking)).status == 303
