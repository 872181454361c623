"""Flags, decisions, appeals and a person's history are read by those who decide, and found by no other role
(article 28)."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from models.blacklist import AppealState, FlagState, Wanted, WantedAppeals, WantedFlags
from models.people import Party
from models.staff import Member, Role
from tests.house.guides import USCC
from tests.house.house import House, said
from tests.house.listing import Listing, officer

OPEN_FLAGS, OPEN_APPEALS = WantedFlags((FlagState.OPEN,)), WantedAppeals((AppealState.OPEN,))
Reads = Callable[[House, str, str, Member], Awaitable[object]]
READERS: Mapping[str, Reads] = {
    "a decision": lambda house, ban, flag, member: house.stores.decisions.seen(ban, member),
    "an appeal": lambda house, ban, flag, member: house.stores.appeals.seen(ban, member),
    "a flag": lambda house, ban, flag, member: house.stores.flags.seen(flag, member),
    "all decisions": lambda house, ban, flag, member: house.stores.bans.page(member, Wanted(), 5),
    "their number": lambda house, ban, flag, member: house.stores.bans.count(member, Wanted()),
    "all appeals": lambda house, ban, flag, member: house.stores.bans.appeals(member, OPEN_APPEALS, 5),
    "the number of appeals": lambda house, ban, flag, member: house.stores.bans.count_appeals(
        member, OPEN_APPEALS
    ),
    "all flags": lambda house, ban, flag, member: house.stores.flags.page(member, OPEN_FLAGS, 5),
    "the number of flags": lambda house, ban, flag, member: house.stores.flags.count(member, OPEN_FLAGS),
}


@pytest.mark.article("28.decision")
async def test_service_management_alone_reads_them(house: House, listing: Listing, party: Party) -> None:
    flag = await listing.flagged()
    ban = await listing.appealed(party)
    wrong = []
    for role in Role:
        member = officer("member", role, department=USCC)
        told = "done" if role is Role.SERVICE_MANAGEMENT else "scope_missing"
        for name, read in READERS.items():
            if await said(read(house, ban["_id"], flag["_id"], member)) != told:
                wrong.append((role, name))
        if await said(house.stores.decisions.history(party.id, member)) != told:
            wrong.append((role, "a history"))
    assert not wrong


@pytest.mark.article("28.appeal")
async def test_a_decision_without_an_appeal_is_no_appeal(house: House, listing: Listing) -> None:
    ban = await listing.delivered()
    management = officer("management", Role.SERVICE_MANAGEMENT)
    assert await said(house.stores.appeals.seen(ban["_id"], management)) == "ban_not_found"
    assert await said(house.stores.decisions.seen(ban["_id"], management)) == "done"
    assert (await house.stores.bans.appeals(management, OPEN_APPEALS, 5)).rows == []
