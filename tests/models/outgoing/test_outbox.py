"""Events leave their documents once, and each thing to send is claimed, retried and settled as it should."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from models.errors import Conflict, NotFound
from models.events import Cause, Event, KeptEvent
from models.events import Plan as Later
from models.leases import free
from models.outgoing import outbox
from models.outgoing.deliveries import (
    END,
    FIRST_WAIT,
    LEASE,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    RETRYING,
    Deliveries,
    Delivery,
    Plan,
    Stage,
    Via,
    wait_after,
)
from models.outgoing.outbox import PENDING, Outbox
from models.schedule import Schedule
from models.store import ChangedMeanwhile, Document, Store
from tests.house.clock import START, Clock

NOTICE = Plan(Via.WECHAT, "progress", "applicant-1", Via.SMS)


class Things(Store):
    collection = "things"
    tells = ("thing.made", "thing.changed")
    plans = ("thing.due",)


class Parts:
    def __init__(self, database: Any) -> None:
        self.things, self.outbox, self.deliveries = Things(database), Outbox(database), Deliveries(database)
        self.schedule = Schedule(database)
        self.stores: list[Store[Any]] = [self.things, self.deliveries]

    async def relay(self, clock: Clock, *plans: Plan) -> int:
        done = await self.outbox.relay(
            self.stores, self.deliveries, self.schedule, lambda event, document: plans, clock.now()
        )
        assert done.stuck == {}
        return done.moved


@pytest.fixture
async def parts(any_database: Any) -> Parts:
    parts = Parts(any_database)
    for store in (parts.things, parts.outbox, parts.deliveries, parts.schedule):
        await store.prepare()
        await store.documents.delete_many({})
    return parts


@pytest.fixture
def happen(parts: Parts, cause: Callable[..., Cause]) -> Callable[[str], Any]:
    async def happen(key: str) -> Event:
        event = Event("thing.made", key, cause(), {"size": 3})
        await parts.things.add({"_id": key, "size": 3}, event)
        return event

    return happen


async def claim(parts: Parts, clock: Clock) -> Delivery:
    claimed = await parts.deliveries.claim(clock.now())
    assert claimed is not None
    return claimed


async def test_event_becomes_audit_record_and_delivery(parts: Parts, happen: Any, clock: Clock) -> None:
    event = await happen("a")
    assert await parts.relay(clock, NOTICE) == 1
    assert await parts.outbox.get(event.id) == event.document()
    assert [each["id"] for each in [event.document()]] == [
        each["id"] for each in await parts.outbox.about("a")
    ]
    [delivery] = await parts.deliveries.of_event(event.id)
    assert delivery["_id"] == f"{event.id}:wechat:applicant-1"
    assert (await parts.things.get("a"))["events"] == []
    assert await parts.relay(clock, NOTICE) == 0


async def test_events_that_come_while_relaying_are_kept(
    parts: Parts, happen: Any, clock: Clock, cause: Any
) -> None:
    await happen("a")
    document = await parts.things.get("a")
    later = Event("thing.changed", "a", cause())
    await parts.things.change("a", expects={}, event=later, otherwise=ChangedMeanwhile)
    await parts.outbox._remove(parts.things, document)
    assert [event["id"] for event in (await parts.things.get("a"))["events"]] == [later.id]


async def test_a_store_keeps_no_event_that_it_does_not_declare(parts: Parts, happen: Any, cause: Any) -> None:
    """So that no event can be one of which nobody decided who is told."""
    await happen("a")
    before = await parts.things.get("a")
    lost = Event("thing.lost", "a", cause())
    with pytest.raises(AssertionError, match=r"Things\.tells lacks thing\.lost"):
        await parts.things.change("a", expects={}, event=lost, otherwise=ChangedMeanwhile)
    with pytest.raises(AssertionError, match=r"Things\.tells lacks thing\.lost"):
        await parts.things.add({"_id": "b"}, lost)
    assert await parts.things.get("a") == before
    assert await parts.things.documents.count_documents({}) == 1


@pytest.mark.parametrize("died_after", ["record", "plan"])
async def test_relay_goes_on_where_one_died(parts: Parts, happen: Any, clock: Clock, died_after: str) -> None:
    event = await happen("a")
    await parts.outbox._record([event.document()])
    if died_after == "plan":
        await parts.deliveries.plan(event.document(), [NOTICE], clock.now())
        await parts.deliveries.sent(await claim(parts, clock), "message-1", clock.now())
    await parts.relay(clock, NOTICE)
    [delivery] = await parts.deliveries.of_event(event.id)
    assert delivery["state"] == ("sent" if died_after == "plan" else "pending")
    assert (await parts.things.get("a"))["events"] == []
    assert await parts.outbox.documents.count_documents({}) == 1


async def test_many_relays_at_once_make_one_of_each(parts: Parts, happen: Any, clock: Clock) -> None:
    for number in range(10):
        await happen(f"thing-{number}")
    await asyncio.gather(*(parts.relay(clock, NOTICE) for _ in range(6)))
    assert await parts.outbox.documents.count_documents({}) == 10
    assert await parts.deliveries.documents.count_documents({}) == 10


async def test_one_sender_has_it_until_the_lease_ends(parts: Parts, happen: Any, clock: Clock) -> None:
    await happen("a")
    await parts.relay(clock, NOTICE)
    claims = await asyncio.gather(*(parts.deliveries.claim(clock.now()) for _ in range(8)))
    [first] = [each for each in claims if each]
    clock.advance(LEASE)
    second = await claim(parts, clock)
    assert (second["_id"], second["attempts"]) == (first["_id"], 2)
    await parts.deliveries.failed_for_good(first, "47003", clock.now())  # too late: the lease is another's
    assert (await parts.deliveries.get(first["_id"]))["state"] == "pending"
    await parts.deliveries.sent(second, "message-1", clock.now())
    settled = await parts.deliveries.get(first["_id"])
    assert (settled["state"], settled["sent_as"]) == ("sent", "message-1")


async def test_temporary_failure_waits_longer_each_time_then_is_kept(
    parts: Parts, happen: Any, clock: Clock
) -> None:
    await happen("a")
    await parts.relay(clock, NOTICE)
    waits = []
    for _ in range(MOST_ATTEMPTS):
        delivery = await claim(parts, clock)
        await parts.deliveries.failed_for_now(delivery, "-1", clock.now())
        kept = await parts.deliveries.get(delivery["_id"])
        if kept["state"] == "pending":
            waits.append(kept["due_at"] - clock.now())
            assert await parts.deliveries.claim(kept["due_at"] - timedelta(milliseconds=1)) is None
            clock.set(kept["due_at"])
    assert waits == [wait_after(n) for n in range(1, MOST_ATTEMPTS)]
    assert waits[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert waits[-1] == LONGEST_WAIT
    [failed] = (await parts.deliveries.page(Stage.FAILED)).rows
    assert (failed["code"], failed["attempts"]) == ("-1", MOST_ATTEMPTS)
    assert await parts.deliveries.waiting(clock.now()) == {"due": 0, "retrying": 0, "failed": 1}


async def test_an_outage_is_seen_before_anything_has_failed(parts: Parts, happen: Any, clock: Clock) -> None:
    for key in ("a", "b", "c"):
        await happen(key)
        await parts.relay(clock, NOTICE)
        clock.advance(timedelta(seconds=1))
    for _ in range(2):
        await parts.deliveries.failed_for_now(await claim(parts, clock), "timeout", clock.now())
        clock.advance(timedelta(milliseconds=1))
    assert await parts.deliveries.waiting(clock.now()) == {"due": 1, "retrying": 2, "failed": 0}
    retrying = (await parts.deliveries.page(Stage.RETRYING)).rows
    assert [(each["code"], each["attempts"]) for each in retrying] == [("timeout", 1)] * 2
    assert retrying[0]["created_at"] < retrying[1]["created_at"]
    assert (await parts.deliveries.page(Stage.RETRYING, 1)).rows == retrying[:1]


async def test_staff_retry_sends_again_and_is_on_record(
    parts: Parts, happen: Any, clock: Clock, cause: Any
) -> None:
    event = await happen("a")
    await parts.relay(clock, NOTICE)
    delivery = await claim(parts, clock)
    by = cause("staff:chen")
    with pytest.raises(Conflict, match="无需重发"):
        await parts.deliveries.retry(delivery["_id"], by)
    await parts.deliveries.failed_for_good(delivery, "47003", clock.now())
    assert await parts.deliveries.claim(clock.now() + timedelta(days=1)) is None
    await parts.deliveries.retry(delivery["_id"], by)
    assert (await claim(parts, clock))["attempts"] == 1
    assert (await parts.deliveries.page(Stage.FAILED)).rows == []
    await parts.relay(clock)
    [record] = await parts.outbox.about(f"{event.id}:wechat:applicant-1")
    assert (record["name"], record["actor"]) == ("delivery.retried", "staff:chen")
    with pytest.raises(NotFound):
        await parts.deliveries.retry("nobody", by)


async def test_fallback_is_planned_once(parts: Parts, happen: Any, clock: Clock, cause: Any) -> None:
    event = await happen("a")
    await parts.relay(clock, NOTICE)
    delivery = await claim(parts, clock)
    assert await parts.deliveries.fall_back(delivery, "43004", clock.now())
    assert await parts.deliveries.fall_back(delivery, "43004", clock.now())
    sms, wechat = await parts.deliveries.of_event(event.id)
    assert (wechat["state"], wechat["code"]) == ("skipped", "43004")
    assert (sms["channel"], sms["state"], sms["notice"]) == ("sms", "pending", "progress")
    assert not await parts.deliveries.fall_back(sms, "x", clock.now())


async def test_platform_reports_that_it_did_not_arrive(
    parts: Parts, happen: Any, clock: Clock, cause: Any
) -> None:
    event = await happen("a")
    await parts.relay(clock, NOTICE)
    await parts.deliveries.sent(await claim(parts, clock), "4711", clock.now())
    for _ in range(2):
        assert await parts.deliveries.reported("4711", "failed:user block", False, cause())
    sms, wechat = await parts.deliveries.of_event(event.id)
    assert (wechat["state"], wechat["outcome"], sms["state"]) == ("sent", "failed:user block", "pending")


async def test_a_report_that_comes_first_finds_nothing_yet(
    parts: Parts, happen: Any, clock: Clock, cause: Any
) -> None:
    event = await happen("a")
    await parts.relay(clock, NOTICE)
    delivery = await claim(parts, clock)
    assert not await parts.deliveries.reported("4711", "failed:user block", False, cause())
    await parts.deliveries.sent(delivery, "4711", clock.now())
    assert await parts.deliveries.reported("4711", "failed:user block", False, cause())
    assert [each["channel"] for each in await parts.deliveries.of_event(event.id)] == ["sms", "wechat"]


async def test_a_report_is_kept_though_the_sender_died_before_its_record(
    parts: Parts, happen: Any, clock: Clock, cause: Any
) -> None:
    """WeChat reports a few times within seconds, and never again; the message is due again a minute later,
    and has the same number then."""
    event = await happen("a")
    await parts.relay(clock, NOTICE)
    await claim(parts, clock)  # sent, and its worker dies
    assert not await parts.deliveries.reported("4711", "failed:user block", False, cause())
    clock.advance(LEASE)
    await parts.deliveries.sent(await claim(parts, clock), "4711", clock.now())
    sms, wechat = await parts.deliveries.of_event(event.id)
    assert (wechat["state"], wechat["outcome"], sms["state"]) == ("sent", "failed:user block", "pending")


async def test_a_report_that_comes_while_its_message_is_recorded_is_kept(
    parts: Parts, happen: Any, clock: Clock, cause: Any, monkeypatch: Any
) -> None:
    event = await happen("a")
    await parts.relay(clock, NOTICE)
    settle = Deliveries._settle

    async def meanwhile(self: Deliveries, *args: Any, **more: Any) -> None:
        assert not await self.reported("4711", "failed:user block", False, cause())
        await settle(self, *args, **more)

    monkeypatch.setattr(Deliveries, "_settle", meanwhile)
    await parts.deliveries.sent(await claim(parts, clock), "4711", clock.now())
    sms, wechat = await parts.deliveries.of_event(event.id)
    assert (wechat["outcome"], sms["state"]) == ("failed:user block", "pending")


async def test_a_document_that_cannot_be_moved_on_holds_up_no_other(
    parts: Parts, happen: Any, clock: Clock, monkeypatch: Any
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 2)  # more of them stuck than are fetched at once
    for key in "abcdefg":
        await happen(key)
    broken = {"a", "b", "e"}

    def planner(event: KeptEvent, document: Document) -> list[Plan]:
        if document["_id"] in broken:
            raise KeyError("applicant")
        return [NOTICE]

    done = await parts.outbox.relay(parts.stores, parts.deliveries, parts.schedule, planner, clock.now())
    assert (done.moved, set(done.stuck)) == (4, {"things/a", "things/b", "things/e"})
    assert {type(error) for error in done.stuck.values()} == {KeyError}
    broken.clear()
    again = await parts.outbox.relay(parts.stores, parts.deliveries, parts.schedule, planner, clock.now())
    assert (again.moved, again.stuck) == (3, {})
    assert await parts.outbox.documents.count_documents({}) == 7


async def test_a_database_that_is_gone_is_no_fault_of_a_document(
    parts: Parts, happen: Any, clock: Clock, monkeypatch: Any
) -> None:
    await happen("a")

    async def gone(*_: Any) -> None:
        raise AutoReconnect("gone")

    monkeypatch.setattr(parts.deliveries, "plan", gone)
    with pytest.raises(AutoReconnect, match="gone"):
        await parts.relay(clock, NOTICE)


async def test_quota_leaves_a_channel_alone_and_does_not_count(
    parts: Parts, happen: Any, clock: Clock
) -> None:
    await happen("a")
    await parts.relay(clock, NOTICE, Plan(Via.SMS, "progress", "applicant-1"))
    other = await parts.deliveries.claim(clock.now(), without=[Via.WECHAT])
    assert other
    assert other["channel"] is Via.SMS
    delivery = await claim(parts, clock)
    until = clock.now() + timedelta(minutes=15)
    await parts.deliveries.postponed(delivery, "45009", until)
    kept = await parts.deliveries.get(delivery["_id"])
    assert (kept["attempts"], kept["due_at"], kept["state"]) == (0, until, "pending")


async def test_what_is_tried_again_is_listed_the_next_one_first(
    parts: Parts, happen: Any, clock: Clock
) -> None:
    await happen("a")
    await parts.relay(clock, NOTICE, Plan(Via.SMS, "progress", "applicant-1"), Plan(Via.SMS, "code", "later"))
    for _ in range(2):
        delivery = await claim(parts, clock)
        await parts.deliveries.failed_for_now(delivery, "no_answer", clock.now())
        clock.advance(timedelta(seconds=1))
    retrying = (await parts.deliveries.page(Stage.RETRYING)).rows
    assert [one["code"] for one in retrying] == ["no_answer", "no_answer"]
    assert retrying == sorted(retrying, key=lambda one: one["due_at"])
    assert len((await parts.deliveries.page(Stage.RETRYING, 1)).rows) == 1


@pytest.mark.parametrize(
    ("store", "query", "sort", "index"),
    [
        ("things", PENDING, None, "pending_events"),
        ("deliveries", {"state": "pending", "due_at": {"$lte": 0}}, ("due_at", 1), "due"),
        ("deliveries", {"state": "pending", **free(START, END)}, ("due_at", 1), "due"),
        ("deliveries", {"state": "pending"}, ("due_at", 1), "due"),
        ("deliveries", {"state": "pending", "channel": {"$nin": ["sms"]}}, ("due_at", 1), "due"),
        ("deliveries", {"state": "failed"}, ("settled_at", -1), "listed_failed"),
        ("deliveries", {"state": "failed"}, None, "listed_failed"),
        ("deliveries", RETRYING, ("due_at", 1), "listed_retrying"),
        ("deliveries", RETRYING, None, "listed_retrying"),
        ("deliveries", {"event": "x"}, None, "event"),
        ("deliveries", {"sent_as": "x", "channel": "wechat"}, None, "sent_as"),
        ("outbox", {"about": "x"}, ("at", 1), "about"),
    ],
)
async def test_queries_use_their_index(
    parts: Parts, store: str, query: Document, sort: tuple[str, int] | None, index: str
) -> None:
    found = getattr(parts, store).documents.find(query)
    explained = await (found.sort(*sort) if sort else found).explain()
    plan = str(explained["queryPlanner"]["winningPlan"])
    assert f"'indexName': '{index}'" in plan
    assert "COLLSCAN" not in plan
    assert "'stage': 'SORT'" not in plan


async def test_what_is_due_by_law_does_not_wait_for_a_notice_that_cannot_be_planned(
    parts: Parts, cause: Callable[..., Cause], clock: Clock
) -> None:
    made = Event("thing.made", "a", cause(), plans=(Later("thing.due", clock.now()),))
    await parts.things.add({"_id": "a"}, made)

    def broken(event: KeptEvent, document: Document) -> list[Plan]:
        raise ValueError(event["name"])

    done = await parts.outbox.relay(parts.stores, parts.deliveries, parts.schedule, broken, clock.now())
    assert list(done.stuck) == ["things/a"]
    due = await parts.schedule.claim(clock.now())
    assert due is not None
    assert (due.what, due.about) == ("thing.due", "a")
    assert await parts.relay(clock, NOTICE) == 1
    assert await parts.schedule.documents.count_documents({}) == 1
