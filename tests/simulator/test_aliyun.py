"""Aliyun's side, called by Aliyun's own SDK: what is signed, what is refused, and what arrives."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

from models.outgoing.notices import NOTICES
from simulator import start
from simulator.aliyun.service import PANYU, TEMPLATES, signature
from tests.house.clock import Clock
from tests.simulator.conftest import CONFIG, Peer, Service

VERSION = {"SendSms": "2017-05-25", "QuerySendDetails": "2017-05-25", "Id2MetaVerify": "2019-03-07"}
CODE = {
    "PhoneNumbers": "13900010002",
    "SignName": "番禺政务",
    "TemplateCode": "SMS_CODE",
    "TemplateParam": '{"code": "314159"}',
}


class Now(Clock):
    """The SDK stamps by the machine's clock, so the simulator has to go by that too."""

    def __init__(self) -> None:
        super().__init__()
        self.time = datetime.now(UTC)


@pytest.fixture
async def peer(service: Service) -> AsyncIterator[Peer]:
    clock = Now()
    running = await start(replace(CONFIG), clock.now)
    peer = Peer(running, service, clock)
    yield peer
    peer.http.close()
    await running.close()


async def act(
    peer: Peer, action: str, parameters: dict[str, str], *, key: str = CONFIG.aliyun_key_id,
    secret: str = CONFIG.aliyun_key_secret, version: str = "", query: bool = False, method: str = "POST",
) -> dict[str, Any]:  # fmt: skip
    """What the SDK gives back.

    Raises:
        ServerException
    """
    request = CommonRequest(
        domain=peer.url.removeprefix("http://"), version=version or VERSION[action], action_name=action
    )
    request.set_method(method)
    request.set_protocol_type("http")
    for name, value in parameters.items():
        (request.add_query_param if query else request.add_body_params)(name, value)
    client = AcsClient(key, secret, "cn-hangzhou", auto_retry=False)
    answer: dict[str, Any] = json.loads(await asyncio.to_thread(client.do_action_with_exception, request))
    return answer


async def sms(peer: Peer, **changes: str) -> str:
    return str((await act(peer, "SendSms", CODE | changes))["Code"])


async def refused(peer: Peer, action: str = "SendSms", **options: Any) -> tuple[int, str]:
    with pytest.raises(ServerException) as caught:
        await act(peer, action, options.pop("parameters", CODE), **options)
    return int(caught.value.get_http_status()), str(caught.value.get_error_code())


def test_the_templates_have_the_parameters_of_the_notices() -> None:
    assert {f"SMS_{notice.name.upper()}": set(notice.parameters) for notice in NOTICES.values()} == {
        name: set(template.parameters) for name, template in TEMPLATES.items()
    }


async def test_a_message_arrives(peer: Peer) -> None:
    answer = await act(peer, "SendSms", CODE | {"OutId": "e1:sms:a1"})
    assert answer["Code"] == "OK"
    [message] = await peer.listed("sms", person="li")
    assert message["id"] == answer["BizId"]
    assert message["parameters"] == {"code": "314159"}
    assert message["text"] == "【番禺政务】验证码314159，5分钟内有效。请勿告诉他人。"
    assert message["out_id"] == "e1:sms:a1"


async def test_out_id_does_not_keep_a_repeat_away(peer: Peer) -> None:
    notice = CODE | {
        "TemplateCode": "SMS_REBINDING",
        "TemplateParam": '{"what": "w", "time": "t"}',
        "OutId": "d1",
    }
    for _ in range(2):
        assert (await act(peer, "SendSms", notice))["Code"] == "OK"
    assert [message["out_id"] for message in await peer.listed("sms")] == ["d1", "d1"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PhoneNumbers": "+8613900010002"}, "OK"),
        ({"PhoneNumbers": "12900010002"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumbers": "1390001000"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"SignName": "别家"}, "isv.SMS_SIGNATURE_ILLEGAL"),
        ({"TemplateCode": "SMS_1"}, "isv.SMS_TEMPLATE_ILLEGAL"),
        ({"TemplateParam": "{code"}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"code": 314159}'}, "isv.INVALID_JSON_PARAM"),
        ({"TemplateParam": '{"kode": "314159"}'}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"TemplateParam": '{"code": "三一四一"}'}, "isv.TEMPLATE_PARAMS_ILLEGAL"),
        ({"TemplateCode": "SMS_REBINDING", "TemplateParam": '{"what": "w", "time": "x"}'}, "OK"),
        ({"TemplateCode": "SMS_REBINDING", "TemplateParam": json.dumps({"what": "w", "time": "x" * 36})},
         "isv.PARAM_LENGTH_LIMIT"),
        ({"TemplateCode": "SMS_REBINDING", "TemplateParam": '{"what": "w", "time": "http://x"}'},
         "isv.PARAM_NOT_SUPPORT_URL"),
    ],
)  # fmt: skip
async def test_business_codes(peer: Peer, changes: dict[str, str], code: str) -> None:
    assert await sms(peer, **changes) == code


async def test_one_code_a_minute_five_an_hour_ten_a_day(peer: Peer) -> None:
    midnight_in_panyu = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    aliyun, outcomes = peer.running.simulator.aliyun, []
    for minutes in (0, 0.5, 1, 2, 3, 4, 5, 61, 62, 63, 64, 65, 126):
        peer.clock.set(midnight_in_panyu.replace(hour=16))
        peer.clock.advance(timedelta(minutes=minutes))
        outcomes.append(aliyun.send_sms(CODE))
    limit = "isv.BUSINESS_LIMIT_CONTROL"
    assert [outcome["Code"] for outcome in outcomes] == [
        "OK", limit, "OK", "OK", "OK", "OK", limit, "OK", "OK", "OK", "OK", "OK", limit,
    ]  # fmt: skip
    assert [outcomes[index]["Message"][2:4] for index in (1, 6, 12)] == ["分钟", "小时", "天级"]
    assert aliyun.send_sms(CODE | {"PhoneNumbers": "13900010003"})["Code"] == "OK"


