"""From the confirmation to the delivery and the end: the number, what counts from when, whose drafts are
marked, and what is planned (article 28)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.blacklist import EXPIRY, PAPER, Ban, Reference, State
from models.people import CredentialKind, Party
from models.schedule import Due
from models.staff import Role
from models.workdays import PANYU
from tests.house.barred import FOR_ALL, at, cast_of, listing_of
from tests.house.clock import Clock
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.listing import LI, WANG, WORDS, ZHAO, Listing, officer
from tests.house.people import credential, new_number


async def last_plans(house: House, ban: Ban) -> list[str]:
    stored: Any = await house.stores.bans.documents.find_one({"_id": ban["_id"]})
    return [plan["what"] for plan in stored["events"][-1].get("plans", [])]


@pytest.mark.article("28.decision")
@pytest.mark.parametrize(
    ("confirmed", "year"),
    [("2026-12-31T23:59", 2026), ("2027-01-01T00:00", 2027), ("2027-01-01T07:59", 2027)],
)
async def test_its_number_is_of_the_year_in_panyu(
    house: House, listing: Listing, clock: Clock, confirmed: str, year: int
) -> None:
    clock.set(at(confirmed).astimezone(UTC))
    ban = await listing.confirmed()
    assert (ban["year"], ban["sequence"]) == (year, 1)


@pytest.mark.article("28.notice", "28.months", "28.appeal")
async def test_its_periods_run_from_when_it_arrived_and_not_from_when_that_was_noted(
    house: House, listing: Listing, clock: Clock
) -> None:
    """Signed for on Friday 4 December 2026, noted on the 9th."""
    arrived, noted = at("2026-12-04T11:00"), at("2026-12-09T09:00")
    ban = await listing.confirmed()
    clock.set(noted)
    delivered = await listing.arrived(ban, arrived)
    assert delivered["until"] == datetime(2027, 3, 5, tzinfo=PANYU)
    same = house.stores.calendar.deadline(arrived, 30, bars_a_person=True)
    assert delivered["appeal_until"] == same
    assert delivered["delivered"]
    assert (delivered["delivered"]["at"], delivered["delivered"]["noted_at"]) == (arrived, noted)


@pytest.mark.article("28.notice", "28.delisting", "28.appeal")
async def test_its_paper_is_to_be_served_once_confirmed_and_taken_back_once_it_is_none(
    house: House, listing: Listing, party: Party
) -> None:
    proposed = await listing.proposed()
    assert await last_plans(house, proposed) == []
    decisions, appeals = house.stores.decisions, house.stores.appeals
    ban = await decisions.confirm(proposed["_id"], WANG, listing.by(WANG))
    assert await last_plans(house, ban) == [PAPER]
    await appeals.appeal(ban["_id"], party, WORDS, house.by())
    kept = await appeals.decide(ban["_id"], ZHAO, "证据确凿", listing.by(ZHAO), lifted=False)
    assert await last_plans(house, kept) == []
    delisted = await decisions.delist(ban["_id"], ZHAO, "非故意", listing.by(ZHAO))
    assert await last_plans(house, delisted) == [PAPER]
    second = await listing.confirmed()
    await appeals.appeal(second["_id"], party, WORDS, house.by())
    lifted = await appeals.decide(second["_id"], ZHAO, "属实", listing.by(ZHAO), lifted=True)
    assert await last_plans(house, lifted) == [PAPER]
    third = await listing.confirmed()  # the one before is over
    opened = await decisions.opened(third["_id"], party, house.by())
    assert await last_plans(house, opened) == [EXPIRY]


@pytest.mark.article("28.months")
async def test_it_ends_with_its_own_last_day_alone(
    house: House, listing: Listing, party: Party, clock: Clock
) -> None:
    ban = await listing.delivered()
    until = ban["until"]
    assert until
    await house.stores.appeals.appeal(ban["_id"], party, WORDS, house.by())
    clock.set(until + timedelta(days=1))

    async def expire(at: datetime) -> bool:
        due = Due(f"event:{EXPIRY}", EXPIRY, ban["_id"], at, 1, "lease")
        return await house.stores.decisions.expire(due, house.by())

    assert not await expire(until - timedelta(seconds=1))
    assert await expire(until)
    assert await house.stores.bans.in_force(ban["keys"], until - timedelta(days=9)) is None
    lifted = await house.stores.appeals.decide(ban["_id"], ZHAO, "属实", listing.by(ZHAO), lifted=True)
    assert lifted["state"] is State.LIFTED


@pytest.mark.article("28.online")
async def test_the_drafts_that_one_who_is_listed_may_hand_in_are_marked(house: House) -> None:
    """Their own, and those of the bodies for whom they act; nobody else's."""
    cast, guide = await cast_of(house), plain_guide(70, **FOR_ALL)
    person = cast.parties["the person"]
    parties = {
        "their own": person,
        "of the body": cast.parties["a colleague, for the body"],
        "a colleague's own": cast.parties["a colleague"],
    }
    drafts = {name: (await house.desk(party).filled(guide))["_id"] for name, party in parties.items()}
    listing = await listing_of(house, cast, "a person")
    ban = await listing.delivered()
    marked = {
        name: (await house.stores.applications.get(key)).get("barring") == ban["_id"]
        for name, key in drafts.items()
    }
    assert marked == {
        "their own": True,
        "of the body": True,
        "a colleague's own": False,
    }
    handed_in = await said(
        house.desk(cast.parties["a colleague, for the body"]).hand_in(
            await house.stores.applications.get(drafts["of the body"])
        )
    )
    assert handed_in == "done"  # one more look, and the colleague may


