"""A decision's way: two officers, evidence that stays, delivery; what two ask for at once is done once."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.applications import State as Stage
from models.blacklist import AppealState, Blacklisted, Decisions, Ground, Reference, State
from models.blacklist.officers import SameOfficer
from models.blacklist.rules import (
    AlreadyListed,
    BanDecided,
    BanNotFound,
    DeliveryTimeWrong,
    EvidenceOfAnother,
    EvidenceRequired,
    FactsRequired,
    NothingToDeliver,
    ReasonRequired,
)
from models.errors import NotFound
from models.events import Cause
from models.materials.store import FileNotFound
from models.own_data import own_data
from models.people import Party
from models.schedule import Due
from models.serving import How
from models.staff import Role, ScopeMissing
from models.workdays import PANYU
from tests.house.clock import Clock
from tests.house.desk import Desk
from tests.house.guides import form_guide, plain_guide
from tests.house.house import House
from tests.house.listing import FACTS, LI, WANG, ZHAO, Listing, officer


@pytest.fixture
def decisions(house: House) -> Decisions:
    return house.stores.decisions


async def once(*asked: Any) -> tuple[Any, Exception]:
    """What came of two who asked at one instant: one result, and what the other was told."""
    results = await asyncio.gather(*asked, return_exceptions=True)
    [done] = [one for one in results if not isinstance(one, BaseException)]
    [told] = [one for one in results if isinstance(one, Exception)]
    return done, told


@pytest.mark.article("28.decision")
async def test_only_service_management_decides(decisions: Decisions, listing: Listing) -> None:
    ban = await listing.proposed()
    for role in (role for role in Role if role is not Role.SERVICE_MANAGEMENT):
        other = officer("other", role)
        with pytest.raises(ScopeMissing):
            await listing.proposed(by=other)
        with pytest.raises(ScopeMissing):
            await decisions.confirm(ban["_id"], other, listing.by(other))
        with pytest.raises(ScopeMissing):
            await decisions.decline(ban["_id"], other, "不同意", listing.by(other))
        with pytest.raises(ScopeMissing):
            await decisions.delist(ban["_id"], other, "非故意", listing.by(other))


@pytest.mark.article("28.decision")
async def test_who_proposed_does_not_confirm(decisions: Decisions, listing: Listing) -> None:
    ban = await listing.proposed(by=LI)
    with pytest.raises(SameOfficer):
        await decisions.confirm(ban["_id"], LI, listing.by(LI))
    confirmed = await decisions.confirm(ban["_id"], WANG, listing.by(WANG))
    assert (confirmed["state"], confirmed["year"], confirmed["sequence"]) == (State.CONFIRMED, 2026, 1)


@pytest.mark.article("28.decision")
@pytest.mark.parametrize(
    ("proposed", "confirmed"),
    [
        (("li", ""), ("wang", "li")),  # stands in for the one who proposed
        (("wang", "li"), ("li", "")),  # it was proposed for them
        (("wang", "li"), ("wang", "")),
        (("wang", "li"), ("zhao", "li")),
        (("li", ""), ("li", "zhao")),
    ],
)
async def test_nobody_stands_in_to_confirm_their_own(
    decisions: Decisions, listing: Listing, proposed: tuple[str, str], confirmed: tuple[str, str]
) -> None:
    def by(actor: str, absent: str) -> Cause:
        stands_in_for = f"staff:{absent}" if absent else ""
        return replace(listing.by(officer(actor)), on_behalf_of=stands_in_for)

    ban = await decisions.propose(
        listing.applicant, LI, Ground.FALSEHOOD, FACTS, list(listing.evidence), by(*proposed)
    )
    with pytest.raises(SameOfficer):
        await decisions.confirm(ban["_id"], WANG, by(*confirmed))
    assert await decisions.confirm(ban["_id"], WANG, by("qian", "sun"))


@pytest.mark.article("28.decision")
async def test_a_proposal_needs_facts_and_evidence_of_the_person(
    house: House, decisions: Decisions, listing: Listing
) -> None:
    with pytest.raises(FactsRequired):
        await decisions.propose(
            listing.applicant, LI, Ground.MALICE, " \n", list(listing.evidence), listing.by(LI)
        )
    with pytest.raises(EvidenceRequired):
        await replace(listing, evidence=()).proposed()
    another = await house.application(guide=plain_guide(8))
    with pytest.raises(EvidenceOfAnother):
        await replace(listing, evidence=(Reference("application", another["_id"]),)).proposed()
    with pytest.raises(NotFound):
        await replace(listing, evidence=(Reference("file", "0" * 32),)).proposed()


@pytest.mark.article("28.decision")
async def test_evidence_stays_as_it_was(house: House, listing: Listing, party: Party) -> None:
    """A draft's file is dropped with the draft; the record goes on."""
    desk, stores = house.desk(party), house.stores
    draft = await desk.filled(form_guide())
    [file] = [paper["file"] for paper in draft["materials"] if paper["file"]]
    of_file = Reference("file", file)
    ban = await replace(listing, evidence=(*listing.evidence, of_file, of_file)).proposed()
    record, copy = ban["evidence"]
    was = (await stores.decisions.freezer.opened(record, ban["_id"])).record
    _, content = await stores.materials.read(file)
    await desk.discard(draft["_id"])
    await house.staff.accept(record["key"])
    with pytest.raises(FileNotFound):
        await stores.materials.read(file)
    found = await stores.bans.get(ban["_id"])
    opened = await stores.decisions.evidence(ban["_id"], 1, LI, listing.by(LI))
    assert (opened.record, opened.unchanged) == (was, True)
    assert (await stores.decisions.evidence(found["_id"], 2, LI, listing.by(LI))).unchanged
    assert was["state"] == Stage.SUBMITTED
    kept, again = await stores.materials.read(str(copy["copy"]))
    assert (again, kept["sha256"]) == (content, copy["sha256"])
    later = replace(house.by(), at=house.stores.clock() + timedelta(days=2))
    await stores.materials.sweep(stores.bans.files_held, later)
    assert await stores.materials.read(str(copy["copy"]))


