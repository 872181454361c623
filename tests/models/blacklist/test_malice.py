"""Malice is found by two officers beside a delivered decision, and goes with it (article 28)."""

import pytest

from models.blacklist import Malice, is_malice
from models.blacklist.malice import FindingDecided
from models.blacklist.officers import SameOfficer
from models.blacklist.rules import FactsRequired
from models.people import Party
from models.serving import How
from models.staff import Role, ScopeMissing
from tests.house.house import House
from tests.house.listing import LI, WANG, ZHAO, Listing, officer
from tests.models.blacklist.test_decisions import once

WHY = "经警告后仍多次伪造。"


@pytest.fixture
def malice(house: House) -> Malice:
    return house.stores.malice


@pytest.mark.article("28.credit")
async def test_two_officers_find_it_of_what_was_delivered(malice: Malice, listing: Listing) -> None:
    ban = await listing.confirmed()
    key = ban["_id"]
    with pytest.raises(FindingDecided):  # it may still be appealed against unread
        await malice.propose(key, LI, WHY, listing.by(LI))
    with pytest.raises(FindingDecided):
        await malice.confirm(key, WANG, listing.by(WANG))
    await listing.house.stores.decisions.delivered(key, How.CALL, listing.by(LI).at, listing.by(LI))
    with pytest.raises(FactsRequired):
        await malice.propose(key, LI, "", listing.by(LI))
    other = officer("other", Role.SUPERVISOR)
    with pytest.raises(ScopeMissing):
        await malice.propose(key, other, WHY, listing.by(other))
    proposed = await malice.propose(key, LI, WHY, listing.by(LI))
    assert not is_malice(proposed)
    with pytest.raises(SameOfficer):
        await malice.confirm(key, LI, listing.by(LI))
    confirmed = await malice.confirm(key, WANG, listing.by(WANG))
    assert is_malice(confirmed)
    assert confirmed["malice"]["facts"] == WHY
    with pytest.raises(FindingDecided):
        await malice.propose(key, ZHAO, WHY, listing.by(ZHAO))


async def test_of_two_who_decide_at_once_one_does(malice: Malice, listing: Listing) -> None:
    ban = await listing.delivered()
    key = ban["_id"]
    await malice.propose(key, LI, WHY, listing.by(LI))
    done, told = await once(
        malice.confirm(key, WANG, listing.by(WANG)), malice.decline(key, ZHAO, listing.by(ZHAO))
    )
    assert isinstance(told, FindingDecided)
    assert (await malice.bans.get(key))["malice"] == done["malice"]


async def test_there_is_none_of_what_was_lifted(
    house: House, malice: Malice, listing: Listing, party: Party
) -> None:
    ban = await listing.delivered()
    await house.stores.decisions.delist(ban["_id"], ZHAO, "非故意", listing.by(ZHAO))
    with pytest.raises(FindingDecided):
        await malice.propose(ban["_id"], LI, WHY, listing.by(LI))
