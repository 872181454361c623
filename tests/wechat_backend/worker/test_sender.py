"""What each way of failing does to a delivery."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from models.outgoing.closures import Closures
from models.outgoing.deliveries import LEASE, Deliveries, Plan, Stage, Via
from models.store import Document
from tests.house.clock import Clock
from wechat_backend.gateways.base import GatewayError, Remedy
from wechat_backend.worker import sender as sending
from wechat_backend.worker.sender import QUOTA_WAIT, Overtaken, Sender

Outcome = str | Exception


class Hands:
    """A channel that does as told, and remembers what it got."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes, self.got = list(outcomes), list[Document]()

    async def __call__(self, delivery: Document) -> str:
        self.got.append(delivery)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
async def deliveries(database: Any) -> Deliveries:
    made = Deliveries(database)
    await made.prepare()
    await made.documents.delete_many({})
    return made


@pytest.fixture
async def closures(database: Any) -> Closures:
    made = Closures(database)
    await made.documents.delete_many({})
    return made


@pytest.fixture
def sender(deliveries: Deliveries, closures: Closures, clock: Clock) -> Callable[..., Sender]:
    return lambda wechat, sms=None: Sender(
        deliveries, {Via.WECHAT: wechat, Via.SMS: sms}, clock.now, closures
    )


async def plan(
    deliveries: Deliveries, clock: Clock, event: str = "e1", fallback: Via | None = Via.SMS
) -> None:
    plans = [Plan(Via.WECHAT, "progress", "a1", fallback)]
    await deliveries.plan({"id": event, "request": "request-1"}, plans, clock.now())


async def work(sender: Sender) -> int:
    """Send all that is due."""
    count = 0
    while delivery := await sender.claim():
        await sender.send(delivery)
        count += 1
    return count


def failure(code: str, remedy: Remedy) -> GatewayError:
    return GatewayError("wechat", code, remedy)


async def test_sent(deliveries: Deliveries, sender: Any, clock: Clock) -> None:
    await plan(deliveries, clock)
    assert await work(sender(Hands("4711"))) == 1
    [kept] = await deliveries.of_event("e1")
    assert (kept["state"], kept["sent_as"], kept["settled_at"]) == ("sent", "4711", clock.now())


@pytest.mark.parametrize("error", [failure("-1", Remedy.RETRY), RuntimeError("a fault of ours")])
async def test_worth_another_try(deliveries: Deliveries, sender: Any, clock: Clock, error: Exception) -> None:
    await plan(deliveries, clock)
    hands = Hands(error, "4711")
    assert await work(sender(hands)) == 1
    clock.advance(timedelta(seconds=2))
    assert await work(sender(hands)) == 1
    assert (await deliveries.of_event("e1"))[0]["state"] == "sent"


async def test_given_up(deliveries: Deliveries, sender: Any, clock: Clock) -> None:
    await plan(deliveries, clock)
    await work(sender(Hands(failure("47003", Remedy.GIVE_UP))))
    [failed] = (await deliveries.page(Stage.FAILED)).rows
    assert failed["code"] == "47003"


async def test_overtaken(deliveries: Deliveries, sender: Any, clock: Clock) -> None:
    await plan(deliveries, clock)
    await work(sender(Hands(Overtaken("newer_code"))))
    [kept] = await deliveries.of_event("e1")
    assert (kept["state"], kept["code"]) == ("skipped", "newer_code")


async def test_not_following_goes_by_sms_once(deliveries: Deliveries, sender: Any, clock: Clock) -> None:
    await plan(deliveries, clock)
    sms = Hands("biz-1")
    await work(sender(Hands(failure("43004", Remedy.FALL_BACK)), sms))
    assert [each["_id"] for each in sms.got] == ["e1:sms:a1"]
    states = {each["channel"]: each["state"] for each in await deliveries.of_event("e1")}
    assert states == {"wechat": "skipped", "sms": "sent"}


async def test_no_other_way(deliveries: Deliveries, sender: Any, clock: Clock) -> None:
    await plan(deliveries, clock, fallback=None)
    await work(sender(Hands(failure("43004", Remedy.FALL_BACK))))
    assert [each["code"] for each in (await deliveries.page(Stage.FAILED)).rows] == ["43004"]


