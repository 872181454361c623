"""The same against a peer as strict as the platforms are."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from models.errors import Unauthenticated
from models.outgoing.deliveries import LEASE, Deliveries
from models.people.credentials import CredentialKind
from models.people.verification import BodyVerdict, PlatformUser, Verdict
from simulator import Running
from simulator.faults import Fault
from tests.house.clock import Clock
from tests.house.stores import ADDRESS
from tests.house.worker import World, li_follows, person_of
from wechat_backend.worker.sender import QUOTA_WAIT

SEND = "message/template/send"


async def test_from_follow_to_notice_and_its_outcome(simulated: World, simulator: Running) -> None:
    party = await li_follows(simulator, simulated)
    await simulated.book(party)
    await simulated.work()
    [message] = simulator.simulator.wechat.template_messages
    assert (message["person"], message["data"]["thing4"]) == ("li", "预约成功，请按时前往")
    for _ in range(500):
        if await simulated.services.deliveries.documents.count_documents({"outcome": "success"}):
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("the outcome was not recorded")


async def test_lost_answer_does_not_double(simulated: World, simulator: Running, clock: Clock) -> None:
    party = await li_follows(simulator, simulated)
    await simulated.book(party)
    simulator.simulator.faults.order(Fault(operation=SEND, lost=True))
    await simulated.work()
    clock.advance(LEASE)
    await simulated.work()
    assert simulator.simulator.calls[SEND] == 2
    assert len(simulator.simulator.wechat.template_messages) == 1
    assert await simulated.services.deliveries.documents.distinct("state") == ["sent"]


@pytest.mark.parametrize("lost", ["the answer", "the worker"])
async def test_a_short_message_whose_end_is_not_known_is_looked_for(
    simulated: World, simulator: Running, clock: Clock, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """Aliyun sends a repeat again: it is asked whether it has the message of the attempt before."""
    party = await li_follows(simulator, simulated)
    await simulated.services.accounts.unfollow(simulator.simulator.wechat.ids.openid("li"), simulated.by())
    await simulated.book(party)
    with monkeypatch.context() as dying:
        if lost == "the answer":
            simulator.simulator.faults.order(Fault(operation="SendSms", lost=True))
        else:
            dying.setattr(Deliveries, "sent", _killed)
        with suppress(ZeroDivisionError):
            await simulated.work()
    for _ in range(2):
        clock.advance(LEASE)
        await simulated.work()
    assert len(simulator.simulator.aliyun.messages) == 1
    [text] = await of_sms(simulated)
    assert text["state"] == "sent"


async def of_sms(world: World) -> list[Any]:
    return [one async for one in world.services.deliveries.documents.find({"channel": "sms"})]


async def _killed(*_args: Any) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("trouble", ["expire", "invalidate"])
async def test_token_trouble_goes_unnoticed(simulated: World, simulator: Running, trouble: str) -> None:
    party = await li_follows(simulator, simulated)
    booked = await simulated.book(party)
    await simulated.work()
    getattr(simulator.simulator.wechat.tokens, trouble)()
    await simulated.services.appointments.cancel(booked["_id"], party, simulated.by())
    await simulated.work()
    said = [message["data"]["thing4"] for message in simulator.simulator.wechat.template_messages]
    assert said == ["预约成功，请按时前往", "已取消"]
    assert simulator.simulator.calls["stable_token"] == 2


async def test_eight_clients_need_one_token(simulated: World, simulator: Running) -> None:
    openid = simulator.simulator.wechat.ids.openid("li")
    found = await asyncio.gather(*(simulated.gateways.wechat.user(openid) for _ in range(8)))
    assert {each["subscribe"] for each in found} == {0}
    assert simulator.simulator.calls["stable_token"] == 1


async def test_quota_backs_off(simulated: World, simulator: Running, clock: Clock) -> None:
    party = await li_follows(simulator, simulated)
    simulator.simulator.faults.order(Fault(operation=SEND, times=2, errcode=45009))
    booked = await simulated.book(party)
    await simulated.services.appointments.cancel(booked["_id"], party, simulated.by())
    await simulated.work()
    assert simulator.simulator.calls[SEND] == 1
    for _ in range(2):
        clock.advance(QUOTA_WAIT)
        await simulated.work()
    assert len(simulator.simulator.wechat.template_messages) == 2


async def test_who_left_or_blocks_gets_a_text(simulated: World, simulator: Running, clock: Clock) -> None:
    party = await li_follows(simulator, simulated)
    simulator.simulator.wechat.following.clear()  # and the event was lost
    booked = await simulated.book(party)
    await simulated.work()
    [text] = simulator.simulator.aliyun.inbox(person_of(simulator, "li").phone)
    assert "预约成功，请按时前往" in text["text"]

    simulator.simulator.wechat.following["li"] = clock.now()
    simulator.simulator.wechat.blocking.add("li")
    clock.advance(timedelta(minutes=1))
    await simulated.services.appointments.cancel(booked["_id"], party, simulated.by())
    await simulated.work()
    for _ in range(500):
        await simulated.work()
        if len(simulator.simulator.aliyun.messages) == 2:
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("nobody told who blocks the account")
    told = simulator.simulator.aliyun.inbox(person_of(simulator, "li").phone)[-1]["text"]
    assert "已取消" in told
    assert "请按时前往" not in told


async def test_code_arrives(simulated: World, simulator: Running) -> None:
    phone = person_of(simulator, "wang").phone
    await simulated.services.phone_codes.request(phone, account="a1", address=ADDRESS, by=simulated.by())
    await simulated.work()
    [text] = simulator.simulator.aliyun.inbox(phone)
    await simulated.services.phone_codes.check(
        phone, text["parameters"]["code"], account="a1", by=simulated.by()
    )


async def test_menu_is_taken(simulated: World, simulator: Running) -> None:
    await simulated.do("menu")
    kept = await simulated.gateways.wechat.menu()
    assert [button["name"] for button in (kept or {})["button"]] == ["办事", "查询", "我的"]
    assert simulator.simulator.wechat.button([2, 2]) is not None


@pytest.mark.parametrize("person", ["chen", "he", "smith", "nguyen", "wu"])
@pytest.mark.article("7.registration")
async def test_every_kind_of_credential_is_verified(
    simulated: World, simulator: Running, person: str
) -> None:
    known = person_of(simulator, person)
    verify = simulated.services.verifier.person
    for credential in known.credentials:
        assert await verify(CredentialKind(credential.kind), known.name, credential.number) is Verdict.MATCH
        assert await verify(CredentialKind(credential.kind), "王五", credential.number) is Verdict.MISMATCH
    unknown = CredentialKind.PASSPORT, "E00000001"
    assert await verify(unknown[0], known.name, unknown[1]) is Verdict.NO_RECORD


@pytest.mark.parametrize("body", ["weimei", "chenji", "wenhua"])
@pytest.mark.article("7.agent")
async def test_bodies_are_verified(simulated: World, simulator: Running, body: str) -> None:
    [known] = [each for each in simulator.simulator.people.bodies if each.id == body]
    boss = person_of(simulator, known.representative)
    for credential in known.credentials:
        found = await simulated.services.verifier.body(
            CredentialKind(credential.kind), known.name, credential.number
        )
        assert found == BodyVerdict(Verdict.MATCH, boss.name, boss.credentials[0].number)


async def test_sign_in_is_once(simulated: World, simulator: Running) -> None:
    wechat = simulator.simulator.wechat
    identity = simulated.services.identity
    code = wechat.signins.code("li", "snsapi_base")
    user = await identity.exchange(code)
    assert user.openid == wechat.ids.openid("li")
    for bad in (code, "invented", wechat.signins.code("li", "snsapi_base", snapshot=True)):
        with pytest.raises(Unauthenticated):
            await identity.exchange(bad)
    mini = await identity.miniprogram_session(wechat.signins.code("li", "miniprogram"))
    assert mini == PlatformUser(wechat.ids.miniprogram_openid("li"), wechat.ids.unionid("li"))
