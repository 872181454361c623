"""Who asks at the same moment as others is told what they would be told alone."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from models.appointments.occupied import Asked, Occupied, Taken
from models.blacklist.in_force import InForce, Known
from models.places import Slot
from models.workdays import local_date
from tests.house.clock import START
from tests.house.guides import plain_guide
from tests.house.house import House

HOUR = timedelta(hours=1)


async def test_of_what_is_under_way_each_is_told_of_their_own(house: House) -> None:
    guides = [plain_guide(1), plain_guide(2)]
    await house.furnish(*guides)
    first, second, third = people = [await house.applicant() for _ in range(3)]
    kept = [await house.desk(one).submitted(of) for one, of in ((first, guides[0]), (second, guides[1]))]
    asked = [(one.id, guide) for one in people for guide in guides]
    found = await asyncio.gather(*(house.stores.applications.in_the_way(*each) for each in asked))
    assert [one and one["_id"] for one in found] == [kept[0]["_id"], None, None, kept[1]["_id"], None, None]
    assert third.id not in {one["applicant"] for one in found if one}


async def test_a_decision_holds_for_whom_it_is_about_and_until_its_end(house: House) -> None:
    documents = house.stores.bans.documents
    await documents.insert_one(
        {"_id": "ban", "keys": ["of wang", "of li"], "state": "confirmed", "until": START, "sequence": 1}
    )
    in_force = InForce(documents)
    asked = {
        Known(frozenset({"of wang", "another"}), START - HOUR): True,
        Known(frozenset({"of chen"}), START - HOUR): False,
        Known(frozenset({"of li"}), START): False,
    }
    found = await asyncio.gather(*(in_force.ask(known) for known in asked))
    assert [one is not None for one in found] == list(asked.values())


async def test_of_what_is_booked_each_is_told_of_their_hall_and_time(house: House) -> None:
    documents = house.stores.appointments.documents
    times = [START + HOUR * number for number in range(4)] + [START + timedelta(days=1)]
    for number, (hall, start) in enumerate((hall, start) for hall in ("one", "other") for start in times[1:]):
        day, end = local_date(start).isoformat(), start + HOUR
        booked = {"hall": hall, "day": day, "start": start, "end": end, "window": "1", "seat": number}
        await documents.insert_one({"_id": f"a{number}", "state": "booked", **booked})
    slots = [
        cast(Slot, SimpleNamespace(hall=hall, start=start - HOUR / 2, end=start + HOUR / 2))
        for hall in ("one", "other", "empty")
        for start in times
    ]
    taken, occupied = Taken(documents), Occupied(documents)
    at_once = await asyncio.gather(*(taken.of(slot) for slot in slots))
    assert at_once == [await taken.of(slot) for slot in slots]
    assert [len(found) for found in at_once] == [*(0, 1, 2, 2, 1)] * 2 + [0] * 5
    days = [tuple({local_date(start) for start in times[first:]}) for first in (0, 4)]
    asked = [Asked(hall, each) for hall in ("one", "other", "empty") for each in days]
    counted: Any = await asyncio.gather(*(occupied.ask(each) for each in asked))
    for each, found in zip(asked, counted, strict=True):
        alone = await occupied.ask(each)
        assert [{*found[day]} for day in each.days] == [{*alone[day]} for day in each.days]


async def test_each_is_told_of_their_own_session(house: House) -> None:
    sessions, accounts = house.stores.sessions, [await house.account() for _ in range(2)]
    tokens = [await sessions.open(f"account:{one['_id']}", house.by()) for one in accounts]
    tokens += [await sessions.open("staff:chen", house.by()), "of nobody", tokens[0]]
    found = await asyncio.gather(*(sessions.find_with_account(token, house.by()) for token in tokens))
    keys = [pair and pair[1] and pair[1]["_id"] for pair in found]
    assert keys == [accounts[0]["_id"], accounts[1]["_id"], None, None, accounts[0]["_id"]]
    assert found[2] is None
    first, again = found[0], found[4]
    assert first
    assert again
    assert first[1] is not again[1]
