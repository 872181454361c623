"""Documents of collections that have grown: what the stores made once, as often as is wanted.

Of each kind some hundred copies differ as the real ones do: in their day, place, item, level, applicant. The
database multiplies these, in one step without the indexes, which are made afterwards as a service makes them.
What has grown is what is over: served bookings, given reviews, sent deliveries, and applications of which
seven in ten are closed. A booking that is over claims nothing any more.
"""

import random
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

from pymongo import timeout

from models.applications import State
from models.appointments import State as Visit
from models.outgoing import Via
from models.outgoing.deliveries import Plan
from models.store import Document, Store
from models.workdays import local_date, local_moment
from tests.house.many import fill
from tests.house.worker import World

BASE = 500
"""Copies that differ, of which each is multiplied."""
HALLS, ITEMS = 20, 50
TODAY = 40
"""Reviews of today: more than a page of a list has."""
PATIENCE = 3600
"""Seconds for one step of filling, of a million."""

Varied = Callable[[random.Random], Document]
"""What differs in one of the first copies."""
Fields = dict[str, Any]
"""What is another in each copy, as expressions of `copy`, the number of the copy."""


async def grow(world: World, many: int) -> None:
    """So many documents in each of the four collections, and nothing else of these in their database."""
    with timeout(PATIENCE):
        await fill(world.stores, world.desk(await world.applicant()), many)
        for store, pattern, varied, fields in await _patterns(world):
            await _multiply(world, store, _varied(pattern, varied), fields, many)
        await _read_today(world)


async def _read_today(world: World) -> None:
    """Reviews of today, which a list shows first: their words are sealed for each, and can be read."""
    reviews, now = world.stores.reviews, world.clock()
    pattern = await reviews.documents.find_one()
    day = local_moment(local_date(now), time())
    for number in range(TODAY):
        key = f"{number:032x}"
        matter = f"application:{key}"
        sealed = {"words": reviews.seal(matter, "words", "很快")}
        sealed["reason"] = reviews.seal(matter, "words:reason", "")
        named = {"_id": matter, "ref": key, "serial": key, "at": now, "day": day}
        await reviews.documents.insert_one({**pattern, **sealed, **named})


async def _patterns(
    world: World,
) -> list[tuple[Store[Any], Document, Varied, Fields]]:
    """For each collection: its store, one document, what differs in the first copies, and in the further."""
    stores, now = world.stores, world.clock()
    party = await world.applicant()
    concluded = await world.application(State.CONCLUDED, party=party)
    review = await world.review(party, "application", concluded)
    booked = await world.book(party)
    event = {"id": "e" * 32, "request": "r" * 32}
    await stores.deliveries.plan(event, [Plan(Via.WECHAT, "booked", party.account or "")], now)
    delivery = await stores.deliveries.claim(now)
    assert delivery
    await stores.deliveries.sent(delivery, "sent-as", now)

    def days(chance: random.Random) -> timedelta:
        return timedelta(days=1 + chance.randrange(700), seconds=chance.randrange(36_000))

    def visit(chance: random.Random) -> Document:
        start = booked["start"] - days(chance)
        hall, item = f"hall-{chance.randrange(HALLS)}", f"item-{chance.randrange(ITEMS)}"
        times = {"start": start, "end": start + timedelta(minutes=30), "day": start.date().isoformat()}
        return {**times, "hall": hall, "item": item, "state": Visit.SERVED.value, "closes_at": None}

    def opinion(chance: random.Random) -> Document:
        at = now - days(chance)
        day = at.replace(hour=16, minute=0, second=0, microsecond=0)
        return {
            "at": at,
            "day": day,
            "level": chance.choice((5, 5, 5, 5, 4, 4, 3)),
            "item": f"item-{chance.randrange(ITEMS)}",
            "hall": f"hall-{chance.randrange(HALLS)}",
        }

    def sending(chance: random.Random) -> Document:
        at = now - days(chance)
        return {"created_at": at, "due_at": at, "settled_at": at}

    applicant = {"$concat": ["applicant-", _text("$copy"), "$_id"]}
    return [
        (
            stores.appointments,
            await _taken(stores.appointments, booked["_id"], ("claims", "events")),
            visit,
            {"_id": _key("$_id"), "visit": _key("$_id"), "applicant": applicant},
        ),
        (
            stores.reviews,
            await _taken(stores.reviews, review["_id"], ("events",)),
            opinion,
            {
                "_id": {"$concat": ["application:", _key("$_id")]},
                "ref": _key("$_id"),
                "serial": _key("$_id"),
                "applicant": applicant,
            },
        ),
        (
            stores.deliveries,
            await _taken(stores.deliveries, delivery["_id"], ("events",)),
            sending,
            {
                "_id": {"$concat": [_key("$_id"), ":wechat:somebody"]},
                "event": _key("$_id"),
                "sent_as": _key("$_id"),
            },
        ),
    ]


def _text(expression: Any) -> Document:
    return {"$toString": expression}


def _key(name: str) -> Document:
    """32 characters as an id has them, of which the first eight are the number of the copy."""
    return {"$concat": [_text({"$add": [10_000_000, "$copy"]}), {"$substrCP": [name, 8, 24]}]}


async def _taken(store: Store[Any], key: str, without: tuple[str, ...]) -> Document:
    """A document out of its collection, without what is its own alone."""
    found: Document = await store.documents.find_one_and_delete({"_id": key})
    return {name: value for name, value in found.items() if name not in without}


def _varied(pattern: Document, varied: Varied) -> Iterator[Document]:
    chance = random.Random(7)  # noqa: S311 - the same each time
    for number in range(BASE):
        yield {**pattern, **varied(chance), "_id": f"{number:032x}"}


async def _multiply(
    world: World, store: Store[Any], copies: Iterator[Document], fields: Fields, many: int
) -> None:
    base, documents = world.database["base"], store.documents
    await base.delete_many({})
    await base.insert_many(list(copies))
    await documents.drop_indexes()
    each = [
        {"$set": {"copy": {"$range": [0, max(1, many // BASE)]}}},
        {"$unwind": "$copy"},
        {"$set": fields},
        {"$unset": "copy"},
        {"$out": documents.name},
    ]
    await (await base.aggregate(each)).to_list()
    await store.prepare()
    await base.drop()
