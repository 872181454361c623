"""The guarded writes: one document, one step, its event with it; and nothing writes past them."""

import ast
import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar

import pytest
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import Conflict, NotFound
from models.events import Event
from models.store import Database, Store
from tests.house.clock import MakeCause
from tests.test_imports import TREES, top


class Things(Store):
    collection = "guarded_things"
    tells = tuple(
        f"thing.{what}"
        for what in ("made", "changed", "open", "closed", "counted", "taken", "named", "looked_for")
    )
    indexes: ClassVar = [IndexModel("name", unique=True, sparse=True)]


class Taken(Conflict):
    code = "taken"
    message = "已被占用"


@pytest.fixture
async def things(any_database: Database) -> AsyncIterator[Things]:
    store = Things(any_database)
    await store.prepare()
    yield store
    await store.documents.delete_many({})


async def told(things: Things, key: str) -> list[tuple[str, str]]:
    return [(event["name"], event["about"]) for event in (await things.get(key))["events"]]


async def test_a_change_of_what_is_otherwise_leaves_no_trace(things: Things, cause: MakeCause) -> None:
    await things.add({"_id": "a", "state": "old"}, Event("thing.made", "a", cause()))
    event = Event("thing.changed", "a", cause())
    with pytest.raises(Taken):
        await things.change("a", expects={"state": "new"}, sets={"x": 1}, event=event, otherwise=Taken)
    with pytest.raises(NotFound):
        await things.change("b", expects={}, sets={"x": 1}, event=event, otherwise=Taken)
    assert "x" not in await things.get("a")
    assert await told(things, "a") == [("thing.made", "a")]


async def test_upsert_inserts_then_changes_then_refuses(things: Things, cause: MakeCause) -> None:
    async def put(state: str) -> Any:
        return await things.upsert(
            {"_id": "a", "state": {"$ne": "closed"}},
            sets={"state": state},
            update={"$inc": {"times": 1}, "$setOnInsert": {"made": state}},
            event=Event(f"thing.{state}", "a", cause()),
            otherwise=Taken,
        )

    assert (await put("open"))["times"] == 1
    changed = await put("closed")
    assert (changed["made"], changed["state"], changed["times"]) == ("open", "closed", 2)
    with pytest.raises(Taken):
        await put("open")
    assert await told(things, "a") == [("thing.open", "a"), ("thing.closed", "a")]


async def test_of_many_first_upserts_each_counts_once(things: Things, cause: MakeCause) -> None:
    async def put() -> Any:
        event = Event("thing.counted", "a", cause())
        return await things.upsert({"_id": "a"}, update={"$inc": {"times": 1}}, event=event, otherwise=Taken)

    await asyncio.gather(*(put() for _ in range(20)))
    kept = await things.get("a")
    assert kept["times"] == len({event["id"] for event in kept["events"]}) == 20


async def test_of_many_guarded_upserts_one_succeeds(things: Things, cause: MakeCause) -> None:
    async def put(owner: int) -> bool:
        event = Event("thing.taken", "a", cause())
        match = {"_id": "a", "owner": {"$exists": False}}
        try:
            await things.upsert(match, sets={"owner": owner}, event=event, otherwise=Taken)
        except Taken:
            return False
        return True

    assert sum(await asyncio.gather(*(put(owner) for owner in range(20)))) == 1
    assert await told(things, "a") == [("thing.taken", "a")]


async def test_each_of_many_has_its_own_event(things: Things, cause: MakeCause) -> None:
    for key, state in (("a", "open"), ("b", "open"), ("c", "closed")):
        await things.add({"_id": key, "state": state}, Event("thing.made", key, cause()))

    async def close() -> None:
        await things.change_many(
            {"state": "open"},
            sets={"state": "closed"},
            event=lambda key: Event("thing.closed", key, cause()),
        )

    await asyncio.gather(*(close() for _ in range(5)))
    assert await told(things, "a") == [("thing.made", "a"), ("thing.closed", "a")]
    assert await told(things, "b") == [("thing.made", "b"), ("thing.closed", "b")]
    assert await told(things, "c") == [("thing.made", "c")]
    assert len({event["id"] async for each in things.documents.find({}) for event in each["events"]}) == 5


async def test_of_several_that_must_differ_the_second_is_refused(things: Things, cause: MakeCause) -> None:
    for key in ("a", "b"):
        await things.add({"_id": key}, Event("thing.made", key, cause()))
    with pytest.raises(DuplicateKeyError):
        await things.change_many({}, sets={"name": "x"}, event=lambda key: Event("thing.named", key, cause()))
    assert await told(things, "a") == [("thing.made", "a"), ("thing.named", "a")]
    assert await told(things, "b") == [("thing.made", "b")]


async def test_a_note_makes_no_document(things: Things, cause: MakeCause) -> None:
    await things.note("a", Event("thing.looked_for", "a", cause()))
    with pytest.raises(NotFound):
        await things.get("a")
    await things.add({"_id": "a"}, Event("thing.made", "a", cause()))
    await things.note("a", Event("thing.looked_for", "a", cause()))
    assert await told(things, "a") == [("thing.made", "a"), ("thing.looked_for", "a")]


GUARDED = "models.store"
"""The only module that adds to `events`."""
REWRITTEN = {f"wechat_backend.database.migrations.{name}" for name in ("m0001_channels", "m0005_sealed")}
"""Modules that write a value in the events that wait, and add none."""

