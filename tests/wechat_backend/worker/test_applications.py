"""What people and the government's systems are told of an application, from receipt to review."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.applications import How, State
from models.guides import ItemType
from models.outgoing import Stage
from simulator import Running
from tests.house.clock import Clock
from tests.house.desk import place_of
from tests.house.guides import DEPARTMENT, plain_guide
from tests.house.people import BOSS, new_number, new_phone
from tests.house.places import hall
from tests.house.platforms import Platforms
from tests.house.worker import OPENID, PHONE, World, letters, li_follows, person_of, work


@pytest.mark.article("11.forms")
async def test_receipt_by_wechat_and_sms(world: World, platforms: Platforms) -> None:
    found = await world.application(party=await world.person())
    await world.work()
    [message], [text] = platforms.messages.values(), platforms.texts.values()
    assert (message["touser"], message["template_id"]) == (OPENID, "TM_RECEIPT")
    assert message["url"] == f"https://panyu.test/applications/{found['_id']}/receipt"
    [values] = platforms.values()
    assert (values["character_string1"], values["thing2"]) == (found["serial"], "居住证签注")
    assert values["thing3"] == DEPARTMENT.name
    assert values["thing5"] == text["coming"] == "网上办理，无需到场"
    assert (text["phone"], text["serial"]) == (PHONE, found["serial"])


SEALED = {"handling": "pre_acceptance", "visits": 1}
PRINTED = {"handling": "form_generation", "visits": 1}
AT_ONCE = PRINTED | {"deliverable_in": ["paper"], "time_limit": {"on_the_spot": True}}


@pytest.mark.article("11.contents", "11.forms", "13.pushed")
@pytest.mark.parametrize(
    ("changes", "how", "coming", "in_the_end"),
    [
        ({}, How.ELECTRONIC, "网上办理，无需到场", "请查看结果，欢迎评价"),
        ({}, How.COURIER, "网上办理，无需到场", "结果将快递到付寄给您"),
        ({}, How.WINDOW, "办结后到窗口领取", "请带证件到窗口领取结果"),
        (PRINTED, How.ELECTRONIC, "请打印签字后到窗口提交", "请查看结果，欢迎评价"),
        (PRINTED, How.WINDOW, "请打印签字后到窗口提交，办结后到窗口领取", "请带证件到窗口领取结果"),
        (AT_ONCE, How.WINDOW, "请打印后到窗口办理，当场领取结果", "请查看结果，欢迎评价"),
        (SEALED, How.WINDOW, "审批通过后到窗口签字盖章并领取结果", "请带证件到窗口签字盖章并领取结果"),
    ],
)
async def test_notices_say_whether_when_and_where_one_comes(
    world: World, platforms: Platforms, changes: dict[str, Any], how: How, coming: str, in_the_end: str
) -> None:
    await world.stores.halls.put(hall(), world.by())
    guide = plain_guide(5, **changes)
    desk = world.desk(await world.person())
    found = await desk.hand_in(await desk.filled(guide), place_of(guide, how))
    await world.work()
    [text] = platforms.texts.values()
    assert [values["thing5"] for values in platforms.values()] == [coming]
    assert text["coming"] == coming
    if found["state"] is State.GENERATED:
        await desk.receive(found["_id"])
    await desk.accept(found["_id"])
    await desk.approve(found["_id"])
    await world.work()
    assert [values["thing5"] for values in platforms.values() if values["thing3"] == "已办结"] == [in_the_end]


@pytest.mark.article("11.forms")
async def test_receipt_of_who_does_not_follow_is_one_text(world: World, platforms: Platforms) -> None:
    platforms.followers = set()
    await world.application(party=await world.person())
    await world.work()
    assert len(platforms.texts) == 1
    states = await world.services.deliveries.documents.distinct("state", {"channel": "wechat"})
    assert states == ["skipped"]


@pytest.mark.article("13.pushed")
async def test_who_has_unbound_hears_by_text_and_the_account_no_more(
    world: World, platforms: Platforms
) -> None:
    party = await world.person()
    await world.application(party=party)
    await world.services.applicants.unbind(party.id, party.account, world.by())
    await world.work()
    assert platforms.messages == {}
    [text] = platforms.texts.values()
    assert text["phone"] == PHONE


FOR_ALL = plain_guide(2, audience=["person", "enterprise"])


@pytest.mark.article("13.pushed")
async def test_a_body_hears_through_its_agent_then_through_its_representative(
    world: World, platforms: Platforms
) -> None:
    agent, boss = await world.person(), await world.person("openid-of-boss", new_phone(), BOSS[1])
    body = await world.body()
    agency = await world.confirmed(agent, body, boss)
    found = await world.application(party=replace(agent, applicant=body), guide=FOR_ALL)
    await world.work()
    receipts = [m["touser"] for m in platforms.messages.values() if m["template_id"] == "TM_RECEIPT"]
    assert receipts == [OPENID]
    await world.stores.agencies.end(agency["_id"], boss.applicant, world.by())
    await world.staff.accept(found["_id"])
    await world.work()
    told = [m["touser"] for m in platforms.messages.values() if m["template_id"] == "TM_PROGRESS"]
    assert told == ["openid-of-boss"]


@pytest.mark.article("12.denial", "13.pushed")
async def test_a_denial_is_told_in_the_words_of_its_type(world: World, platforms: Platforms) -> None:
    benefit = plain_guide(3, type=ItemType.BENEFIT)
    found = await world.application(State.ACCEPTED, party=await world.person(), guide=benefit)
    await world.work()
    platforms.messages.clear()
    await world.staff.conclude(found["_id"], "denied", "不符合条件", None)
    await world.work()
    told = [m["data"] for m in platforms.messages.values() if m["template_id"] == "TM_PROGRESS"]
    assert [data["thing3"]["value"] for data in told] == ["不予给付"]


@pytest.mark.article("13.pushed")
async def test_a_request_for_supplements_is_told_with_its_reason(world: World, platforms: Platforms) -> None:
    """By WeChat and, to who does not follow, by SMS; a returned one too."""
    party = await world.person()
    found = await world.application(party=party)
    await world.staff.request_supplement(found["_id"], ["id_card"], [], "身份证照片看不清")
    await world.work()
    [told] = [m["data"] for m in platforms.messages.values() if m["template_id"] == "TM_PROGRESS"]
    assert (told["thing3"]["value"], told["thing5"]["value"]) == ("需要补齐补正", "身份证照片看不清")

    platforms.followers = set()
    other = await world.application(State.ACCEPTED, party=party, guide=FOR_ALL)
    await world.staff.return_(other["_id"], "已超过期限")
    await world.work()
    [text] = [text for text in platforms.texts.values() if text.get("status") == "已退件"]
    assert text["note"] == "已超过期限"


@pytest.mark.article("12.silence", "13.pushed")
async def test_silence_accepts_a_permit_at_its_moment_and_the_applicant_is_told_once(
    world: World, platforms: Platforms, clock: Clock
) -> None:
    permit = plain_guide(4, type=ItemType.PERMIT)
    found = await world.application(party=await world.person(), guide=permit)
    await world.work()
    silence = found["clocks"]["silence"]
    assert silence
    assert silence["due"]
    clock.advance(silence["due"] - clock.now() - timedelta(seconds=1))
    await world.do("schedule")
    assert (await world.services.applications.get(found["_id"]))["state"] == State.SUBMITTED
    clock.advance(timedelta(seconds=2))
    for _ in range(2):
        await world.do("schedule")
        await world.worker.loop("schedule").job.end()
        await world.work()
    accepted = await world.services.applications.get(found["_id"])
    assert (accepted["state"], accepted.get("accepted_at")) == (State.ACCEPTED, found.get("received_at"))
    told = [m["data"] for m in platforms.messages.values() if m["template_id"] == "TM_PROGRESS"]
    assert [(data["thing3"]["value"], data["thing5"]["value"]) for data in told] == [
        ("视为已受理", "逾期未答复，依法视为受理")
    ]


@pytest.mark.article("13.pushed")
async def test_nobody_to_reach_stays_in_sight(world: World, platforms: Platforms) -> None:
    """The representative has never been here, and the agent is none any more."""
    agent = await world.person()
    body = await world.body(representative=new_number())
    await world.application(party=replace(agent, applicant=body), guide=FOR_ALL)
    await world.work()
    assert [each["code"] for each in (await world.services.deliveries.page(Stage.FAILED)).rows] == [
        "no_phone"
    ]


@pytest.mark.article("13.pushed", "17.system")
async def test_progress_and_review_reach_everybody_once(simulated: World, simulator: Running) -> None:
    party = await li_follows(simulator, simulated)
    found = await simulated.application(State.CONCLUDED, party=party)
    await simulated.review(party, "application", found)
    await simulated.work()
    await simulated.work()
    wechat, government = simulator.simulator.wechat, simulator.simulator.government
    told = sorted(message["data"]["thing3"] for message in wechat.template_messages)
    assert told == sorted([DEPARTMENT.name, "已受理", "已办结"])
    assert len(simulator.simulator.aliyun.inbox(person_of(simulator, "li").phone)) == 1
    states = [record["body"]["state"] for record in government.records["acceptance"]]
    assert sorted(states) == ["accepted", "concluded", "submitted"]
    [given] = [record["body"] for record in government.records["reviews"]]
    assert (given["projectNo"], given["satisfaction"], given["userProp"]) == (found["serial"], "5", "1")
    assert given["userName"] == "古***"
    assert given["acceptDate"]
    assert (await simulated.services.deliveries.page(Stage.FAILED)).rows == []


@pytest.mark.article("17.system")
async def test_review_of_an_appointment(simulated: World, simulator: Running) -> None:
    party = await li_follows(simulator, simulated)
    booked = await simulated.book(party)
    await simulated.review(party, "appointment", await simulated.served(booked), level=4)
    await simulated.work()
    [given] = [record["body"] for record in simulator.simulator.government.records["reviews"]]
    assert (given["projectNo"], given["satisfaction"]) == (booked["_id"], "4")
    assert (await simulated.services.deliveries.page(Stage.FAILED)).rows == []


async def test_who_is_invited_to_sign_hears_with_the_page_that_books_it(
    simulated: World, simulator: Running
) -> None:
    guide = plain_guide(9, **SEALED)
    desk = simulated.desk(await li_follows(simulator, simulated))
    key = (await desk.hand_in(await desk.filled(guide), place_of(guide, How.WINDOW)))["_id"]
    await desk.accept(key)
    await work(simulated)
    case = await desk.at(key, "approver")
    await simulator.simulator.wechat.unfollow(person_of(simulator, "li"))
    await simulated.stores.inviting.invite(case, "sign", desk.house.by_staff("approver"))
    await work(simulated)
    [text] = letters(simulator, "SMS_BOOKING")
    assert "请到大厅现场补签名盖章" in text
    assert text.endswith(f"/appointments/new?item={guide.item}")
    case = await desk.at(key, "approver")
    await simulated.stores.inviting.withdraw(case, "sign", desk.house.by_staff("approver"))
    await work(simulated)
    assert "邀请已收回" in letters(simulator, "SMS_PROGRESS")[-1]
    assert "现场补签名盖章，不必再到大厅" in letters(simulator, "SMS_PROGRESS")[-1]


async def test_an_invitation_that_is_over_before_it_went_out_is_not_sent(
    simulated: World, simulator: Running
) -> None:
    guide = plain_guide(9, **SEALED)
    desk = simulated.desk(await li_follows(simulator, simulated))
    key = (await desk.hand_in(await desk.filled(guide), place_of(guide, How.WINDOW)))["_id"]
    await desk.accept(key)
    case = await desk.at(key, "approver")
    await simulated.stores.inviting.invite(case, "sign", desk.house.by_staff("approver"))
    await desk.approve(key)
    await work(simulated)
    [told] = await simulated.services.deliveries.documents.find({"notice": "booking"}).to_list()
    assert (told["state"], told["code"]) == ("skipped", "invitation_over")