async def test_of_two_who_propose_at_once_one_does(listing: Listing) -> None:
    done, told = await once(listing.proposed(by=LI), listing.proposed(by=WANG))
    assert (done["state"], type(told)) == (State.PROPOSED, AlreadyListed)
    with pytest.raises(AlreadyListed):
        await listing.proposed(by=ZHAO)


async def test_of_two_who_decide_a_proposal_at_once_one_does(decisions: Decisions, listing: Listing) -> None:
    ban = await listing.proposed(by=LI)
    key = ban["_id"]
    done, told = await once(
        decisions.confirm(key, WANG, listing.by(WANG)),
        decisions.decline(key, ZHAO, "证据不足", listing.by(ZHAO)),
    )
    assert isinstance(told, BanDecided)
    found = await decisions.bans.get(key)
    assert found["state"] is done["state"]
    assert len(found["timeline"]) == 2


async def test_a_declined_proposal_leaves_no_trace_for_the_person(
    decisions: Decisions, listing: Listing, party: Party
) -> None:
    ban = await listing.proposed()
    with pytest.raises(ReasonRequired):
        await decisions.decline(ban["_id"], LI, "", listing.by(LI))
    await decisions.decline(ban["_id"], LI, "撤回", listing.by(LI))
    assert await decisions.of_party(party) == []
    with pytest.raises(BanNotFound):
        await decisions.own(ban["_id"], party)
    assert (await listing.proposed())["state"] is State.PROPOSED  # another may follow


async def test_numbers_are_taken_once(house: House, decisions: Decisions) -> None:
    proposed = []
    for _ in range(5):
        found = await house.application(guide=plain_guide(9))
        one = Listing(house, found["applicant"], (Reference("application", found["_id"]),))
        proposed.append((await one.proposed(), one.by(WANG)))
    confirmed = [await decisions.confirm(ban["_id"], WANG, by) for ban, by in proposed[:3]]
    confirmed += await asyncio.gather(*(decisions.confirm(ban["_id"], WANG, by) for ban, by in proposed[3:]))
    assert sorted(one["sequence"] for one in confirmed) == [1, 2, 3, 4, 5]


@pytest.mark.article("28.notice")
@pytest.mark.parametrize("how", [how for how in How if how is not How.PUBLIC_NOTICE])
async def test_with_its_delivery_everything_begins(decisions: Decisions, listing: Listing, how: How) -> None:
    ban = await listing.confirmed()
    by = listing.by(LI)
    done = await decisions.delivered(ban["_id"], how, by.at, by)
    assert done["delivered"] == {"how": how, "at": by.at, "noted_at": by.at, "by": "staff:li"}
    assert done["until"] == datetime(2027, 2, 25, tzinfo=PANYU)
    [*_, event] = (await decisions.bans.documents.find_one({"_id": ban["_id"]}))["events"]
    [plan] = event["plans"]
    assert (plan["what"], plan["at"]) == ("ban.expiry", done["until"])


