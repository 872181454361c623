"""An appeal: once, in time, with files, decided by a third officer (article 28)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models.blacklist import Appeals, AppealState, Reference, State, can_appeal
from models.blacklist.officers import SameOfficer
from models.blacklist.rules import (
    AlreadyAppealed,
    AppealDecided,
    AppealTooLate,
    AppealWordsRequired,
    BanNotFound,
    NothingToAppeal,
    ReasonRequired,
    TooManyFiles,
)
from models.errors import Conflict
from models.people import Party
from models.staff import Role, ScopeMissing
from tests.files import a_pdf, on_disk
from tests.house.clock import Clock
from tests.house.house import House
from tests.house.listing import LI, WANG, WORDS, ZHAO, Listing, officer
from tests.models.blacklist.test_decisions import once
from tests.models.blacklist.test_effect import at


@pytest.fixture
def appeals(house: House) -> Appeals:
    return house.stores.appeals


@pytest.mark.article("28.appeal")
@pytest.mark.parametrize(
    ("delivered", "moment", "in_time"),
    [
        ("2026-02-02T10:00", "2026-03-20T23:59", True),  # the thirtieth, over Spring Festival
        ("2026-02-02T10:00", "2026-03-23T00:00", False),  # the thirty-first
        ("2026-09-10T10:00", "2026-10-28T23:59", True),  # the thirtieth, over National Day
        ("2026-09-10T10:00", "2026-10-29T00:00", False),
    ],
)
async def test_within_thirty_working_days(
    house: House,
    appeals: Appeals,
    clock: Clock,
    *,
    delivered: str,
    moment: str,
    in_time: bool,
) -> None:
    clock.set(at(delivered))
    party = await house.applicant()
    found = await house.application(party=party)
    ban = await Listing(house, party.id, (Reference("application", found["_id"]),)).delivered()
    clock.set(at(moment))
    assert can_appeal(ban, clock.now()) is in_time
    if in_time:
        assert (await appeals.appeal(ban["_id"], party, WORDS, house.by()))["appeal"]
    else:
        with pytest.raises(AppealTooLate):
            await appeals.appeal(ban["_id"], party, WORDS, house.by())


@pytest.mark.article("28.appeal")
async def test_who_knows_of_it_may_appeal_before_it_is_delivered(
    house: House, appeals: Appeals, listing: Listing, party: Party, clock: Clock
) -> None:
    ban = await listing.confirmed()
    clock.advance(timedelta(days=90))
    made = await appeals.appeal(ban["_id"], party, WORDS, house.by())
    assert made["appeal"]
    assert made["appeal"]["words"] == WORDS


@pytest.mark.article("28.appeal")
async def test_once_by_the_person_alone_and_with_words(
    house: House, appeals: Appeals, listing: Listing, party: Party
) -> None:
    proposed = await listing.proposed()
    with pytest.raises(BanNotFound):
        await appeals.appeal(proposed["_id"], party, WORDS, house.by())
    ban = await appeals.decisions.confirm(proposed["_id"], WANG, listing.by(WANG))
    with pytest.raises(AppealWordsRequired):
        await appeals.appeal(ban["_id"], party, "\n ", house.by())
    with pytest.raises(BanNotFound):
        await appeals.appeal(ban["_id"], await house.applicant("李四"), WORDS, house.by())
    done, told = await once(*(appeals.appeal(ban["_id"], party, WORDS, house.by()) for _ in range(2)))
    assert done["appeal"]["state"] is AppealState.OPEN
    assert isinstance(told, AlreadyAppealed)
    await appeals.decisions.delist(ban["_id"], ZHAO, "非故意", listing.by(ZHAO))
    second = await listing.delivered()
    await appeals.decisions.delist(second["_id"], ZHAO, "非故意", listing.by(ZHAO))
    with pytest.raises(NothingToAppeal):
        await appeals.appeal(second["_id"], party, WORDS, house.by())


async def test_files_come_with_it_until_it_is_decided(
    house: House, appeals: Appeals, listing: Listing, party: Party
) -> None:
    ban = await listing.delivered()

    async def attach() -> None:
        with on_disk(a_pdf()) as file:
            await appeals.attach(ban["_id"], party, file, house.by(f"applicant:{party.id}"))

    with pytest.raises(AppealDecided):
        await attach()
    await appeals.appeal(ban["_id"], party, WORDS, house.by())
    for _ in range(10):
        await attach()
    with pytest.raises(TooManyFiles):
        await attach()
    found = (await house.stores.bans.get(ban["_id"]))["appeal"]
    assert found
    assert [one["name"] for one in found["files"]][:2] == ["申诉材料1.pdf", "申诉材料2.pdf"]
    later = replace(house.by(), at=house.stores.clock() + timedelta(days=2))
    await house.stores.materials.sweep(house.stores.bans.files_held, later)
    assert await house.stores.materials.read(found["files"][0]["file"])


@pytest.mark.article("28.appeal")
async def test_a_third_officer_decides(
    house: House, appeals: Appeals, listing: Listing, party: Party
) -> None:
    ban = await listing.delivered()
    key = ban["_id"]
    with pytest.raises(AppealDecided):
        await appeals.decide(key, ZHAO, "没有申诉", listing.by(ZHAO), lifted=True)
    await appeals.appeal(key, party, WORDS, house.by())
    for same in (LI, WANG):
        with pytest.raises(SameOfficer):
            await appeals.decide(key, same, "不成立", listing.by(same), lifted=False)
    other = officer("other", Role.SUPERVISOR)
    with pytest.raises(ScopeMissing):
        await appeals.decide(key, other, "不成立", listing.by(other), lifted=False)
    with pytest.raises(ReasonRequired):
        await appeals.decide(key, ZHAO, "", listing.by(ZHAO), lifted=False)
    kept = await appeals.decide(key, ZHAO, "证据确凿", listing.by(ZHAO), lifted=False)
    assert kept["state"] is State.CONFIRMED
    assert kept["appeal"]
    assert kept["appeal"]["state"] is AppealState.KEPT
    with pytest.raises(Conflict):
        await appeals.appeal(key, party, WORDS, house.by())


async def test_of_two_who_decide_an_appeal_at_once_one_does(
    house: House, appeals: Appeals, listing: Listing, party: Party
) -> None:
    ban = await listing.delivered()
    key, qian = ban["_id"], officer("qian")
    await appeals.appeal(key, party, WORDS, house.by())
    done, told = await once(
        appeals.decide(key, ZHAO, "成立", listing.by(ZHAO), lifted=True),
        appeals.decide(key, qian, "不成立", listing.by(qian), lifted=False),
    )
    assert isinstance(told, AppealDecided)
    assert (await house.stores.bans.get(key))["appeal"] == done["appeal"]


@pytest.mark.article("28.delisting")
async def test_delisting_answers_an_appeal_that_waits(
    house: House, appeals: Appeals, listing: Listing, party: Party
) -> None:
    ban = await listing.delivered()
    key = ban["_id"]
    await appeals.appeal(key, party, WORDS, house.by())
    delisted, decided = await asyncio.gather(
        appeals.decisions.delist(key, LI, "非故意", listing.by(LI)),
        appeals.decide(key, ZHAO, "不成立", listing.by(ZHAO), lifted=False),
        return_exceptions=True,
    )
    found = await house.stores.bans.get(key)
    assert found["appeal"]
    first = found["appeal"]["state"] is AppealState.LIFTED  # by the delisting, which was first
    assert isinstance(decided, Conflict) == first
    assert first or found["appeal"]["state"] is AppealState.KEPT  # and a delisting may come at any time after
    assert (found["state"] is State.DELISTED) != isinstance(delisted, Conflict)
