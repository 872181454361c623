"""Workers serve a paper: they tell of it, hear what became of that, and go on when nothing is known."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from models.applications import Application, CaseHandling, State
from models.blacklist import Ban, Reference
from models.outgoing import Arrivals, Deliveries, Via
from models.outgoing.arrivals import LAST_ASK
from models.people import CURRENT_WORDING, Party
from models.schedule import LEASE, Schedule
from models.serving import How, Paper, Serving, Servings, Word
from models.store import Store
from simulator import Running
from simulator.aliyun.service import Aliyun
from simulator.faults import Fault
from tests.house.clock import Clock, cause_at
from tests.house.guides import plain_guide
from tests.house.listing import WANG, Listing
from tests.house.worker import World, li_follows, person_of
from wechat_backend.worker.carriers import Carriers
from wechat_backend.worker.job import AT_ONCE
from wechat_backend.worker.jobs.schedule import FIRES, ScheduleRunner

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def any_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aliyun's SDK stamps by the machine's clock, and here days pass by another one."""
    monkeypatch.setattr(Aliyun, "_check_time", lambda _aliyun, _stamp: None)


async def work(world: World) -> None:
    """One worker until nothing is due: it relays, sends, looks at plans and asks the carrier."""
    runner = ScheduleRunner(world.services, FIRES, world.clock)
    receipts = world.worker.loop("receipts").job
    busy = True
    while busy:
        busy = bool(await world.worker.relay.once())
        while await world.worker.deliver.once():
            busy = True
        while await runner.run() == AT_ONCE:
            busy = True
        await runner.end()
        while await receipts.run() == AT_ONCE:
            busy = True


async def refused(world: World, party: Party, *, agreed: bool = True) -> Application:
    if agreed:
        by = world.by(f"applicant:{party.id}")
        await world.services.electronic_service.agree(party.id, CURRENT_WORDING, by)
    return await world.application(State.NOT_ACCEPTED, party=party)


async def serving_of(world: World, application: Application) -> Serving:
    return await world.services.servings.get(f"{application['_id']}:{Paper.NON_ACCEPTANCE}")


def texts(simulator: Running) -> list[str]:
    """The templates of the short messages to Li."""
    return [each["template"] for each in simulator.simulator.aliyun.inbox(person_of(simulator, "li").phone)]


async def until(seen: Callable[[], Any], world: World) -> None:
    """Until WeChat's callback has come."""
    for _ in range(200):
        if await seen():
            return
        await work(world)
        await asyncio.sleep(0.02)
    pytest.fail("it did not come")


async def test_wechats_report_delivers_and_the_case_says_so(simulated: World, simulator: Running) -> None:
    application = await refused(simulated, await li_follows(simulator, simulated))
    await work(simulated)

    async def served() -> Any:
        return (await simulated.services.applications.get(application["_id"])).get("served")

    await until(served, simulated)
    found = await serving_of(simulated, application)
    assert found["delivered"]
    assert found["delivered"]["how"] is How.WECHAT
    case = await simulated.services.applications.get(application["_id"])
    assert case.get("served") == {"how": "wechat", "at": found["delivered"]["at"]}
    assert [line["what"] for line in case["timeline"]].count("application.served") == 1
    assert texts(simulator) == ["SMS_RECEIPT"]


