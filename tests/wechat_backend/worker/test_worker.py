"""From a change to the person's phone: each notice arrives, once, whatever dies on the way."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.events import KeptEvent
from models.outgoing import notices
from models.outgoing.deliveries import LEASE, Plan
from models.people import ApplicantKind
from models.store import Document
from tests.house.clock import Clock
from tests.house.guides import plain_guide
from tests.house.people import BOSS, WEIMEI, credential, new_number, new_phone
from tests.house.platforms import MENU, SEND, Platforms
from tests.house.stores import ADDRESS
from tests.house.worker import NAME, OPENID, PHONE, World
from tests.wechat_backend.worker.dies import POINTS
from wechat_backend.worker.jobs.menu import MenuPublisher

ROOT = Path(__file__).parents[3]


async def until(happened: Callable[[], bool]) -> None:
    for _ in range(250):
        if happened():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not happen within five seconds")


async def test_booking_is_told_by_wechat(world: World, platforms: Platforms) -> None:
    party = await world.person()
    booked = await world.book(party)
    await world.work()
    [message] = platforms.messages.values()
    assert (message["touser"], message["template_id"]) == (OPENID, "TM_APPOINTMENT")
    assert message["url"] == f"https://panyu.test/appointments/{booked['_id']}"
    [values] = platforms.values()
    assert (values["thing1"], values["thing4"]) == ("居住证签注", "预约成功，请按时前往")
    assert values["time3"].endswith("日 09:30")
    assert platforms.texts == {}


@pytest.mark.article("27.recovery")
@pytest.mark.parametrize("point", sorted(POINTS))
async def test_killed_worker_costs_no_notice_and_doubles_none(
    world: World, platforms: Platforms, variables: dict[str, str], clock: Clock, point: str
) -> None:
    await world.book(await world.person())
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.wechat_backend.worker.dies",
        point,
        cwd=ROOT,
        env=variables,
        stderr=subprocess.DEVNULL,
    )
    assert await process.wait() == -signal.SIGKILL
    assert len(platforms.messages) == (point == "after_send")
    clock.advance(LEASE + timedelta(seconds=30))
    await world.work()
    await world.work()
    assert [values["thing4"] for values in platforms.values()] == ["预约成功，请按时前往"]
    assert len(platforms.peer.to(SEND)) == (2 if point == "after_send" else 1)
    assert await world.services.deliveries.documents.distinct("state") == ["sent"]


async def test_code_goes_by_sms_and_an_old_one_does_not(
    world: World, platforms: Platforms, clock: Clock
) -> None:
    await world.services.phone_codes.request(PHONE, account="a1", address=ADDRESS, by=world.by())
    await world.work()
    [text] = platforms.texts.values()
    assert (text["phone"], text["template"]) == (PHONE, "SMS_CODE")
    await world.services.phone_codes.check(PHONE, text["code"], account="a1", by=world.by())

    clock.advance(timedelta(minutes=2))
    await world.services.phone_codes.request(PHONE, account="a1", address=ADDRESS, by=world.by())
    clock.advance(timedelta(minutes=2))
    await world.services.phone_codes.request(PHONE, account="a1", address=ADDRESS, by=world.by())
    await world.work()
    assert len(platforms.texts) == 2
    assert await world.services.deliveries.documents.distinct("code", {"state": "skipped"}) == ["newer_code"]

    clock.advance(timedelta(minutes=2))
    await world.services.phone_codes.request(PHONE, account="a1", address=ADDRESS, by=world.by())
    clock.advance(timedelta(minutes=6))
    await world.work()
    assert len(platforms.texts) == 2


async def test_queues_hold_nothing_personal(world: World, database: Any, platforms: Platforms) -> None:
    await world.services.phone_codes.request(PHONE, account="a1", address=ADDRESS, by=world.by())
    await world.book(await world.person())
    await world.work()
    [code] = [text["code"] for text in platforms.texts.values()]
    for name in ("events", "deliveries"):
        kept = str([document async for document in database[name].find({})])
        assert PHONE not in kept
        assert code not in kept
        assert "古丽" not in kept


@pytest.mark.parametrize("known", [True, False])
async def test_not_following_gets_one_text(world: World, platforms: Platforms, known: bool) -> None:
    """Whether we know that they stopped following, or only WeChat does."""
    party = await world.person()
    platforms.followers = set()
    if known:
        await world.services.accounts.unfollow(OPENID, world.by())
    await world.book(party)
    await world.work()
    await world.work()
    assert len(platforms.peer.to(SEND)) == (0 if known else 1)
    [text] = platforms.texts.values()
    assert (text["phone"], text["item"], text["status"]) == (PHONE, "居住证签注", "预约成功，请按时前往")


async def test_old_account_is_told_of_a_rebinding(world: World, platforms: Platforms) -> None:
    number = new_number()
    await world.person(number=number)
    await world.work()
    await world.bound(await world.account("openid-new"), NAME, number=number, phone=PHONE)
    await world.work()
    [message] = platforms.messages.values()
    assert (message["touser"], message["template_id"]) == (OPENID, "TM_REBINDING")


async def test_a_change_of_phone_at_a_window_is_told_to_the_old_phone_too(
    world: World, platforms: Platforms
) -> None:
    number, new = new_number(), new_phone()
    await world.person(number=number)
    await world.stores.applicants.verify_at_window(
        ApplicantKind.PERSON, credential(number), name=NAME, phone=new, by=world.by_staff()
    )
    await world.work()
    [message] = platforms.messages.values()
    assert (message["touser"], message["template_id"]) == (OPENID, "TM_REBINDING")
    [text] = platforms.texts.values()
    assert (text["phone"], text["template"]) == (PHONE, "SMS_FORMER_PHONE")
    kept = str([document async for document in world.stores.outbox.documents.find({})])
    assert PHONE not in kept
    assert new not in kept


async def test_agency_is_told_to_the_representative_then_the_agent(
    world: World, platforms: Platforms
) -> None:
    agent, boss = await world.person(), await world.person("openid-of-boss", new_phone(), BOSS[1])
    agency = await world.stores.agencies.request(agent.agent, await world.body(), world.by())
    await world.work()
    await world.stores.agencies.decide(agency["_id"], boss.agent, confirmed=True, by=world.by())
    await world.work()
    assert [message["touser"] for message in platforms.messages.values()] == ["openid-of-boss", OPENID]
    assert [values["thing3"] for values in platforms.values()] == ["待您确认", "已确认"]
    told = platforms.values()[0]
    assert (told["thing1"], told["thing2"]) == (WEIMEI[0], "古***")


async def test_menu_is_published_once(world: World, platforms: Platforms, clock: Clock) -> None:
    await asyncio.gather(*(world.do("menu") for _ in range(4)))
    assert len(platforms.peer.to(MENU)) == 1
    clock.advance(timedelta(minutes=1))
    await world.do("menu")
    assert len(platforms.peer.to(MENU)) == 1
    wechat = world.gateways.wechat
    changed = MenuPublisher(world.services.leases, wechat, {"button": []}, world.clock)
    clock.advance(timedelta(minutes=1))
    await changed.job.run()
    assert [call.json for call in platforms.peer.to(MENU)][1:] == [{"button": []}]


async def test_menu_that_was_lost_comes_back(world: World, platforms: Platforms, clock: Clock) -> None:
    await world.do("menu")
    platforms.peer.answers["/cgi-bin/menu/get"] = {"errcode": 46003}
    clock.advance(timedelta(minutes=1))
    await world.do("menu")
    assert len(platforms.peer.to(MENU)) == 2


async def test_menu_that_failed_is_tried_again(world: World, platforms: Platforms, clock: Clock) -> None:
    platforms.peer.answers[MENU] = {"errcode": -1}
    with pytest.raises(Exception, match="-1"):
        await world.do("menu")
    platforms.peer.answers[MENU] = {"errcode": 0}
    await world.do("menu")
    assert len(platforms.peer.to(MENU)) == 1
    clock.advance(timedelta(minutes=1))
    await world.do("menu")
    assert len(platforms.peer.to(MENU)) == 2


async def test_worker_runs_survives_faults_and_stops(world: World, platforms: Platforms) -> None:
    failures = iter([RuntimeError("a fault"), RuntimeError("another")])
    relay = world.worker.loop("relay")
    well = relay.job.run

    async def faulty() -> float:
        for failure in failures:
            raise failure
        return await well()

    relay.job = replace(relay.job, run=faulty)
    running = asyncio.create_task(world.worker.run())
    await world.book(await world.person())
    await until(lambda: bool(platforms.messages))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    [alive] = await world.services.workers.alive(world.clock())
    assert alive["_id"] == world.worker.name
    assert len(platforms.messages) == 1


async def test_stuck_events_are_named_once_and_counted(
    world: World, platforms: Platforms, monkeypatch: Any, capsys: Any
) -> None:
    booked = await world.book(await world.person())
    planned = notices.plan

    def faulty(event: KeptEvent, document: Document) -> list[Plan]:
        if event["name"] == "appointment.booked":
            raise KeyError("item")
        return planned(event, document)

    monkeypatch.setattr(notices, "plan", faulty)
    await world.services.phone_codes.request(PHONE, account="a1", address=ADDRESS, by=world.by())
    capsys.readouterr()
    await world.work()
    await world.work()
    await world.do("heartbeat")
    said = capsys.readouterr().out
    assert said.count("events_stuck") == 1
    assert f"document=appointments/{booked['_id']}" in said
    assert "KeyError" in said
    [heartbeat] = [line for line in said.splitlines() if "heartbeat" in line]
    for count in ("stuck=1", "due=0", "retrying=0", "failed=0"):
        assert count in heartbeat
    assert len(platforms.texts) == 1
    monkeypatch.setattr(notices, "plan", planned)
    await world.work()
    assert len(platforms.messages) == 1
    assert world.worker.relay.stuck == {}


async def test_what_is_on_its_way_arrives_before_the_worker_stops(world: World, platforms: Platforms) -> None:
    await world.book(await world.person())
    platforms.peer.delay = 0.4
    running = asyncio.create_task(world.worker.run())
    await until(lambda: bool(platforms.peer.to(SEND)))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await world.services.deliveries.documents.distinct("state") == ["sent"]


async def test_the_request_id_goes_all_the_way(world: World, platforms: Platforms, capsys: Any) -> None:
    booked = await world.book(await world.person())
    [event] = (await world.stores.appointments.get(booked["_id"]))["events"]
    capsys.readouterr()
    await world.work()
    sent = [line for line in capsys.readouterr().out.splitlines() if "delivery_sent" in line]
    assert sent
    assert all(f"request={event['request']}" in line for line in sent)


async def test_files_that_nobody_holds_are_swept(world: World, clock: Clock) -> None:
    party, by = await world.person(), world.by()
    draft = (await world.stores.filing.start(party, plain_guide().item, by)).application
    used, waste = [await world.file(party.id, draft["_id"], "id_card") for _ in range(2)]
    case = await world.stores.filing.case(draft["_id"], party)
    await world.stores.papers.attach(case, "id_card", used, by)
    clock.advance(timedelta(days=2))
    await world.do("sweep")
    assert (await world.stores.materials.get(waste["_id"]))["dropped_at"]
    assert (await world.stores.materials.read(used["_id"]))[1]
