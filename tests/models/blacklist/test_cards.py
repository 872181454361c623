"""One person or body under several cards: a decision holds under each, also at the instant of its delivery
(article 28)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.applications import State as Stage
from models.blacklist import FlagReason, Reference
from models.people import CredentialKind, Party, known_by
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.listing import CLERK, LI, SEEN, Listing
from tests.house.meanwhile import after
from tests.house.people import BOSS, credential, new_phone

FOR_ALL: dict[str, Any] = {"audience": ["person", "enterprise"]}
WORKSHOP = ("番禺味美食品有限公司", "91440113MA59K2XT4M", "91440101190455778D")
"""A body that was registered twice: its name, and its numbers."""


async def with_passport(house: House, person: Party, name: str, phone: str) -> Party:
    """The same person, bound to another account by a passport."""
    account = (await house.account())["_id"]
    again = await house.stores.applicants.bind(
        credential("E12345679", CredentialKind.PASSPORT),
        name=name,
        phone=phone,
        account=account,
        verified_by="register",
        by=house.by(),
    )
    assert again["_id"] != person.id
    return Party(again, again, account)


async def a_person(house: House) -> tuple[Party, Party]:
    phone = new_phone()
    one = await house.applicant("陈国强", phone=phone)
    return one, await with_passport(house, one, "陈国强", phone)


async def an_agent(house: House) -> tuple[Party, Party]:
    """The person, and with the other card for a body."""
    one, other = await a_person(house)
    boss, body = await house.applicant(BOSS[0], number=BOSS[1]), await house.body()
    await house.confirmed(other, body, boss)
    return one, Party(body, other.agent, other.account)


async def a_body(house: House) -> tuple[Party, Party]:
    name, *numbers = WORKSHOP
    boss = await house.applicant(BOSS[0], number=BOSS[1])
    bodies = [await house.body(name=name, number=number) for number in numbers]
    for body in bodies:
        await house.confirmed(boss, body, boss)
    one, other = (Party(body, boss.agent, boss.account) for body in bodies)
    return one, other


async def listing_of(house: House, party: Party) -> Listing:
    found = await house.desk(party).submitted(plain_guide(9, **FOR_ALL))
    return Listing(house, party.id, (Reference("application", found["_id"]),))


@pytest.mark.article("28.online")
@pytest.mark.parametrize("cards", [a_person, an_agent, a_body])
async def test_what_is_handed_in_under_another_card_just_when_it_is_delivered_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch, cards: Callable[[House], Awaitable[tuple[Party, Party]]]
) -> None:
    listed, other = await cards(house)
    listing = await listing_of(house, listed)
    ban, desk = await listing.confirmed(), house.desk(other)
    draft = await desk.filled(plain_guide(10, **FOR_ALL))
    after(monkeypatch, house.stores.bans, "in_force", lambda: listing.arrived(ban, house.stores.clock()))
    assert await said(desk.hand_in(draft)) == "blacklisted"
    found = await desk.get(draft["_id"])
    assert (found["state"], found["serial"]) == (Stage.DRAFT, None)


async def test_the_page_of_a_person_has_flags_under_each_card(house: House) -> None:
    one, other = await a_person(house)
    by = Listing(house, other.id, ()).by(CLERK)
    flag = await house.stores.flags.raise_by_member(CLERK, other.id, FlagReason.SEEN, (), SEEN, by)
    history = await house.stores.decisions.history(one.id, LI)
    assert [found["_id"] for found in history.flags] == [flag["_id"]]


async def test_who_is_kept_under_what_they_are_known_by(house: House) -> None:
    """Also after another phone was shown at a window, under the old one no more."""
    one, other = await a_person(house)
    applicants = house.stores.applicants
    keys = known_by(house.stores.privacy, one.agent)
    assert one.agent["known_by"] == keys
    assert set(await applicants.known_by(keys)) == {one.id, other.id}
    assert await applicants.known_by(keys[:1]) == [one.id]
    moved = await applicants.verify_at_window(
        one.agent["kind"],
        credential(applicants.number(one.agent)),
        name="陈国强",
        phone=new_phone(),
        by=house.by_staff("window"),
    )
    assert moved["known_by"] == known_by(house.stores.privacy, moved) != keys
    assert await applicants.known_by(keys[1:]) == [other.id]
    kept = await applicants.verify_at_window(
        one.agent["kind"],
        credential(applicants.number(one.agent)),
        name="陈国强",
        phone="",
        by=house.by_staff("window"),
    )
    assert kept["known_by"] == moved["known_by"]
    query = {"known_by": {"$in": keys}}
    assert "'indexName': 'known_by'" in str(await applicants.documents.find(query).explain())
