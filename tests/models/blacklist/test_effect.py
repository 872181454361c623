"""What a decision blocks, for whom, at which door, and when: that, and nothing else (article 28)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from models.applications import State
from models.blacklist import Blacklisted, Ground, How, Reference
from models.blacklist.rules import BodyBlacklisted
from models.events import Channel
from models.people import ApplicantKind, CredentialKind, Party
from models.workdays import PANYU
from tests.house.clock import Clock, cause_at
from tests.house.desk import Desk
from tests.house.guides import form_guide, plain_guide
from tests.house.house import House
from tests.house.listing import LI, WANG, ZHAO, Listing
from tests.house.people import BOSS, credential, new_number

ONLINE = (Channel.CHAT, Channel.H5, Channel.WEB, Channel.MINIPROGRAM, Channel.APP, Channel.KIOSK)
OPEN = (Channel.WINDOW, Channel.SYSTEM)

BLOCKED: Mapping[str, Mapping[str, bool]] = {
    # who is listed → who applies, and for whom → is it blocked?
    "a person": {
        "the person": True,
        "the person, for the body": True,
        "a colleague": False,
        "a colleague, for the body": False,
        "the representative, for the body": False,
    },
    "a body": {
        "the person": False,
        "the person, for the body": True,
        "a colleague": False,
        "a colleague, for the body": True,
        "the representative, for the body": True,
    },
}
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


@dataclass(frozen=True)
class Cast:
    """Those who apply, by what the table calls them."""

    parties: Mapping[str, Party]
    person: str
    body: str


@pytest.fixture
async def cast(house: House) -> Cast:
    boss = await house.applicant(BOSS[0], number=BOSS[1])
    person, colleague = await house.applicant("王小明"), await house.applicant("李晓红")
    body = await house.body()
    for agent in (person, colleague, boss):
        await house.confirmed(agent, body, boss)
    parties = {"the person": person, "a colleague": colleague, "the representative": boss}
    for_body = {f"{name}, for the body": Party(body, who.agent, who.account) for name, who in parties.items()}
    return Cast({**parties, **for_body}, person.id, body["_id"])


async def listed(house: House, clock: Clock, cast: Cast, whom: str, ground: Ground) -> Listing:
    """Proposed by its officer and confirmed by another before its delivery."""
    party = cast.parties["the person" if whom == "a person" else "the person, for the body"]
    guide = plain_guide(audience=["person", "enterprise"])
    found = await house.application(party=party, guide=guide)
    return Listing(house, party.id, (Reference("application", found["_id"]),))


async def blocked(house: House, party: Party, channel: Channel, moment: datetime) -> bool:
    try:
        await house.stores.decisions.check(party, cause_at(moment, channel=channel))
    except Blacklisted as told:
        assert told.details == {"until": at("2027-03-01T00:00")}
        assert "2027-02-28（含当日）" in str(told)
        return True
    return False


@pytest.mark.article("28.1", "28.2", "28.3", "28.months")
@pytest.mark.parametrize("ground", Ground)
@pytest.mark.parametrize("whom", BLOCKED)
async def test_exactly_that_is_blocked(
    house: House, clock: Clock, cast: Cast, whom: str, ground: Ground
) -> None:
    clock.set(at("2026-11-29T09:00"))
    listing = await listed(house, clock, cast, whom, ground)
    confirmed = await listing.confirmed(ground)
    wrong = []

    async def look(moments: list[str]) -> None:
        for moment in moments:
            for name, expected in BLOCKED[whom].items():
                for channel in (*ONLINE, *OPEN):
                    found = await blocked(house, cast.parties[name], channel, at(moment))
                    if found != (expected and channel in ONLINE and IN_FORCE[moment]):
                        wrong.append((moment, name, channel, found))

    await look([moment for moment in IN_FORCE if moment < DELIVERED])
    clock.set(at(DELIVERED))
    await house.stores.decisions.delivered(confirmed["_id"], How.CALL, at(DELIVERED), listing.by(LI))
    await look([moment for moment in IN_FORCE if moment >= DELIVERED])
    assert not wrong


async def test_neither_a_proposal_nor_an_undelivered_decision_blocks(
    house: House, listing: Listing, party: Party, clock: Clock
) -> None:
    proposed = await listing.proposed()
    assert not await blocked(house, party, Channel.H5, clock.now())
    await house.stores.decisions.confirm(proposed["_id"], WANG, listing.by(WANG))
    assert not await blocked(house, party, Channel.H5, clock.now())


@pytest.mark.article("28.months")
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


@pytest.mark.article("28.months")
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


@pytest.mark.article("28.months")
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