async def test_what_was_recorded_first_counts(decisions: Decisions, listing: Listing, clock: Clock) -> None:
    first = await listing.delivered(how=How.SMS)
    clock.advance(timedelta(days=3))
    again = await decisions.delivered(first["_id"], How.LETTER, clock.now(), listing.by(LI))
    assert (again["delivered"], again["until"]) == (first["delivered"], first["until"])


async def test_of_ten_deliveries_at_once_one_counts(decisions: Decisions, listing: Listing) -> None:
    ban = await listing.confirmed()
    by = listing.by(LI)
    await asyncio.gather(*(decisions.delivered(ban["_id"], How.CALL, by.at, by) for _ in range(10)))
    found = await decisions.bans.get(ban["_id"])
    assert [line["what"] for line in found["timeline"]].count("ban.delivered") == 1


async def test_a_delivery_is_after_the_decision_and_not_to_come(
    decisions: Decisions, listing: Listing, clock: Clock
) -> None:
    proposed = await listing.proposed()
    by = listing.by(LI)
    with pytest.raises(NothingToDeliver):
        await decisions.delivered(proposed["_id"], How.CALL, by.at, by)
    ban = await decisions.confirm(proposed["_id"], WANG, listing.by(WANG))
    for at in (by.at - timedelta(minutes=1), by.at + timedelta(minutes=1)):
        with pytest.raises(DeliveryTimeWrong):
            await decisions.delivered(ban["_id"], How.CALL, at, by)
    clock.advance(timedelta(days=29))
    by = listing.by(LI)
    with pytest.raises(DeliveryTimeWrong):
        await decisions.delivered(ban["_id"], How.PUBLIC_NOTICE, by.at, by)
    clock.advance(timedelta(days=2))
    by = listing.by(LI)
    assert (await decisions.delivered(ban["_id"], How.PUBLIC_NOTICE, by.at, by))["until"]


@pytest.mark.article("28.notice")
async def test_the_own_page_opened_is_a_delivery(
    house: House, decisions: Decisions, listing: Listing, party: Party, clock: Clock
) -> None:
    ban = await listing.confirmed()
    stranger = await house.applicant("李四")
    by = house.by(f"applicant:{party.id}")
    with pytest.raises(BanNotFound):
        await decisions.opened(ban["_id"], stranger, by)
    assert (await decisions.bans.get(ban["_id"]))["delivered"] is None
    opened = await decisions.opened(ban["_id"], party, by)
    assert opened["delivered"]
    assert opened["delivered"]["how"] is How.OWN_PAGE
    clock.advance(timedelta(days=1))
    again = await decisions.opened(ban["_id"], party, house.by())
    assert again["delivered"] == opened["delivered"]


class Interrupted:
    """A decision is delivered just after a submission has looked whether there is one."""

    def __init__(self, decisions: Decisions, deliver: Any) -> None:
        self.decisions, self.deliver = decisions, deliver

    async def check(self, party: Party, by: Cause) -> None:
        await self.decisions.check(party, by)
        if self.deliver:
            deliver, self.deliver = self.deliver, None
            await deliver


@pytest.mark.article("28.online")
async def test_a_submission_that_looked_before_the_delivery_is_refused_after_it(
    house: House, desk: Desk, decisions: Decisions, listing: Listing
) -> None:
    draft = await desk.filled(form_guide())
    ban, by = await listing.confirmed(), listing.by(LI)
    deliver = decisions.delivered(ban["_id"], How.CALL, by.at, by)
    interrupted = replace(house.stores.filing, bar=Interrupted(decisions, deliver))
    hasty = House(replace(house.stores, filing=interrupted), house.register).desk(desk.party)
    with pytest.raises(Blacklisted):
        await hasty.hand_in(draft)
    assert (await desk.get(draft["_id"]))["state"] is Stage.DRAFT


@pytest.mark.article("28.online")
async def test_of_submission_and_delivery_at_one_instant_either_is_first(
    house: House, desk: Desk, decisions: Decisions, listing: Listing
) -> None:
    draft = await desk.filled(form_guide())
    ban, by = await listing.confirmed(), listing.by(LI)
    submitted, delivered = await asyncio.gather(
        desk.hand_in(draft), decisions.delivered(ban["_id"], How.CALL, by.at, by), return_exceptions=True
    )
    found = await desk.get(draft["_id"])
    assert not isinstance(delivered, BaseException)
    if isinstance(submitted, Blacklisted):
        assert found["state"] is Stage.DRAFT
    else:
        assert found["state"] is Stage.SUBMITTED