async def test_who_may_call(peer: Peer) -> None:
    assert await refused(peer, secret="wrong") == (400, "SignatureDoesNotMatch")
    assert await refused(peer, key="LTAIother") == (404, "InvalidAccessKeyId.NotFound")
    assert await refused(peer, version="2016-09-27") == (400, "InvalidVersion")
    assert await refused(peer, query=True) == (400, "PersonalDataInQuery")
    peer.clock.advance(timedelta(minutes=16))
    assert await refused(peer) == (400, "InvalidTimeStamp.Expired")


async def test_get_is_signed_as_get(peer: Peer) -> None:
    assert (await act(peer, "SendSms", CODE, query=True, method="GET"))["Code"] == "OK"


async def test_a_request_counts_once(peer: Peer) -> None:
    given = CODE | {
        "AccessKeyId": CONFIG.aliyun_key_id,
        "Action": "SendSms",
        "Version": "2017-05-25",
        "Timestamp": peer.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": "n1",
    }
    given["Signature"] = signature(CONFIG.aliyun_key_secret, "POST", given)
    aliyun = peer.running.simulator.aliyun
    aliyun.check("POST", {}, given)
    with pytest.raises(Exception, match="SignatureNonceUsed"):
        aliyun.check("POST", {}, given)


async def verify(peer: Peer, name: str, number: str) -> tuple[str, str | None]:
    parameters = {"ParamType": "normal", "UserName": name, "IdentifyNum": number}
    answer = await act(peer, "Id2MetaVerify", parameters)
    return str(answer["Code"]), (answer.get("ResultObject") or {}).get("BizCode")


async def test_real_names(peer: Peer) -> None:
    assert await verify(peer, "李晓明", "440113199406182415") == ("200", "1")
    assert await verify(peer, "何嘉欣", "810000199807140621") == ("200", "1")
    assert await verify(peer, "李小明", "440113199406182415") == ("200", "2")
    assert await verify(peer, "王芳", "44011319890923362x") == ("200", "1")
    assert await verify(peer, "王芳", "440113198909233638") == ("200", "3")
    assert await verify(peer, "王芳2", "44011319890923362X") == ("401", None)
    assert await verify(peer, "阮德明", "944704198505200176") == ("401", None)
    assert await verify(peer, "", "440113198909233638") == ("400", None)


async def test_failures_on_order(peer: Peer) -> None:
    await peer.call("/control/faults", {"operation": "SendSms", "errcode": "isv.AMOUNT_NOT_ENOUGH"})
    assert await sms(peer) == "isv.AMOUNT_NOT_ENOUGH"
    await peer.call("/control/faults", {"operation": "SendSms", "errcode": "Throttling.User"})
    assert await refused(peer) == (400, "Throttling.User")
    assert await sms(peer) == "OK"


ASKED = {"PhoneNumber": "13900010002", "PageSize": "10", "CurrentPage": "1"}


async def details(peer: Peer, **changes: str) -> dict[str, Any]:
    today = peer.clock.now().astimezone(PANYU).strftime("%Y%m%d")
    return await act(peer, "QuerySendDetails", {**ASKED, "SendDate": today, **changes})


@pytest.mark.parametrize(
    ("way", "minutes", "status", "code"),
    [
        ("arrives", 0, 3, "DELIVERED"),
        ("late", 29, 1, ""),
        ("late", 30, 3, "DELIVERED"),
        ("fails", 0, 2, "MK:0001"),
        ("silent", 600, 1, ""),
    ],
)
async def test_what_became_of_a_message_is_reported(
    peer: Peer, way: str, minutes: int, status: int, code: str
) -> None:
    aliyun = peer.running.simulator.aliyun
    aliyun.reports[ASKED["PhoneNumber"]] = way
    sent = await act(peer, "SendSms", CODE | {"OutId": "e1:sms:a1"})
    day = peer.clock.now().astimezone(PANYU).strftime("%Y%m%d")
    given = ASKED | {"SendDate": day, "BizId": sent["BizId"]}
    peer.clock.advance(timedelta(minutes=minutes))
    answer = aliyun.details(given)
    [line] = answer["SmsSendDetailDTOs"]["SmsSendDetailDTO"]
    assert (answer["Code"], answer["TotalCount"]) == ("OK", 1)
    assert (line["SendStatus"], line["ErrCode"], line["OutId"]) == (status, code, "e1:sms:a1")
    assert ("ReceiveDate" in line) is (status != 1)
    assert aliyun.details(given | {"BizId": "another"})["TotalCount"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "OK"),
        ({"PageSize": "51"}, "isv.INVALID_PARAMETERS"),
        ({"CurrentPage": "0"}, "isv.INVALID_PARAMETERS"),
        ({"SendDate": "2026-11-24"}, "isv.INVALID_PARAMETERS"),
        ({"SendDate": "20200101"}, "isv.INVALID_PARAMETERS"),
        ({"PhoneNumber": "12345"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"PhoneNumber": "13900010002,13900010003"}, "isv.MOBILE_NUMBER_ILLEGAL"),
    ],
)
async def test_a_question_about_messages_is_looked_at_strictly(
    peer: Peer, changes: dict[str, str], code: str
) -> None:
    assert (await details(peer, **changes))["Code"] == code
