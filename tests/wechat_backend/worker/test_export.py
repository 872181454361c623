"""好差评 is told of each review, of what follows, and of it again, until it has confirmed (article 17)."""

from datetime import timedelta
from typing import Any

import pytest

from models.applications import State
from models.outgoing import Stage
from models.people import Party
from models.voices import GivenReview, Said
from simulator import Running
from simulator.faults import Fault
from tests.house.clock import Clock
from tests.house.reviewed import moderated, set_aside
from tests.house.worker import World, li_follows

UNCIVIL = "这帮王八蛋，等了一天"
UNREAD, WITHHELD = "（文字审核中）", "（文字不予公开）"


def there(simulator: Running) -> dict[tuple[str, str], dict[str, Any]]:
    """What 好差评 holds as the latest of each review and follow-up."""
    told = [record["body"] for record in simulator.simulator.government.records["reviews"]]
    return {(body["projectNo"], body["assessNumber"]): body for body in told}


async def nothing_failed(world: World) -> None:
    assert (await world.services.deliveries.page(Stage.FAILED)).rows == []


@pytest.fixture
async def party(simulated: World, simulator: Running) -> Party:
    await simulated.stores.uncivil.learn(["王八蛋"], simulated.by())
    return await li_follows(simulator, simulated)


@pytest.fixture
async def review(simulated: World, party: Party) -> GivenReview:
    """A bad one with uncivil words, of an application."""
    done = await simulated.application(State.CONCLUDED, party=party)
    by = simulated.by(f"applicant:{party.id}")
    return await simulated.stores.reviews.give(f"application:{done['_id']}", party, 1, [], UNCIVIL, by, done)


async def follow_up(world: World, review: GivenReview, party: Party, words: str = "后来好了") -> GivenReview:
    by = world.by(f"applicant:{party.id}")
    return await world.stores.reviews.follow_up(review["_id"], party, 4, ["413"], words, by)


@pytest.mark.article("17.system")
@pytest.mark.parametrize(("shown", "words"), [(True, UNCIVIL), (False, WITHHELD)])
async def test_held_words_are_told_of_when_a_moderator_has_read_them(
    simulated: World, simulator: Running, review: GivenReview, shown: bool, words: str
) -> None:
    await simulated.work()
    assert [body["writingEvaluation"] for body in there(simulator).values()] == [UNREAD]
    await moderated(simulated, review, shown=shown)
    await simulated.work()
    assert [body["writingEvaluation"] for body in there(simulator).values()] == [words]
    await nothing_failed(simulated)


@pytest.mark.article("17.system")
async def test_held_words_of_a_follow_up_are_told_of_too(
    simulated: World, simulator: Running, review: GivenReview, party: Party
) -> None:
    await follow_up(simulated, review, party, UNCIVIL)
    await simulated.work()
    await moderated(simulated, review, Said.AGAIN)
    await simulated.work()
    told = {number: body["writingEvaluation"] for (_, number), body in there(simulator).items()}
    assert told == {"1": UNREAD, "2": UNCIVIL}
    await nothing_failed(simulated)


@pytest.mark.article("17.dispute", "17.system")
async def test_what_is_set_aside_is_told_of_with_its_follow_up(
    simulated: World, simulator: Running, review: GivenReview, party: Party
) -> None:
    followed = await follow_up(simulated, review, party)
    await simulated.work()
    assert {number: body["assessState"] for (_, number), body in there(simulator).items()} == {
        "1": "1",
        "2": "1",
    }
    await set_aside(simulated, followed, party)
    await simulated.work()
    assert {number: body["assessState"] for (_, number), body in there(simulator).items()} == {
        "1": "2",
        "2": "2",
    }
    await nothing_failed(simulated)


async def test_it_is_told_with_the_version_of_its_tags(
    simulated: World, simulator: Running, review: GivenReview
) -> None:
    await simulated.work()
    [body] = there(simulator).values()
    assert (body["tagsVersion"], body["revision"]) == ("1", "1")


@pytest.mark.article("17.system")
async def test_the_follow_up_that_is_tried_first_ends_well(
    simulated: World, simulator: Running, review: GivenReview, party: Party
) -> None:
    await simulated.worker.relay.once()
    [first] = await of_reviews(simulated)
    await simulated.stores.deliveries.documents.update_one(
        {"_id": first["_id"]}, {"$set": {"due_at": first["due_at"] + timedelta(days=1)}}
    )
    await follow_up(simulated, review, party)
    await simulated.work()
    assert {number for _, number in there(simulator)} == {"1", "2"}
    await nothing_failed(simulated)


async def of_reviews(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await world.stores.deliveries.documents.find(
        {"notice": "reviews"}
    ).to_list()
    return found


@pytest.mark.article("17.system")
async def test_the_other_side_refuses_for_an_hour(
    simulated: World, simulator: Running, review: GivenReview, clock: Clock
) -> None:
    """By then a message to a person would have been given up."""
    simulator.simulator.faults.order(Fault(operation="reviews", times=1000, http=503))
    refused_until = clock.now() + timedelta(hours=1)
    while clock.now() < refused_until:
        await simulated.work()
        clock.advance(timedelta(seconds=30))
    simulator.simulator.faults.clear()
    clock.advance(timedelta(minutes=15))
    await simulated.work()
    assert len(there(simulator)) == 1
    await nothing_failed(simulated)


@pytest.mark.article("17.system")
async def test_words_are_read_between_a_lost_answer_and_the_next_try(
    simulated: World, simulator: Running, review: GivenReview, clock: Clock
) -> None:
    simulator.simulator.faults.order(Fault(operation="reviews", lost=True))
    await simulated.work()
    await moderated(simulated, review)
    clock.advance(timedelta(minutes=1))
    await simulated.work()
    [body] = there(simulator).values()
    assert body["writingEvaluation"] == UNCIVIL
    await nothing_failed(simulated)


async def test_who_is_overtaken_by_a_newer_revision_has_nothing_left_to_tell(
    simulated: World, simulator: Running, review: GivenReview
) -> None:
    """A worker that reads a review, and stops to think while another one tells what it has become."""
    await simulated.worker.relay.once()
    tell = simulated.gateways.government.tell

    async def slowly(system: str, body: Any, key: str) -> str:
        if system != "reviews":
            return await tell(system, body, key)
        simulated.gateways.government.tell = tell  # type: ignore[method-assign]
        await moderated(simulated, review)
        await simulated.work()
        return await tell(system, body, key)

    simulated.gateways.government.tell = slowly  # type: ignore[method-assign]
    await simulated.work()
    [body] = there(simulator).values()
    assert body["writingEvaluation"] == UNCIVIL
    assert sorted(one["state"] for one in await of_reviews(simulated)) == ["sent", "skipped"]
    await nothing_failed(simulated)