@pytest.mark.article("28.months")
async def test_it_expires_by_itself_and_stays_in_the_history(
    house: House, decisions: Decisions, listing: Listing, party: Party, clock: Clock
) -> None:
    ban = await listing.delivered()
    until = ban["until"]
    assert until
    clock.set(until)
    due = Due("event:ban.expiry", "ban.expiry", ban["_id"], until, 1, "lease")
    assert await decisions.expire(due, house.by())
    assert not await decisions.expire(due, house.by())  # looked at twice
    [kept] = await decisions.of_party(party)
    assert (kept["state"], kept["facts"]) == (State.EXPIRED, FACTS)
    assert (await listing.proposed())["state"] is State.PROPOSED


@pytest.mark.article("28.delisting")
async def test_delisting_is_for_any_time_and_overtakes_the_expiry(
    house: House, decisions: Decisions, listing: Listing, party: Party, clock: Clock
) -> None:
    ban = await listing.confirmed()  # not delivered yet
    with pytest.raises(ReasonRequired):
        await decisions.delist(ban["_id"], ZHAO, "", listing.by(ZHAO))
    done = await decisions.delist(ban["_id"], ZHAO, "材料系中介伪造", listing.by(ZHAO))
    assert (done["state"], done["reason"]) == (State.DELISTED, "材料系中介伪造")
    with pytest.raises(BanDecided):
        await decisions.delist(ban["_id"], ZHAO, "再次", listing.by(ZHAO))
    with pytest.raises(NothingToDeliver):
        await decisions.delivered(ban["_id"], How.CALL, clock.now(), listing.by(LI))
    second = await listing.delivered()
    assert second["until"]
    await decisions.delist(second["_id"], ZHAO, "材料系中介伪造", listing.by(ZHAO))
    due = Due("event:ban.expiry", "ban.expiry", second["_id"], second["until"], 1, "lease")
    assert not await decisions.expire(due, house.by())


@pytest.mark.article("28.delisting")
async def test_what_has_expired_is_delisted_too(
    house: House, decisions: Decisions, listing: Listing, party: Party, clock: Clock
) -> None:
    """An appeal that waits is answered by that, and a decision made since stands."""
    ban = await listing.delivered()
    until, by = ban["until"], house.by(f"applicant:{party.id}")
    assert until
    await house.stores.appeals.appeal(ban["_id"], party, "我不知情", by)
    clock.set(until)
    due = Due("event:ban.expiry", "ban.expiry", ban["_id"], until, 1, "lease")
    assert await decisions.expire(due, house.by())
    later = await listing.proposed()
    done = await decisions.delist(ban["_id"], ZHAO, "材料系中介伪造", listing.by(ZHAO))
    assert (done["state"], done["appeal"] and done["appeal"]["state"]) == (State.DELISTED, AppealState.LIFTED)
    assert (await decisions.bans.get(later["_id"]))["state"] is State.PROPOSED
    with pytest.raises(BanDecided):
        await decisions.delist(ban["_id"], ZHAO, "再次", listing.by(ZHAO))


async def test_nothing_that_was_written_stands_in_the_clear(
    house: House, decisions: Decisions, listing: Listing, party: Party
) -> None:
    ban = await listing.delivered()
    await house.stores.appeals.appeal(ban["_id"], party, "我不知情", house.by())
    await decisions.delist(ban["_id"], ZHAO, "材料系中介伪造", listing.by(ZHAO))
    kept = str(await decisions.bans.documents.find_one({"_id": ban["_id"]}))
    for words in (FACTS, "我不知情", "材料系中介伪造"):
        assert words not in kept


async def test_the_person_is_given_it_all_but_no_officer(
    house: House, listing: Listing, party: Party
) -> None:
    ban = await listing.delivered()
    await house.stores.appeals.appeal(ban["_id"], party, "我不知情", house.by())
    await house.stores.appeals.decide(ban["_id"], ZHAO, "不成立", listing.by(ZHAO), lifted=False)
    [own] = (await own_data(house.stores, party.agent, house.stores.clock()))["blacklist"]
    assert (own["facts"], own["appeal"]["words"]) == (FACTS, "我不知情")
    assert "zhao" not in str(own)
    assert "wang" not in str(own)