WRITES = {
    "insert_one",
    "insert_many",
    "update_one",
    "update_many",
    "replace_one",
    "delete_one",
    "delete_many",
    "bulk_write",
    "find_one_and_update",
    "find_one_and_replace",
    "find_one_and_delete",
}
WITHOUT_EVENTS = {
    "models.sessions": "who is signed in; signing in is an event of the member or the account",
    "models.leases": "who is at work just now",
    "models.together": "what a store hands to it; the modules of such stores count too",
    "models.chat.inbox": "messages, which only pass through",
    "models.chat.dialogues": "what was said so far; what comes of it is an event of the appointment",
    "models.kiosks.heartbeats": "what devices say; that a fault begins or ends is its event",
    "models.kiosks.sessions": "at which kiosk a browser stands; what is done with the key is its event",
    "models.pairings.store": "where a QR leads, and until when a session lasts; its steps are its events",
    "models.pairings.uses": "counts of a day",
    "models.kiosks.listening": "that servers listen; that they did not is its event",
    "models.staff.tries": "tries at a password; that there are too many is an event of the member",
    "models.staff.devices": "where members signed in; signing in is an event of the member",
    "models.people.phone_codes": "tries at a code; that it was asked for is its event",
    "models.counters": "counts of a day",
    "models.outgoing.sms": "counts of a day",
    "models.outgoing.arrivals": "what a provider answered of a message; that a paper arrived is an event",
    "models.voices.reconciled": "what another system was found to hold",
    "models.outgoing.early": "what a provider reported before its message was noted",
    "models.outgoing.closures": "what a provider turned away for a while",
    "models.outgoing.workers": "heartbeats",
    "models.outgoing.deliveries": "attempts at sending what an event calls for",
    "models.materials.store": "the bytes of a file; that it is dropped is an event of its document",
    "models.outgoing.outbox": "moves the events themselves",
    "models.voices.figures": "sums of what is true, which follow from it",
    "models.schedule": "who looks at what an event has planned, and what came of it",
    "wechat_backend.gateways.tokens": "WeChat's tokens",
    "wechat_backend.demo.data": "begins anew",
    "wechat_backend.database.migrations.steps": "the same facts in another shape",
    "models.staff.members": "a count by which an administrator vouches for another one",
    "wechat_backend.database.migrations.m0009_staff": "the same sessions in another shape",
    "wechat_backend.database.migrations.m0010_found_by": "the same facts in another shape",
    "wechat_backend.database.migrations.m0017_figures": "sums of what is true",
    "wechat_backend.database.migrations.record": "which migrations a database has had",
    "wechat_backend.database.migrations.runner": "which migrations a database has had",
}
"""Modules that write without an event, and what they write."""


def pairs(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The keys that are written out in dictionaries, with their values."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), value


def asks(value: ast.expr) -> bool:
    """Whether it stands in a query or a projection: a constant, an empty list or an operator of queries."""
    if isinstance(value, ast.Dict):
        return "$each" not in {key for key, _ in pairs(value)}
    return isinstance(value, ast.Constant) or ast.unparse(value) == "[]"


def tells_of_events(tree: ast.AST) -> list[int]:
    """Lines that put something into a document's `events`, or make an event into what is put there."""
    lines = [value.lineno for key, value in pairs(tree) if key.split(".")[0] == "events" and not asks(value)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            lines += [node.lineno] if node.func.attr == "document" and not node.args else []
        elif isinstance(node, ast.Assign):
            lines += [node.lineno for target in node.targets if ast.unparse(target).endswith("['events']")]
    return lines


def writes(tree: ast.AST) -> list[int]:
    """Lines that write to a collection themselves, or by rounds of writes (`models.together`)."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        call.lineno
        for call in calls
        if (isinstance(call.func, ast.Attribute) and call.func.attr in WRITES)
        or (isinstance(call.func, ast.Name) and call.func.id == "Writes")
    ]


HOUSE = {name: tree for name, tree in TREES.items() if top(name) != "simulator"}


def test_only_the_store_adds_to_events() -> None:
    assert {name for name, tree in HOUSE.items() if tells_of_events(tree)} == {GUARDED, *REWRITTEN}


def test_what_is_written_past_the_store_needs_no_event() -> None:
    assert {name for name, tree in HOUSE.items() if writes(tree)} == {GUARDED, *WITHOUT_EVENTS}


@pytest.mark.parametrize(
    "line",
    [
        'update_one(q, {"$set": s, "$push": {"events": event.document()}})',
        'update_one(q, {"$push": {"events": told}})',
        'update_one(q, {"$push": {"events": {"$each": [told]}}})',
        'update_one(q, {"$push": {"timeline": line, "events": told}})',
        'insert_one({**new, "events": [told]})',
        'update_one(q, {"$set": {"events.0": told}})',
        'new["events"] = [told]',
        "told = event.document()",
    ],
)
def test_an_event_that_is_pushed_by_hand_is_seen(line: str) -> None:
    assert tells_of_events(ast.parse(line)) != []


@pytest.mark.parametrize(
    "line",
    [
        'find(q, {"events": 0})',
        'update_one(q, {"$pull": {"events": {"id": {"$in": done}}}})',
        'IndexModel("purge_at", partialFilterExpression={"events": []})',
        'PENDING = {"events.0.id": {"$exists": True}}',
    ],
)
def test_reading_events_and_moving_them_on_is_no_breach(line: str) -> None:
    assert tells_of_events(ast.parse(line)) == []


def test_a_write_past_the_store_is_seen() -> None:
    tree = ast.parse("await self.documents.update_one(q, u)\nd.find_one(q)\nx.insert_many(all)")
    assert sorted(writes(tree)) == [1, 3]
