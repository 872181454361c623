"""What people and the government's systems are told of an application, from receipt to review."""

from typing import Any

import pytest

from models.applications import Application
from models.events import Channel, Event
from models.people.applicants import Applicant
from models.people.credentials import ApplicantKind, Credential, CredentialKind
from models.people.parties import Party
from models.store import ChangedMeanwhile, entry
from simulator import Running
from tests.handlers.guides import a_guide
from tests.wechat_backend.worker.people import li_follows, somebody
from tests.wechat_backend.worker.platforms import Platforms
from tests.wechat_backend.worker.world import OPENID, PHONE, World

SERIAL = "20261124ABCDEFGHJK0"


async def submitted(world: World, party: Party, **changes: Any) -> Application:
    """An application in the shape of docs/architecture.md, just handed in."""
    guide = a_guide()
    event = Event("application.submitted", "application-1", world.by())
    document = {
        "_id": "application-1",
        "serial": SERIAL,
        "applicant": party.id,
        "agent": party.agent["_id"],
        "account": party.account,
        "masked_name": "王**",
        "guide": guide.key,
        "item": guide.item,
        "item_name": guide.name,
        "department": guide.department,
        "department_name": "番禺区来穗人员服务管理局",
        "type": guide.type.value,
        "handling": guide.handling.value,
        "result": None,
        "state": "submitted",
        "timeline": [entry(event)],
    }
    return await world.services.applications.add(document | changes, event)


async def goes_on(world: World, name: str, state: str) -> None:
    event = Event(f"application.{name}", "application-1", world.by("staff:chen", Channel.WINDOW))
    await world.services.applications.change(
        "application-1",
        expects={},
        sets={"state": state},
        update={"$push": {"timeline": entry(event)}},
        event=event,
        otherwise=ChangedMeanwhile,
    )


async def review(world: World, matter: str, party: Party, level: int = 5) -> None:
    by = world.by(f"applicant:{party.id}")
    document = {
        "_id": matter,
        "level": level,
        "tags": [],
        "words": "很快",
        "at": by.at,
        "channel": by.channel,
    }
    await world.services.reviews.add(document, Event("review.given", matter, by))


@pytest.mark.article(11)
async def test_receipt_by_wechat_and_sms(world: World, platforms: Platforms) -> None:
    await submitted(world, await world.person())
    await world.work()
    [message], [text] = platforms.messages.values(), platforms.texts.values()
    assert (message["touser"], message["template_id"]) == (OPENID, "TM_RECEIPT")
    assert message["url"] == "https://panyu.test/applications/application-1/receipt"
    [values] = platforms.values()
    assert (values["character_string1"], values["thing2"]) == (SERIAL, "居住证签注")
    assert values["thing3"] == "番禺区来穗人员服务管理局"
    assert values["thing5"] == "全流程网办"
    assert (text["phone"], text["serial"]) == (PHONE, SERIAL)


@pytest.mark.article(11)
async def test_receipt_of_who_does_not_follow_is_one_text(world: World, platforms: Platforms) -> None:
    platforms.followers = set()
    await submitted(world, await world.person())
    await world.work()
    assert len(platforms.texts) == 1
    states = await world.services.deliveries.documents.distinct("state", {"channel": "wechat"})
    assert states == ["skipped"]


@pytest.mark.article(13)
async def test_who_has_unbound_hears_by_text_and_the_account_no_more(
    world: World, platforms: Platforms
) -> None:
    party = await world.person()
    await submitted(world, party)
    await world.services.applicants.unbind(party.id, party.account, world.by())
    await world.work()
    assert platforms.messages == {}
    [text] = platforms.texts.values()
    assert text["phone"] == PHONE


async def body_of(world: World, representative: str) -> Applicant:
    return await world.services.applicants.register_body(
        ApplicantKind.ENTERPRISE,
        Credential(CredentialKind.USCC, "91440101231244152Y"),
        name="番禺区某机械制造有限公司",
        representative=representative,
        by=world.by(),
    )


@pytest.mark.article(13)
async def test_a_body_hears_through_its_agent_then_through_its_representative(
    world: World, platforms: Platforms
) -> None:
    agent = await world.person()
    boss = await world.person("openid-of-boss", "13700137000", "440113197001010013")
    body = await body_of(world, boss.applicant["credential"]["number_index"])
    agency = await world.services.agencies.request(agent.applicant, body, world.by())
    await world.services.agencies.decide(agency["_id"], boss.applicant, confirmed=True, by=world.by())
    await submitted(world, agent, applicant=body["_id"])
    await world.work()
    receipts = [m["touser"] for m in platforms.messages.values() if m["template_id"] == "TM_RECEIPT"]
    assert receipts == [OPENID]
    await world.services.agencies.end(agency["_id"], boss.applicant, world.by())
    await goes_on(world, "accepted", "accepted")
    await world.work()
    told = [m["touser"] for m in platforms.messages.values() if m["template_id"] == "TM_PROGRESS"]
    assert told == ["openid-of-boss"]


@pytest.mark.article(13)
async def test_a_denial_is_told_in_the_words_of_its_type(world: World, platforms: Platforms) -> None:
    denied = {"decision": "denied", "reason": "不符合条件", "deliverable": None, "file_name": None}
    await submitted(world, await world.person(), type="benefit", result=denied)
    await goes_on(world, "concluded", "concluded")
    await world.work()
    told = [m["data"] for m in platforms.messages.values() if m["template_id"] == "TM_PROGRESS"]
    assert [data["thing3"]["value"] for data in told] == ["不予给付"]


@pytest.mark.article(13)
async def test_nobody_to_reach_stays_in_sight(world: World, platforms: Platforms) -> None:
    party = await world.person()
    body = await body_of(world, "somebody whom nobody knows here")
    await submitted(world, party, applicant=body["_id"])
    await world.work()
    assert [each["code"] for each in await world.services.deliveries.failed()] == ["no_phone"]


@pytest.mark.article(13)
async def test_progress_and_review_reach_everybody_once(simulated: World, simulator: Running) -> None:
    party = await li_follows(simulator, simulated)
    await submitted(simulated, party)
    await goes_on(simulated, "accepted", "accepted")
    await goes_on(simulated, "concluded", "concluded")
    await review(simulated, "application:application-1", party)
    await simulated.work()
    await simulated.work()
    wechat, government = simulator.simulator.wechat, simulator.simulator.government
    told = sorted(message["data"]["thing3"] for message in wechat.template_messages)
    assert told == sorted(["番禺区来穗人员服务管理局", "已受理", "已办结"])
    assert len(simulator.simulator.aliyun.inbox(somebody(simulator, "li").phone)) == 1
    states = [record["body"]["state"] for record in government.records["acceptance"]]
    assert sorted(states) == ["accepted", "concluded", "submitted"]
    [given] = [record["body"] for record in government.records["reviews"]]
    assert (given["projectNo"], given["satisfaction"], given["userProp"]) == (SERIAL, "5", "1")
    assert given["userName"] == "古***"
    assert given["acceptDate"]
    assert await simulated.services.deliveries.failed() == []


@pytest.mark.article(17)
async def test_review_of_an_appointment(simulated: World, simulator: Running) -> None:
    party = await li_follows(simulator, simulated)
    booked = await simulated.book(party)
    await review(simulated, f"appointment:{booked['_id']}", party, level=4)
    await simulated.work()
    [given] = [record["body"] for record in simulator.simulator.government.records["reviews"]]
    assert (given["projectNo"], given["satisfaction"]) == (booked["_id"], "4")
    assert await simulated.services.deliveries.failed() == []
