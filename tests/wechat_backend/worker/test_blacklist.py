"""The worker and the blacklist: it tells of it, ends it, looks out, and leaves its files (article 28)."""

from datetime import timedelta

import pytest

from models.applications import Application
from models.blacklist import Ban, FlagReason, Reference, State, number_of
from models.people import Party
from models.serving import How
from simulator import Running
from simulator.faults import Fault
from tests.files import a_pdf, on_disk
from tests.house.clock import Clock
from tests.house.guides import plain_guide
from tests.house.listing import FACTS, LI, WANG, WORDS, ZHAO, Listing
from tests.house.people import BOSS, WEIMEI
from tests.house.platforms import Platforms
from tests.house.reviewed import bad_review_of_guide, set_aside
from tests.house.worker import World
from wechat_backend.worker.job import AT_ONCE


async def see_to_plans(world: World) -> None:
    """Everything that is due just now."""
    await world.work()
    job = world.worker.loop("schedule").job
    while await job.run() == AT_ONCE:
        pass
    await job.end()
    await world.work()


async def listing_of(world: World, party: Party) -> tuple[Listing, Application]:
    found = await world.desk(party).submitted(plain_guide())
    return Listing(world, party.id, (Reference("application", found["_id"]),)), found


def told(platforms: Platforms, ban: Ban) -> list[str]:
    return [
        message["data"]["thing1"]["value"]
        for message in platforms.messages.values()
        if message["template_id"] == "TM_BLACKLIST"
        and message["url"] == f"https://panyu.test/blacklist/{ban['_id']}"
    ]


@pytest.mark.article("28.notice", "28.months")
async def test_its_person_is_told_and_it_ends_by_itself(
    world: World, platforms: Platforms, clock: Clock
) -> None:
    party = await world.person()
    listing, _ = await listing_of(world, party)
    ban = await listing.confirmed()
    await world.work()
    assert told(platforms, ban) == ["您有一份处理决定书待查收"]
    assert FACTS not in str(platforms.messages)
    opened = await world.stores.decisions.opened(ban["_id"], party, world.by())
    assert opened["until"]
    clock.set(opened["until"] - timedelta(seconds=1))
    await see_to_plans(world)
    assert (await world.stores.bans.get(ban["_id"]))["state"] is State.CONFIRMED
    clock.set(opened["until"])
    await see_to_plans(world)
    assert (await world.stores.bans.get(ban["_id"]))["state"] is State.EXPIRED
    assert told(platforms, ban)[-1] == "原处理决定已期满"


async def test_an_appeal_and_its_answer_are_told(world: World, platforms: Platforms) -> None:
    party = await world.person()
    listing, _ = await listing_of(world, party)
    ban = await listing.delivered()
    await world.stores.appeals.appeal(ban["_id"], party, WORDS, world.by())
    await world.stores.appeals.decide(ban["_id"], ZHAO, "属实", listing.by(ZHAO), lifted=True)
    await world.work()
    assert sorted(told(platforms, ban)) == sorted(
        ["您有一份处理决定书待查收", "您的申诉已收到", "原处理决定已撤销"]
    )


@pytest.mark.article("28.2")
async def test_uncivil_words_are_found_after_the_hand_in(world: World) -> None:
    party = await world.person()
    await world.stores.uncivil.learn(["好"], world.by())
    desk = world.desk(party)
    filled = await desk.filled(plain_guide())
    case = await desk.own(filled["_id"])
    [question, *_] = [one.name for one in case.guide.form.questions()]
    handed_in = await desk.hand_in(await desk.save(filled, {question: "你 好"}))
    await see_to_plans(world)
    flags = await world.stores.flags.documents.find({}).to_list()
    assert [(one["reason"], one["about"]) for one in flags] == [
        (FlagReason.UNCIVIL_WORDS, [handed_in["_id"]])
    ]


@pytest.mark.article("28.3")
async def test_reviews_that_were_set_aside_are_counted(world: World) -> None:
    party = await world.person()
    for number in range(80, 84):
        review = await bad_review_of_guide(world, party, plain_guide(number))
        await set_aside(world, review, party)
    await see_to_plans(world)
    flags = await world.stores.flags.documents.find({}).to_list()
    assert [(one["reason"], one["applicant"]) for one in flags] == [(FlagReason.REVIEWS_SET_ASIDE, party.id)]


async def test_the_sweep_leaves_evidence_and_files_of_appeals(world: World, clock: Clock) -> None:
    party = await world.person()
    listing, found = await listing_of(world, party)
    [file] = [paper["file"] for paper in found["materials"] if paper["file"]]
    evidence = (*listing.evidence, Reference("file", file))
    ban = await Listing(world, party.id, evidence).delivered()
    await world.stores.appeals.appeal(ban["_id"], party, WORDS, world.by())
    with on_disk(a_pdf()) as proof:
        appealed = await world.stores.appeals.attach(ban["_id"], party, proof, world.by())
    assert appealed["appeal"]
    clock.advance(timedelta(days=2))
    await world.do("sweep")
    for kept in (str(ban["evidence"][1]["copy"]), appealed["appeal"]["files"][0]["file"]):
        assert await world.stores.materials.read(kept)