async def test_quota_stops_the_channel_not_the_others(
    deliveries: Deliveries, sender: Any, clock: Clock
) -> None:
    for number in range(5):
        await plan(deliveries, clock, f"e{number}")
    sms_plan = Plan(Via.SMS, "code", "a1")
    await deliveries.plan({"id": "e9", "request": "r"}, [sms_plan], clock.now() + timedelta(seconds=1))
    clock.advance(timedelta(seconds=1))
    wechat, sms = Hands(failure("45009", Remedy.WAIT), *"12345"), Hands("biz-1")
    one = sender(wechat, sms)
    await work(one)
    assert (len(wechat.got), len(sms.got)) == (1, 1)
    clock.advance(QUOTA_WAIT)
    assert await work(one) == 5
    assert (await deliveries.page(Stage.FAILED)).rows == []
    assert {each["attempts"] for each in wechat.got} == {1}


async def test_a_closed_channel_is_on_record_until_something_goes_through(
    deliveries: Deliveries, sender: Any, closures: Closures, clock: Clock
) -> None:
    """Whichever worker sends it: the one that was refused may be gone."""
    await plan(deliveries, clock)
    since = clock.now()
    for _ in range(3):
        await work(sender(Hands(failure("45009", Remedy.WAIT))))
        [closed] = await closures.documents.find({}).to_list()
        assert (closed["_id"], closed["code"], closed["since"]) == (Via.WECHAT, "45009", since)
        assert closed["until"] == clock.now() + QUOTA_WAIT
        clock.advance(QUOTA_WAIT + timedelta(hours=1))
    await work(sender(Hands("msg-1")))
    assert await closures.documents.find({}).to_list() == []


async def test_what_was_under_way_when_the_channel_closed_opens_it_not(
    deliveries: Deliveries, sender: Any, closures: Closures, clock: Clock
) -> None:
    """Another worker's message was the last for which there was credit."""
    await plan(deliveries, clock)

    async def slowly(delivery: Document) -> str:
        clock.advance(timedelta(seconds=1))
        await closures.close(Via.WECHAT, "45009", clock.now(), clock.now() + QUOTA_WAIT)
        clock.advance(timedelta(seconds=1))
        return "msg-1"

    await work(sender(slowly))
    assert await closures.documents.count_documents({}) == 1


async def test_what_went_out_is_recorded_though_the_database_fails_meanwhile(
    deliveries: Deliveries, sender: Any, clock: Clock, monkeypatch: Any
) -> None:
    await plan(deliveries, clock)
    failures = iter([AutoReconnect("gone"), AutoReconnect("gone still")])
    record = deliveries.sent

    async def fails_twice(*given: Any) -> None:
        for failure in failures:
            raise failure
        await record(*given)

    monkeypatch.setattr(deliveries, "sent", fails_twice)
    monkeypatch.setattr(sending, "RECORD_AGAIN", 0.0)
    hands = Hands("4711")
    assert await work(sender(hands)) == 1
    [kept] = await deliveries.of_event("e1")
    assert (kept["state"], len(hands.got)) == ("sent", 1)


async def test_recording_ends_with_the_lease(
    deliveries: Deliveries, sender: Any, clock: Clock, monkeypatch: Any
) -> None:
    await plan(deliveries, clock)

    async def fails(*_: Any) -> None:
        clock.advance(LEASE)
        raise AutoReconnect("gone")

    monkeypatch.setattr(deliveries, "sent", fails)
    with pytest.raises(AutoReconnect):
        await work(sender(Hands("4711")))


async def test_a_claim_whose_answer_was_lost_is_found_again(
    deliveries: Deliveries, sender: Any, clock: Clock, monkeypatch: Any
) -> None:
    await plan(deliveries, clock, "e1")
    await plan(deliveries, clock, "e2")
    one = sender(Hands("4711", "4712"))
    claim = deliveries.claim

    async def answer_lost(*given: Any) -> None:
        await claim(*given)
        raise AutoReconnect("gone")

    with monkeypatch.context() as failing:
        failing.setattr(deliveries, "claim", answer_lost)
        with pytest.raises(AutoReconnect):
            await one.claim()
    assert await work(one) == 2
    assert await deliveries.documents.distinct("attempts") == [1]
