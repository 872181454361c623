"""Flags: raised by the system, a department or a clerk; looked at by people; no decisions (article 28)."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from models.applications import LOOK, ApplicationNotFound, State
from models.applications.rules import AlreadyUnderWay
from models.blacklist import Flag, FlagReason, Flags, FlagState, Ground, Reference
from models.blacklist.flags import FlagClosed
from models.blacklist.rules import EvidenceOfAnother, EvidenceRequired, FactsRequired, ReasonRequired
from models.errors import Conflict
from models.people import Party
from models.schedule import Due
from models.staff import Member, Role, ScopeMissing
from tests.house.clock import Clock
from tests.house.desk import Desk, answers_to
from tests.house.guides import OTHER, USCC, plain_guide, rich_guide
from tests.house.house import House
from tests.house.listing import FACTS, LI, WANG, ZHAO, Listing, officer, open_flags
from tests.models.blacklist.test_decisions import once


@pytest.fixture
def flags(house: House) -> Flags:
    return house.stores.flags


async def look(house: House, application: str, number: int = 1) -> bool:
    """What a worker does with the plan of an event."""
    due = Due(f"event{number}:{LOOK}", LOOK, application, house.stores.clock(), 1, "lease")
    return await house.stores.watch.look(due, house.by())


async def planned(house: House) -> list[str]:
    """The applications that somebody is to look at."""
    found = house.stores.applications.documents.find({})
    return [
        one["_id"]
        async for one in found
        for event in one["events"]
        for plan in event.get("plans", ())
        if plan["what"] == LOOK
    ]


@pytest.mark.article("28.2")
async def test_the_same_item_very_often_is_flagged_once(
    house: House, desk: Desk, flags: Flags, party: Party, clock: Clock
) -> None:
    """Two for each that is handed in and withdrawn, one for each repeat that is refused."""
    guide = plain_guide()
    for _ in range(3):
        found = await desk.submitted(guide)
        await desk.withdraw(found["_id"])
    last = await desk.submitted(guide)
    assert await planned(house) != []
    with pytest.raises(AlreadyUnderWay):
        await desk.begun(guide)
    assert await look(house, last["_id"])
    with pytest.raises(AlreadyUnderWay):
        await desk.begun(guide)  # sent again: it is the same one
    await look(house, last["_id"])
    assert await open_flags(flags) == []  # eight times: as often as may be
    clock.advance(timedelta(seconds=30))
    with pytest.raises(AlreadyUnderWay):
        await desk.begun(guide)
    for number in (1, 1, 2):  # looked at again, and after another event
        await look(house, last["_id"], number)
    [flag] = await open_flags(flags)
    assert (flag["reason"], flag["applicant"], flag["raised_by"]) == (
        FlagReason.SAME_ITEM,
        party.id,
        "system",
    )
    assert "共9次" in flag["words"]
    assert len(flag["about"]) == 4
    await flags.dismiss(flag["_id"], LI, "确有需要", Listing(house, party.id, ()).by(LI))
    clock.advance(timedelta(minutes=1))
    await look(house, last["_id"], 3)
    assert await open_flags(flags) == []  # what was looked at does not count again
    with suppress(AlreadyUnderWay):
        await desk.begun(guide)
    await look(house, last["_id"], 4)
    assert await open_flags(flags) == []


@pytest.mark.article("28.2")
async def test_what_is_long_ago_does_not_count(house: House, desk: Desk, flags: Flags, clock: Clock) -> None:
    guide = plain_guide()
    for _ in range(4):
        found = await desk.submitted(guide)
        await desk.withdraw(found["_id"])
    clock.advance(timedelta(days=31))
    last = await desk.submitted(guide)
    await look(house, last["_id"])
    assert await open_flags(flags) == []


@pytest.mark.article("28.2")
async def test_uncivil_words_in_a_form_are_flagged_and_block_nothing(
    house: House, desk: Desk, flags: Flags, party: Party
) -> None:
    await house.stores.uncivil.learn(["傻逼"], house.by())
    draft = await desk.filled(rich_guide())
    await look(house, draft["_id"])
    assert await open_flags(flags) == []
    answers = {**answers_to(rich_guide()), "address": "市桥街，傻 逼"}
    handed_in = await desk.hand_in(await desk.save(draft, answers))
    assert handed_in["state"] is State.SUBMITTED
    await look(house, handed_in["_id"])
    [flag] = await open_flags(flags)
    assert (flag["reason"], flag["about"]) == (FlagReason.UNCIVIL_WORDS, [handed_in["_id"]])
    assert "傻逼" in flag["words"]
    assert "傻逼" not in str(await flags.documents.find_one({}))
    await house.stores.decisions.check(party, house.by())
    assert not await look(house, "0" * 32)


@pytest.mark.article("28.1")
async def test_a_department_flags_false_materials_with_its_finding(
    house: House, flags: Flags, listing: Listing
) -> None:
    [of] = [one.key for one in listing.evidence]
    approver = officer("approver", Role.APPROVER, department=USCC)
    by = listing.by(approver)

    async def flag(member: Member = approver, about: tuple[str, ...] = (of,), words: str = FACTS) -> Flag:
        reason = FlagReason.FALSE_MATERIALS
        return await flags.raise_by_member(member, listing.applicant, reason, about, words, by)

    with pytest.raises(ApplicationNotFound):  # as one that does not exist
        await flag(officer("civil", Role.APPROVER, department=OTHER))
    with pytest.raises(ScopeMissing):
        await flag(officer("digital", Role.DIGITAL_AFFAIRS))
    with pytest.raises(EvidenceRequired):
        await flag(about=())
    with pytest.raises(FactsRequired):
        await flag(words="")
    another = await house.application(guide=plain_guide(8))
    with pytest.raises(EvidenceOfAnother):
        await flag(about=(another["_id"],))
    with pytest.raises(ScopeMissing):  # a department flags what is in its applications
        await flags.raise_by_member(
            approver, listing.applicant, FlagReason.SEEN, (), "当场辱骂工作人员", listing.by(approver)
        )
    raised = await flag()
    assert (raised["words"], raised["raised_by"]) == (FACTS, "staff:approver")
    clerk = officer("clerk", Role.WINDOW)
    seen = await flags.raise_by_member(
        clerk, listing.applicant, FlagReason.SEEN, (), "当场辱骂工作人员", listing.by(clerk)
    )
    assert {one["_id"] for one in await open_flags(flags)} == {raised["_id"], seen["_id"]}


async def raised(flags: Flags, listing: Listing) -> str:
    clerk = officer("clerk", Role.WINDOW)
    flag = await flags.raise_by_member(
        clerk, listing.applicant, FlagReason.SEEN, (), "当场辱骂工作人员", listing.by(clerk)
    )
    return flag["_id"]


async def test_a_flag_is_dismissed_with_a_reason(house: House, flags: Flags, listing: Listing) -> None:
    key = await raised(flags, listing)
    with pytest.raises(ReasonRequired):
        await flags.dismiss(key, LI, "", listing.by(LI))
    clerk = officer("clerk", Role.WINDOW)
    with pytest.raises(ScopeMissing):
        await flags.dismiss(key, clerk, "不成立", listing.by(clerk))
    dismissed = await flags.dismiss(key, LI, "不成立", listing.by(LI))
    assert dismissed["closed"]
    assert (dismissed["state"], dismissed["closed"]["reason"]) == (FlagState.DISMISSED, "不成立")
    assert await open_flags(flags) == []
    assert [one["_id"] for one in await flags.of_applicants([listing.applicant])] == [key]


async def test_of_two_who_close_a_flag_at_once_one_does(house: House, flags: Flags, listing: Listing) -> None:
    key = await raised(flags, listing)
    done, told = await once(
        flags.dismiss(key, LI, "不成立", listing.by(LI)), flags.dismiss(key, WANG, "属实", listing.by(WANG))
    )
    assert isinstance(told, FlagClosed)
    assert (await flags.get(key))["closed"] == done["closed"]


async def test_taken_to_a_decision_or_dismissed_and_not_both(
    house: House, flags: Flags, listing: Listing
) -> None:
    key, stores = await raised(flags, listing), house.stores
    evidence: list[Reference] = list(listing.evidence)
    results = await asyncio.gather(
        stores.decisions.propose(
            listing.applicant, LI, Ground.DISORDER, FACTS, evidence, listing.by(LI), flag=key
        ),
        flags.dismiss(key, WANG, "不成立", listing.by(WANG)),
        stores.decisions.propose(
            listing.applicant, ZHAO, Ground.DISORDER, FACTS, evidence, listing.by(ZHAO), flag=key
        ),
        return_exceptions=True,
    )
    lost = [one for one in results if isinstance(one, Exception)]
    assert len(lost) == 2
    assert all(isinstance(one, Conflict) for one in lost)
    found = await flags.get(key)
    bans = [one async for one in stores.bans.documents.find({})]
    assert (found["state"] is FlagState.TAKEN) is (len(bans) == 1)
    assert found["ban"] == (bans[0]["_id"] if bans else None)