async def test_who_did_not_agree_is_told_by_both_and_then_called(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    application = await refused(simulated, await li_follows(simulator, simulated), agreed=False)
    await work(simulated)
    for _ in range(30):
        clock.advance(DAY)
        await work(simulated)
    found = await serving_of(simulated, application)
    assert (found["delivered"], found["step"]) == (None, How.LETTER)
    assert texts(simulator) == ["SMS_RECEIPT", "SMS_PROGRESS"]
    taken = [step["how"] for step in found["steps"]]
    assert taken == [How.WECHAT, How.SMS, How.OWN_PAGE, How.CALL, How.LETTER]


@pytest.mark.parametrize(
    ("way", "after", "delivered"),
    [
        ("arrives", MINUTE, True),
        ("late", timedelta(hours=2), True),
        ("fails", DAY, False),
        ("silent", DAY, False),
    ],
)
async def test_the_carriers_report_delivers_however_late(
    simulated: World, simulator: Running, clock: Clock, way: str, after: timedelta, delivered: bool
) -> None:
    """Li does not follow the account, so that the message goes by SMS at once."""
    li = person_of(simulator, "li")
    party = await simulated.applicant("李晓明", number=li.credentials[0].number, phone=li.phone)
    simulator.simulator.aliyun.reports[li.phone] = way
    application = await refused(simulated, party)
    await work(simulated)
    assert (await serving_of(simulated, application))["delivered"] is None
    clock.advance(MINUTE)
    await work(simulated)
    clock.advance(after)
    await work(simulated)
    found = await serving_of(simulated, application)
    assert (found["delivered"] is not None) is delivered
    if found["delivered"]:
        assert found["delivered"]["how"] is How.SMS


async def test_a_carrier_that_says_nothing_is_asked_for_three_days(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    li = person_of(simulator, "li")
    party = await simulated.applicant("李晓明", number=li.credentials[0].number, phone=li.phone)
    simulator.simulator.aliyun.reports[li.phone] = "silent"
    await refused(simulated, party)
    await work(simulated)
    arrivals, deliveries = Arrivals(simulated.services.deliveries), simulated.services.deliveries
    asked = 0
    while (at := await arrivals.next_at()) is not None:
        clock.set(at)
        await work(simulated)
        asked += 1
    assert asked < 30
    [delivery] = [
        deliveries.shaped(one)
        async for one in deliveries.documents.find({"channel": Via.SMS.value, "proof": True})
    ]
    assert delivery.get("outcome") == "no_report"
    assert clock.now() - delivery.get("settled_at", clock.now()) >= LAST_ASK


async def test_a_provider_that_refuses_is_left_in_peace(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    li = person_of(simulator, "li")
    party = await simulated.applicant("李晓明", number=li.credentials[0].number, phone=li.phone)
    simulator.simulator.faults.order(
        Fault(operation="QuerySendDetails", errcode="isv.ACCOUNT_ABNORMAL", times=1)
    )
    application = await refused(simulated, party)
    await work(simulated)
    clock.advance(MINUTE)
    await work(simulated)
    assert simulator.simulator.calls["QuerySendDetails"] == 1
    clock.advance(5 * MINUTE)
    await work(simulated)
    assert simulator.simulator.calls["QuerySendDetails"] == 2
    assert (await serving_of(simulated, application))["delivered"]


async def test_two_workers_ask_once_and_one_that_died_is_followed(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    li = person_of(simulator, "li")
    party = await simulated.applicant("李晓明", number=li.credentials[0].number, phone=li.phone)
    application = await refused(simulated, party)
    await work(simulated)
    clock.advance(MINUTE)
    arrivals = Arrivals(simulated.services.deliveries)
    claimed = await asyncio.gather(*(arrivals.claim(clock.now()) for _ in range(5)))
    assert len([one for one in claimed if one]) == 1  # and its worker dies
    await work(simulated)
    assert (await serving_of(simulated, application))["delivered"] is None
    clock.advance(LEASE)
    await work(simulated)
    assert (await serving_of(simulated, application))["delivered"]


class Died(BaseException):
    """The process ends here."""


STEPS: list[tuple[str, type[Any], str]] = [
    ("before it is begun", Servings, "begin"),
    ("after it is begun", Schedule, "done"),
    ("before the next step", Servings, "go_on"),
    ("before the write", Servings, "_write"),
    ("in any write", Store, "change"),
]


@pytest.mark.parametrize(("_name", "owner", "method"), STEPS, ids=[name for name, *_ in STEPS])
@pytest.mark.parametrize("after", [False, True])
async def test_a_worker_that_dies_at_a_step_is_followed_by_one_that_goes_on(
    simulated: World,
    simulator: Running,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    _name: str,
    owner: type[Any],
    method: str,
    after: bool,
) -> None:
    """It dies once before or after each call of the method, and the ladder ends where it would have ended."""
    application = await refused(simulated, await li_follows(simulator, simulated), agreed=False)
    await work(simulated)
    real, dead = getattr(owner, method), set[int]()
    calls = 0

    async def dies(self: Any, *args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        fatal = calls % 2 == 1 and len(dead) < 8
        if fatal:
            dead.add(calls)
            if after:
                await real(self, *args, **more)
            raise Died
        return await real(self, *args, **more)

    monkeypatch.setattr(owner, method, dies)
    for _ in range(30):
        try:
            clock.advance(DAY)
            await work(simulated)
        except (Died, BaseExceptionGroup):
            continue
    monkeypatch.setattr(owner, method, real)
    clock.advance(DAY)
    await work(simulated)
    found = await serving_of(simulated, application)
    assert [step["how"] for step in found["steps"]] == [
        How.WECHAT,
        How.SMS,
        How.OWN_PAGE,
        How.CALL,
        How.LETTER,
    ]
    events = await simulated.services.outbox.about(found["_id"])
    assert [event["name"] for event in events].count("serving.step_taken") == 4
    assert [event["name"] for event in events].count("serving.begun") == 1


SENDING: list[tuple[str, type[Any], str]] = [
    ("sending by WeChat", Carriers, "wechat"),
    ("sending by SMS", Carriers, "sms"),
    ("the record of what was sent", Deliveries, "_settle"),
    ("a report", Deliveries, "keep_report"),
    ("counting it as delivered", Servings, "_deliver"),
    ("its effect", CaseHandling, "served"),
]


@pytest.mark.parametrize(("_name", "owner", "method"), SENDING, ids=[name for name, *_ in SENDING])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("follows", [False, True])
async def test_whatever_a_worker_dies_at_a_paper_arrives_once(
    simulated: World,
    simulator: Running,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    _name: str,
    owner: type[Any],
    method: str,
    after: bool,
    follows: bool,
) -> None:
    """Workers die before or after the first calls of the method; the reports are proof that it arrived."""
    li = person_of(simulator, "li")
    number, phone = li.credentials[0].number, li.phone
    party = (
        await li_follows(simulator, simulated)
        if follows
        else await simulated.applicant("李晓明", number=number, phone=phone)
    )
    application = await refused(simulated, party)
    real, calls = getattr(owner, method), 0

    async def dies(self: Any, *args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 3:
            return await real(self, *args, **more)
        if after:
            await real(self, *args, **more)
        raise Died

    monkeypatch.setattr(owner, method, dies)
    for _ in range(25):
        clock.advance(LEASE)
        with suppress(Died, BaseExceptionGroup):
            await work(simulated)
        await asyncio.sleep(0.01)  # for WeChat's callbacks
    found = await serving_of(simulated, application)
    assert found["state"] == "delivered"
    case = await simulated.services.applications.get(application["_id"])
    assert [line["what"] for line in case["timeline"]].count("application.served") == 1
    events = await simulated.services.outbox.about(found["_id"])
    assert [event["name"] for event in events].count("serving.delivered") == 1
    told = [one["client_msg_id"] for one in simulator.simulator.wechat.template_messages]
    assert len({*told}) == len(told)


async def test_an_effect_that_was_taken_is_not_taken_again(simulated: World, simulator: Running) -> None:
    application = await refused(simulated, await li_follows(simulator, simulated), agreed=False)
    await work(simulated)
    servings = simulated.services.servings
    by = cause_at(simulated.clock().replace(microsecond=0), f"applicant:{application['applicant']}")
    await servings.opened(Paper.NON_ACCEPTANCE, application["_id"], by)
    await work(simulated)
    await simulated.services.schedule.documents.update_many(
        {"what": "serving.effect"}, {"$set": {"state": "waiting", "due_at": simulated.clock()}}
    )
    await work(simulated)
    case = await simulated.services.applications.get(application["_id"])
    assert case.get("served") == {"how": "own_page", "at": by.at}
    assert [line["what"] for line in case["timeline"]].count("application.served") == 1


async def test_a_decision_of_the_blacklist_has_its_effect_when_it_arrives(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    party = await li_follows(simulator, simulated)
    found = await simulated.desk(party).submitted(plain_guide())
    listing = Listing(simulated, party.id, (Reference("application", found["_id"]),))
    ban = await listing.confirmed()
    for _ in range(10):
        clock.advance(DAY)
        await work(simulated)
    serving = await simulated.services.servings.get(f"{ban['_id']}:{Paper.BAN}")
    assert (serving["delivered"], await banned(simulated, ban)) == (None, None)
    clock.advance(30 * DAY)
    await work(simulated)
    serving = await simulated.services.servings.get(serving["_id"])
    assert (serving["step"], serving["department"]) == (How.LETTER, "")
    member = await simulated.member("window")
    for word in (Word.SENT, Word.SIGNED):
        clock.advance(MINUTE)
        by = cause_at(clock.now(), "staff:window")
        serving = await simulated.services.servings.record(
            serving["_id"], member, word, by.at, "EMS 1234", serving["version"], by
        )
    await work(simulated)
    delivered = await banned(simulated, ban)
    assert delivered
    assert delivered["how"] == "letter"


async def banned(world: World, ban: Ban) -> Any:
    return (await world.services.bans.get(ban["_id"]))["delivered"]


async def test_a_decision_that_was_taken_back_is_served_no_more(
    simulated: World, simulator: Running, clock: Clock
) -> None:
    party = await li_follows(simulator, simulated)
    found = await simulated.desk(party).submitted(plain_guide())
    ban = await Listing(simulated, party.id, (Reference("application", found["_id"]),)).confirmed()
    await work(simulated)
    await simulated.services.decisions.delist(ban["_id"], WANG, "核实为非故意", simulated.by_staff("wang"))
    await work(simulated)
    clock.advance(30 * DAY)
    await work(simulated)
    serving = await simulated.services.servings.get(f"{ban['_id']}:{Paper.BAN}")
    assert (serving["state"], serving["step"], serving["delivered"]) == ("dropped", How.WECHAT, None)