async def of_enterprise(world: World) -> Listing:
    """An enterprise that is listed for what its representative handed in for it."""
    boss = await world.applicant(BOSS[0], number=BOSS[1])
    body = await world.body()
    await world.confirmed(boss, body, boss)
    guide = plain_guide(5, audience=["enterprise"])
    found = await world.desk(Party(body, boss.agent, boss.account)).submitted(guide)
    return Listing(world, body["_id"], (Reference("application", found["_id"]),))


def heard(simulator: Running, system: str) -> list[str]:
    return [each["body"]["state"] for each in simulator.simulator.government.records[system]]


@pytest.mark.article("28.disclosure", "28.credit")
async def test_an_enterprises_decision_is_disclosed_and_withdrawn(
    simulated: World, simulator: Running
) -> None:
    listing, stores = await of_enterprise(simulated), simulated.stores
    ban = await listing.confirmed()
    await simulated.work()
    assert heard(simulator, "disclosure") == []  # nobody has it yet
    by = listing.by(LI)
    await stores.decisions.delivered(ban["_id"], How.LETTER, by.at, by)
    await simulated.work()
    [told] = simulator.simulator.government.records["disclosure"]
    assert (told["body"]["code"], told["body"]["number"]) == (WEIMEI[1], number_of(ban))
    assert heard(simulator, "credit") == []
    await stores.malice.propose(ban["_id"], LI, "屡教不改", by)
    await simulated.work()
    assert heard(simulator, "credit") == []
    await stores.malice.confirm(ban["_id"], WANG, listing.by(WANG))
    await simulated.work()
    assert heard(simulator, "credit") == ["published"]
    await stores.decisions.delist(ban["_id"], ZHAO, "查明非其所为", listing.by(ZHAO))
    await simulated.work()
    for system in ("disclosure", "credit"):
        assert heard(simulator, system) == ["published", "withdrawn"]
    assert await stores.deliveries.documents.count_documents({"via": "government", "state": "failed"}) == 0


@pytest.mark.article("28.disclosure", "28.credit")
async def test_both_systems_are_told_until_each_has_confirmed_with_a_receipt(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    """They refuse for an hour, then take it and their answers are lost."""
    listing, stores, faults = await of_enterprise(simulated), simulated.stores, simulator.simulator.faults
    ban, systems = await listing.delivered(), ("disclosure", "credit")
    await stores.malice.propose(ban["_id"], LI, "屡教不改", listing.by(LI))
    await stores.malice.confirm(ban["_id"], WANG, listing.by(WANG))
    for system in systems:
        faults.order(Fault(operation=f"{system}/decisions", times=1000, http=503))
    for _ in range(12):
        await simulated.work()
        clock.advance(timedelta(minutes=5))
    assert [heard(simulator, system) for system in systems] == [[], []]
    faults.clear()
    for system in systems:
        faults.order(Fault(operation=f"{system}/decisions", lost=True))
    for _ in range(3):
        clock.advance(timedelta(minutes=15))
        await simulated.work()
    for system in systems:
        [record] = simulator.simulator.government.records[system]
        [delivery] = await stores.deliveries.documents.find({"notice": system}).to_list()
        assert (delivery["state"], delivery["sent_as"]) == ("sent", record["receipt"])
        assert ban["_id"] not in record["receipt"]


@pytest.mark.article("28.disclosure")
async def test_what_was_published_without_an_answer_is_withdrawn(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    """It is delisted before we know that the disclosure has it."""
    listing = await of_enterprise(simulated)
    ban = await listing.delivered()
    simulator.simulator.faults.order(Fault(operation="disclosure/decisions", lost=True))
    await simulated.work()
    await simulated.stores.decisions.delist(ban["_id"], ZHAO, "查明非其所为", listing.by(ZHAO))
    for _ in range(3):
        clock.advance(timedelta(minutes=15))
        await simulated.work()
    assert heard(simulator, "disclosure") == ["published", "withdrawn"]
    assert await simulated.stores.deliveries.documents.count_documents({"state": "failed"}) == 0


@pytest.mark.article("28.disclosure", "28.credit", "28.delisting")
async def test_what_is_delisted_after_its_last_day_is_withdrawn(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    listing, stores = await of_enterprise(simulated), simulated.stores
    ban = await listing.delivered()
    await stores.malice.propose(ban["_id"], LI, "屡教不改", listing.by(LI))
    await stores.malice.confirm(ban["_id"], WANG, listing.by(WANG))
    assert ban["until"]
    clock.set(ban["until"])
    await see_to_plans(simulated)
    assert (await stores.bans.get(ban["_id"]))["state"] is State.EXPIRED
    await stores.decisions.delist(ban["_id"], ZHAO, "查明非其所为", listing.by(ZHAO))
    await see_to_plans(simulated)
    for system in ("disclosure", "credit"):
        assert heard(simulator, system) == ["published", "withdrawn"]


@pytest.mark.article("28.disclosure")
async def test_of_a_person_or_of_what_ended_first_nothing_is_disclosed(
    simulated: World, simulator: Running
) -> None:
    listing, _ = await listing_of(simulated, await simulated.person())
    await listing.delivered()
    enterprise = await of_enterprise(simulated)
    ban = await enterprise.delivered()
    await simulated.stores.decisions.delist(ban["_id"], ZHAO, "查明非其所为", enterprise.by(ZHAO))
    await simulated.work()
    assert "published" not in heard(simulator, "disclosure")
    assert heard(simulator, "credit") == []