@pytest.mark.article("28.online")
async def test_the_drafts_of_each_card_with_the_number_are_marked(house: House) -> None:
    keys = []
    for kind in (CredentialKind.PASSPORT, CredentialKind.SOCIAL_SECURITY):
        account = await house.account()
        person = await house.stores.applicants.bind(
            credential("E12345678", kind),
            name="SMITH JOHN",
            phone="13900000666",
            account=account["_id"],
            verified_by="register",
            by=house.by(),
        )
        party = Party(person, person, account["_id"])
        keys.append((await house.desk(party).filled(plain_guide(70, **FOR_ALL)))["_id"])
    evidence = await house.desk(party).submitted(plain_guide(9))
    ban = await Listing(house, party.id, (Reference("application", evidence["_id"]),)).delivered()
    marked = [(await house.stores.applications.get(key)).get("barring") for key in keys]
    assert marked == [ban["_id"]] * 2


@pytest.mark.article("28.notice")
async def test_a_decision_is_its_persons_own_under_each_card(house: House) -> None:
    """And nobody else's; a proposal is shown to nobody."""
    number, phone = new_number(), "13900000999"
    person = await house.applicant("陈国强", number=number, phone=phone)
    found = await house.application(party=person)
    listing = Listing(house, person.id, (Reference("application", found["_id"]),))
    proposed = await listing.proposed()
    decisions = house.stores.decisions
    assert await said(decisions.own(proposed["_id"], person)) == "ban_not_found"
    assert await decisions.of_party(person) == []
    ban = await decisions.confirm(proposed["_id"], WANG, listing.by(WANG))
    again = await house.bound(await house.account(), "陈国强", number=number, phone=phone)
    assert (await decisions.own(ban["_id"], again))["_id"] == ban["_id"]
    stranger = await house.applicant("李四")
    assert await said(decisions.own(ban["_id"], stranger)) == "ban_not_found"
    assert await decisions.of_party(stranger) == []
    assert [one["_id"] for one in (await decisions.history(person.id, LI)).decisions] == [ban["_id"]]


@pytest.mark.article("28.credit")
async def test_a_finding_of_malice_is_decided_once_by_those_who_decide(
    house: House, listing: Listing, party: Party
) -> None:
    ban = await listing.delivered()
    malice, clerk = house.stores.malice, officer("clerk", Role.WINDOW)
    await malice.propose(ban["_id"], LI, "屡教不改", listing.by(LI))
    assert await said(malice.confirm(ban["_id"], clerk, listing.by(WANG))) == "scope_missing"
    assert await said(malice.decline(ban["_id"], clerk, listing.by(WANG))) == "scope_missing"
    [own] = await house.stores.bans.export(ban["keys"])
    assert own["malice"] is None  # it is not found yet
    await malice.decline(ban["_id"], WANG, listing.by(WANG))
    assert await said(malice.confirm(ban["_id"], ZHAO, listing.by(ZHAO))) == "finding_decided"
    until = ban["until"]
    assert until
    other = await house.applicant("李四")
    found = await house.application(party=other, guide=plain_guide(9))
    second = await Listing(house, other.id, (Reference("application", found["_id"]),)).delivered()
    due = Due(f"event:{EXPIRY}", EXPIRY, second["_id"], second["until"] or until, 1, "lease")
    assert await house.stores.decisions.expire(due, house.by())
    await malice.propose(second["_id"], LI, "屡教不改", listing.by(LI))  # also of what has expired
    confirmed = await malice.confirm(second["_id"], WANG, listing.by(WANG))
    assert confirmed["malice"]
    [own] = await house.stores.bans.export(second["keys"])
    assert own["malice"]["state"] == "confirmed"
    assert "proposed_by" not in own["malice"]
