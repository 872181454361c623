"""What a decision blocks, for whom, at which door, and when: that, and nothing else (article 28)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from models.applications import State
from models.blacklist import Blacklisted, Ground, Reference
from models.blacklist.rules import BodyBlacklisted
from models.events import Channel
from models.people import ApplicantKind, CredentialKind, Party
from models.serving import How
from models.workdays import PANYU
from tests.house.barred import BARRED, Cast, cast_of, listing_of
from tests.house.clock import Clock, cause_at
from tests.house.desk import Desk
from tests.house.guides import form_guide, plain_guide
from tests.house.house import House
from tests.house.listing import LI, WANG, ZHAO, Listing
from tests.house.people import credential, new_number

ONLINE = (Channel.CHAT, Channel.H5, Channel.WEB, Channel.MINIPROGRAM, Channel.APP, Channel.KIOSK)
OPEN = (Channel.WINDOW, Channel.SYSTEM)

IN_FORCE: Mapping[str, bool] = {
    # of a decision that was delivered on 30 November 2026 at ten in the morning
    "2026-11-29T10:00": False,
    "2026-11-30T09:59": False,
    "2026-11-30T10:00": True,
    "2026-11-30T23:59": True,
    "2026-12-01T00:00": True,
    "2027-02-27T12:00": True,
    "2027-02-28T00:00": True,
    "2027-02-28T23:59": True,
    "2027-03-01T00:00": False,
    "2027-03-01T08:00": False,
}
DELIVERED = "2026-11-30T10:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PANYU)


@pytest.fixture
async def cast(house: House) -> Cast:
    return await cast_of(house)


async def blocked(house: House, party: Party, channel: Channel, moment: datetime) -> bool:
    try:
        await house.stores.decisions.check(party, cause_at(moment, channel=channel))
    except Blacklisted as told:
        assert told.details == {"until": at("2027-03-01T00:00")}
        assert "2027-02-28（含当日）" in str(told)
        return True
    return False


@pytest.mark.article("28.1", "28.2", "28.3", "28.months", "28.online")
@pytest.mark.parametrize("ground", Ground)
@pytest.mark.parametrize("whom", BARRED)
async def test_exactly_that_is_blocked(
    house: House, clock: Clock, cast: Cast, whom: str, ground: Ground
) -> None:
    clock.set(at("2026-11-29T09:00"))
    listing = await listing_of(house, cast, whom)
    confirmed = await listing.confirmed(ground)
    wrong = []

    async def look(moments: list[str]) -> None:
        for moment in moments:
            for name, expected in BARRED[whom].items():
                for channel in (*ONLINE, *OPEN):
                    found = await blocked(house, cast.parties[name], channel, at(moment))
                    if found != (expected and channel in ONLINE and IN_FORCE[moment]):
                        wrong.append((moment, name, channel, found))

    await look([moment for moment in IN_FORCE if moment < DELIVERED])
    clock.set(at(DELIVERED))
    await house.stores.decisions.delivered(confirmed["_id"], How.CALL, at(DELIVERED), listing.by(LI))
    await look([moment for moment in IN_FORCE if moment >= DELIVERED])
    assert not wrong


@pytest.mark.article("28.months", "28.online")
@pytest.mark.parametrize(
    ("delivered", "barred", "free"),
    [
        ("2027-11-30T10:00", "2028-02-29T23:59", "2028-03-01T00:00"),  # a leap year
        ("2028-02-29T10:00", "2028-05-29T23:59", "2028-05-30T00:00"),
        ("2026-07-01T10:00", "2026-10-01T23:59", "2026-10-02T00:00"),  # not moved for National Day
        ("2026-11-24T23:59", "2027-02-24T23:59", "2027-02-25T00:00"),  # Panyu's day, not that of UTC
        ("2026-11-25T00:00", "2027-02-25T23:59", "2027-02-26T00:00"),
    ],
)
async def test_the_last_day_is_barred_to_its_end(
    house: House, cast: Cast, clock: Clock, *, delivered: str, barred: str, free: str
) -> None:
    clock.set(at(delivered) - timedelta(hours=1))
    ban = await (await listing_of(house, cast, "a person")).confirmed()
    clock.set(at(delivered))
    party = cast.parties["the person"]
    assert not await blocked_now(house, party, clock)
    await house.stores.decisions.opened(ban["_id"], party, house.by())
    for moment, expected in ((delivered, True), (barred, True), (free, False)):
        clock.set(at(moment))
        assert await blocked_now(house, party, clock) is expected, moment


async def test_neither_a_proposal_nor_an_undelivered_decision_blocks(
    house: House, listing: Listing, party: Party, clock: Clock
) -> None:
    proposed = await listing.proposed()
    assert not await blocked(house, party, Channel.H5, clock.now())
    await house.stores.decisions.confirm(proposed["_id"], WANG, listing.by(WANG))
    assert not await blocked(house, party, Channel.H5, clock.now())


@pytest.mark.article("28.online")
async def test_beginning_and_handing_in_are_refused_and_the_rest_goes_on(
    house: House, desk: Desk, listing: Listing, clock: Clock
) -> None:
    draft = await desk.filled(form_guide())
    under_way = await desk.brought_to(State.SUPPLEMENT_REQUESTED, plain_guide(2))
    await listing.delivered()
    with pytest.raises(Blacklisted):
        await desk.begun(plain_guide(3))
    with pytest.raises(Blacklisted):
        await desk.begun(form_guide())  # also to go on with the draft
    with pytest.raises(Blacklisted):
        await desk.hand_in(draft)
    assert (await desk.get(draft["_id"]))["state"] is State.DRAFT
    kept = await desk.save(draft, {"kind": "renew"})
    assert kept["version"] > draft["version"]
    await desk.attach(under_way["_id"], "id_card")
    await desk.attach(under_way["_id"], "photo")
    answered = await desk.supplement(under_way["_id"], {})
    assert answered["state"] is State.SUBMITTED
    await desk.accept(under_way["_id"])
    done = await desk.approve(under_way["_id"])
    await house.review(desk.party, "application", done)
    await house.furnish(plain_guide(4))
    await house.booking(desk.party)
    await desk.discard(draft["_id"])
    clock.set(at("2027-03-01T00:00"))
    assert (await desk.submitted(form_guide()))["state"] is State.SUBMITTED


@pytest.mark.article("28.online")
async def test_it_holds_under_every_card_account_and_phone(house: House, party: Party, clock: Clock) -> None:
    number, phone = new_number(), "13900000777"
    person = await house.applicant("陈国强", number=number, phone=phone)
    found = await house.application(party=person)
    await Listing(house, person.id, (Reference("application", found["_id"]),)).delivered()
    stores = house.stores

    async def is_blocked(party: Party) -> bool:
        return await blocked_now(house, party, clock)

    other = await house.account()
    assert await is_blocked(await house.bound(other, "陈国强", number=number, phone=phone))  # rebound
    await stores.applicants.unbind(person.id, other["_id"], house.by())
    unbound = await stores.applicants.get(person.id)
    assert await is_blocked(Party(unbound, unbound, ""))  # with the card alone, at a kiosk
    for card, digits, is_new in (
        (CredentialKind.SOCIAL_SECURITY, number, False),
        (CredentialKind.PASSPORT, "E12345678", True),  # another number: the same name and phone
    ):
        account = await house.account()
        again = await stores.applicants.bind(
            credential(digits, card),
            name="陈国强",
            phone=phone,
            account=account["_id"],
            verified_by="register",
            by=house.by(),
        )
        assert (again["_id"] != person.id) is is_new
        assert await is_blocked(Party(again, again, account["_id"]))
    family = await house.applicant("陈小玲", phone=phone)  # the phone alone is not the person
    assert not await is_blocked(family)
    assert not await is_blocked(await house.applicant("陈国强"))  # nor is the name


async def blocked_now(house: House, party: Party, clock: Clock) -> bool:
    try:
        await house.stores.decisions.check(party, house.by())
    except Blacklisted:
        return True
    return False


@pytest.mark.article("28.online")
async def test_a_listed_body_is_listed_under_either_of_its_numbers(house: House, cast: Cast) -> None:
    party = cast.parties["the person, for the body"]
    found = await house.application(party=party, guide=plain_guide(audience=["enterprise"]))
    await Listing(house, cast.body, (Reference("application", found["_id"]),)).delivered()
    body = await house.stores.applicants.get(cast.body)
    again = await house.stores.applicants.register_body(
        ApplicantKind.ENTERPRISE,
        credential("440126000012345", CredentialKind.REGISTRATION_NUMBER, ApplicantKind.ENTERPRISE),
        name=house.stores.applicants.name(body),
        representative=body["representative"],
        by=house.by(),
    )
    with pytest.raises(BodyBlacklisted):
        await house.stores.decisions.check(Party(again, party.agent, party.account), house.by())


@pytest.mark.article("28.months", "28.delisting")
async def test_the_effect_ends_when_it_is_lifted_or_delisted(
    house: House, listing: Listing, party: Party, clock: Clock
) -> None:
    stores = house.stores
    first = await listing.delivered()
    await stores.decisions.delist(first["_id"], ZHAO, "材料由中介伪造，当事人不知情。", listing.by(ZHAO))
    assert not await blocked_now(house, party, clock)
    clock.advance(timedelta(days=1))
    second = await listing.delivered()
    assert await blocked_now(house, party, clock)
    await stores.appeals.appeal(second["_id"], party, "我不知情", house.by(f"applicant:{party.id}"))
    assert await blocked_now(house, party, clock)
    await stores.appeals.decide(second["_id"], ZHAO, "查明属实", listing.by(ZHAO), lifted=True)
    assert not await blocked_now(house, party, clock)
