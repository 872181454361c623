"""好差评 is asked what it holds, and what is wrong there is mended (article 17)."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest

from handlers.web.metrics import measure
from models.outgoing import Stage
from models.people import Party
from models.voices import Compared, GivenReview, project_of
from models.workdays import local_date
from simulator import Running
from simulator.faults import Fault
from tests.house.clock import Clock
from tests.house.reviewed import set_aside
from tests.house.worker import World, li_follows
from wechat_backend.gateways.base import GatewayError
from wechat_backend.worker.jobs.reconcile import OLDER, RECENT, days_to_compare
from wechat_backend.worker.reconciling import Reconciling, differences

NOTHING = {"missing": 0, "different": 0, "on_their_way": 0, "unknown": 0}


def counts(compared: Compared) -> dict[str, int]:
    return {name: value for name, value in compared.items() if isinstance(value, int)}


@pytest.fixture
async def party(simulated: World, simulator: Running) -> Party:
    return await li_follows(simulator, simulated)


@pytest.fixture
async def review(simulated: World, party: Party) -> GivenReview:
    """A bad one with a follow-up, of which 好差评 was told."""
    visit = await simulated.served(await simulated.booking(party))
    by = simulated.by(f"applicant:{party.id}")
    given = await simulated.stores.reviews.give(
        f"appointment:{visit['_id']}", party, 1, ["108"], "等了一天", by, visit
    )
    followed = await simulated.stores.reviews.follow_up(given["_id"], party, 4, ["413"], "好了", by)
    await simulated.work()
    return followed


@pytest.fixture
def reconciling(simulated: World, clock: Clock) -> Reconciling:
    return Reconciling(simulated.stores, simulated.gateways.government, clock.now)


def held(simulator: Running) -> list[dict[str, Any]]:
    """The records of 好差评, which a test may spoil."""
    return simulator.simulator.government.records["reviews"]


async def compare(reconciling: Reconciling, clock: Clock) -> dict[str, int]:
    return counts(await reconciling.compare(local_date(clock.now())))


async def agree(world: World, reconciling: Reconciling, clock: Clock) -> bool:
    """Whether, once the worker has done its work, both sides hold the same."""
    await world.work()
    found = await compare(reconciling, clock)
    return found == {"there": found["here"], "here": found["here"], **NOTHING}


@pytest.mark.article("17.system")
async def test_where_both_hold_the_same_nothing_is_told(
    simulated: World, simulator: Running, review: GivenReview, reconciling: Reconciling, clock: Clock
) -> None:
    before = len(held(simulator))
    assert await compare(reconciling, clock) == {"there": 2, "here": 2, **NOTHING}
    await simulated.work()
    assert len(held(simulator)) == before


@pytest.mark.article("17.system")
@pytest.mark.parametrize(("number", "missing"), [("1", 1), ("2", 1), ("", 2)])
async def test_what_is_missing_there_is_told_again(
    simulated: World,
    simulator: Running,
    review: GivenReview,
    reconciling: Reconciling,
    clock: Clock,
    number: str,
    missing: int,
) -> None:
    held(simulator)[:] = [one for one in held(simulator) if number and one["body"]["assessNumber"] != number]
    assert await compare(reconciling, clock) == {
        "there": 2 - missing,
        "here": 2,
        **NOTHING,
        "missing": missing,
    }
    assert await agree(simulated, reconciling, clock)


@pytest.mark.article("17.system")
@pytest.mark.parametrize(
    "spoilt",
    [
        {"satisfaction": "5", "evalDetail": ""},
        {"writingEvaluation": ""},
        {"assessState": "2"},
        {"revision": "99"},
        {"tagsVersion": "0"},
    ],
)
async def test_what_is_different_there_is_corrected(
    simulated: World,
    simulator: Running,
    review: GivenReview,
    reconciling: Reconciling,
    clock: Clock,
    spoilt: dict[str, str],
) -> None:
    """Also where it knows a later revision than we do: our database may be one that was restored."""
    held(simulator)[-1]["body"] |= spoilt
    assert await compare(reconciling, clock) == {"there": 2, "here": 2, **NOTHING, "different": 1}
    assert await agree(simulated, reconciling, clock)


@pytest.mark.article("17.system")
async def test_what_is_there_under_another_day_is_corrected(
    simulated: World, simulator: Running, review: GivenReview, reconciling: Reconciling, clock: Clock
) -> None:
    held(simulator)[-1]["body"]["assessTime"] = "2026-01-05 10:00:00"
    found = await reconciling.compare(date(2026, 1, 5))
    assert (found["different"], found["unknown"]) == (1, 0)
    assert await agree(simulated, reconciling, clock)
    assert counts(await reconciling.compare(date(2026, 1, 5))) == {"there": 0, "here": 0, **NOTHING}


@pytest.mark.article("17.system")
async def test_what_is_not_known_here_is_reported_and_stays(
    simulated: World, simulator: Running, review: GivenReview, reconciling: Reconciling, clock: Clock
) -> None:
    strange = held(simulator)[0]["body"] | {"projectNo": "PY20261124-9999-X"}
    held(simulator).append({"key": "strange", "at": "", "body": strange})
    for _ in range(2):
        found = await reconciling.compare(local_date(clock.now()))
        assert counts(found) == {"there": 3, "here": 2, **NOTHING, "unknown": 1}
        assert found["names"] == ["PY20261124-9999-X:1"]
        await simulated.work()
    assert held(simulator)[-1]["body"] == strange
    await measure(simulated.services)
    assert "\npanyu_reviews_unknown 1.0" in generate_latest().decode()


async def test_a_follow_up_that_was_never_given_here_is_not_known(
    simulated: World, simulator: Running, party: Party, reconciling: Reconciling, clock: Clock
) -> None:
    visit = await simulated.served(await simulated.booking(party))
    await simulated.review(party, "appointment", visit)
    await simulated.work()
    strange = held(simulator)[0]["body"] | {"assessNumber": "2"}
    held(simulator).append({"key": "strange", "at": "", "body": strange})
    assert await compare(reconciling, clock) == {"there": 2, "here": 1, **NOTHING, "unknown": 1}


@pytest.mark.article("17.dispute", "17.system")
async def test_what_is_on_its_way_is_left_alone(
    simulated: World,
    simulator: Running,
    review: GivenReview,
    party: Party,
    reconciling: Reconciling,
    clock: Clock,
) -> None:
    """Before its events are relayed, and while the other side refuses."""
    await set_aside(simulated, review, party)
    on_its_way = {"there": 2, "here": 2, **NOTHING, "on_their_way": 2}
    assert await compare(reconciling, clock) == on_its_way
    simulator.simulator.faults.order(Fault(operation="reviews", http=503))
    await simulated.work()
    assert await compare(reconciling, clock) == on_its_way
    clock.advance(timedelta(seconds=5))
    assert await agree(simulated, reconciling, clock)
    assert {one["body"]["revision"] for one in held(simulator)} == {"2", "3"}


async def test_what_was_refused_for_good_is_tried_again(
    simulated: World,
    simulator: Running,
    review: GivenReview,
    party: Party,
    reconciling: Reconciling,
    clock: Clock,
) -> None:
    """The same delivery: the list of what failed does not grow day by day."""
    simulator.simulator.faults.order(Fault(operation="reviews", errcode="field_invalid: taskName", times=2))
    await set_aside(simulated, review, party)
    await simulated.work()
    assert await compare(reconciling, clock) == {"there": 2, "here": 2, **NOTHING, "different": 2}
    await simulated.work()
    assert [one["code"] for one in await failed(simulated)] == ["field_invalid: taskName"]
    assert await compare(reconciling, clock) == {"there": 2, "here": 2, **NOTHING, "different": 2}
    assert await agree(simulated, reconciling, clock)
    assert await failed(simulated) == []


async def failed(world: World) -> list[Any]:
    return [*(await world.services.deliveries.page(Stage.FAILED)).rows]


async def test_a_revision_that_says_something_else_there_gets_a_next_one(
    simulated: World,
    simulator: Running,
    review: GivenReview,
    party: Party,
    reconciling: Reconciling,
    clock: Clock,
) -> None:
    await set_aside(simulated, review, party)
    for body in [one["body"] for one in held(simulator)]:
        held(simulator).append({"key": "d", "at": "", "body": body | {"revision": "3"}})
    await simulated.work()
    assert [one["code"] for one in await failed(simulated)] == ["revision_reused"]
    assert await compare(reconciling, clock) == {"there": 2, "here": 2, **NOTHING, "different": 2}
    assert await agree(simulated, reconciling, clock)


async def test_two_who_compare_at_once_tell_it_once(
    simulated: World, simulator: Running, review: GivenReview, reconciling: Reconciling, clock: Clock
) -> None:
    held(simulator).clear()
    await asyncio.gather(*(compare(reconciling, clock) for _ in range(4)))
    assert (await simulated.stores.reviews.get(review["_id"]))["revision"] == review["revision"] + 1
    assert await agree(simulated, reconciling, clock)
    assert len(held(simulator)) == 2


@pytest.mark.article("17.system")
async def test_it_survives_whatever_is_lost_or_spoilt(
    simulated: World, simulator: Running, party: Party, reconciling: Reconciling, clock: Clock
) -> None:
    """Three gaps at once among others that are well: mended in one round, what is strange is left."""
    reviews = []
    for _ in range(5):
        visit = await simulated.served(await simulated.booking(party))
        reviews.append(await simulated.review(party, "appointment", visit))
    await simulated.work()
    projects = [project_of(one) for one in reviews]
    kept = [one for one in held(simulator) if one["body"]["projectNo"] != projects[0]]
    kept[-1]["body"]["satisfaction"] = "4"
    strange = kept[0]["body"] | {"projectNo": "strange"}
    held(simulator)[:] = [*kept, {"key": "s", "at": "", "body": strange}]
    gaps = {"there": 5, "here": 5, "missing": 1, "different": 1, "on_their_way": 0, "unknown": 1}
    assert await compare(reconciling, clock) == gaps
    await simulated.work()
    assert await compare(reconciling, clock) == {"there": 6, "here": 5, **NOTHING, "unknown": 1}


# The job


async def rounds(world: World, most: int = 200) -> None:
    for _ in range(most):
        await world.do("reconcile")


async def test_each_day_it_goes_through_the_days_before(
    simulated: World, simulator: Running, review: GivenReview, clock: Clock
) -> None:
    calls = simulator.simulator.calls
    await rounds(simulated, 3)
    assert calls["reviews/list"] == 0  # the day itself is not over
    held(simulator).clear()
    clock.advance(timedelta(days=1))
    await rounds(simulated, 5)
    assert calls["reviews/list"] == 1
    await simulated.work()
    assert len(held(simulator)) == 2
    clock.advance(timedelta(days=1))
    await rounds(simulated, 5)
    assert calls["reviews/list"] == 3


async def test_it_goes_on_where_another_worker_died(
    simulated: World, simulator: Running, review: GivenReview, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(timedelta(days=10))
    asked: list[date] = []
    compare = Reconciling.compare

    async def dies(self: Reconciling, day: date) -> Compared:
        asked.append(day)
        if len(asked) == 4:
            raise RuntimeError("killed")
        return await compare(self, day)

    monkeypatch.setattr(Reconciling, "compare", dies)
    await rounds(simulated, 4)
    with pytest.raises(RuntimeError):
        await rounds(simulated, 1)
    clock.advance(timedelta(minutes=2))
    await rounds(simulated, 20)
    today = local_date(clock.now())
    days = [today - timedelta(days=n) for n in range(1, 11)]
    assert asked == [*days[:4], *days[3:]]


async def test_it_waits_where_the_other_side_does_not_say(
    simulated: World, simulator: Running, review: GivenReview, clock: Clock
) -> None:
    clock.advance(timedelta(days=1))
    simulator.simulator.faults.order(Fault(operation="reviews/list", http=503))
    await rounds(simulated, 5)
    assert simulator.simulator.calls["reviews/list"] == 1
    assert not simulated.worker.loop("reconcile").unwell
    clock.advance(timedelta(minutes=15))
    await rounds(simulated, 5)
    assert simulator.simulator.calls["reviews/list"] == 2
    assert await simulated.stores.reconciled.documents.count_documents({}) == 1


async def test_an_answer_that_is_lost_is_an_error(
    simulator: Running, review: GivenReview, reconciling: Reconciling, clock: Clock
) -> None:
    simulator.simulator.faults.order(Fault(operation="reviews/list", lost=True))
    with pytest.raises(GatewayError, match="no_answer"):
        await compare(reconciling, clock)
    assert await compare(reconciling, clock) == {"there": 2, "here": 2, **NOTHING}


DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))


@given(DAYS, DAYS, st.none() | DAYS)
def test_the_recent_days_come_each_day_and_no_day_twice(
    today: date, first: date, reached: date | None
) -> None:
    days = days_to_compare(today, first, reached)
    assert len({*days}) == len(days) <= RECENT + OLDER
    assert all(first <= day < today for day in days)
    assert {*days} >= {day for n in range(1, RECENT + 1) if (day := today - timedelta(days=n)) >= first}


@given(DAYS, st.integers(0, 900))
def test_every_day_comes_in_turn(today: date, age: int) -> None:
    first, reached = today - timedelta(days=age), None
    seen: set[date] = set()
    for n in range(age // OLDER + 2):
        days = days_to_compare(today + timedelta(days=n), first, reached)
        reached = days[-1] if days else None
        seen.update(days)
    assert seen >= {first + timedelta(days=n) for n in range(age)}


def test_a_field_that_is_left_out_is_as_an_empty_one() -> None:
    assert differences({"a": "", "b": "1"}, {"b": "1", "c": ""}) is None
    assert differences({"a": "", "b": "1"}, {"b": "2", "d": "3"}) == ["b", "d"]
