"""Short messages and real-name checks: what is sent where, and what the answers mean."""

import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any
from urllib.parse import quote

import pytest

from models.errors import BadInput, Unavailable
from models.people.credentials import CredentialKind
from models.people.verification import BodyVerdict, NameMalformed, Verdict, VerifierUnavailable
from tests.house.clock import Clock
from tests.house.peer import Call, Peer
from wechat_backend.gateways.aliyun import PROTOCOLS
from wechat_backend.gateways.base import GatewayError, Remedy
from wechat_backend.gateways.government import Government
from wechat_backend.gateways.realname import RealName
from wechat_backend.gateways.sms import Arrival, Sms

PHONE, NUMBER = "13800138000", "440113199001010016"
PERSONS, BODIES = "/government/sharing/persons/verify", "/government/sharing/bodies/verify"


@pytest.fixture
async def sms(peer: Peer) -> AsyncIterator[Sms]:
    made = Sms(peer.url, "key-id", "key-secret", "番禺政务")
    yield made
    made.close()


@pytest.fixture
async def realname(peer: Peer, clock: Clock) -> AsyncIterator[RealName]:
    government = Government(f"{peer.url}/government", "panyu", "government-secret", clock.now)
    made = RealName(peer.url, "key-id", "key-secret", government)
    yield made
    made.close()
    government.close()


def expected_signature(call: Call) -> str:
    """Aliyun's RPC signature, by its own description."""
    given = {**call.query, **call.form}
    del given["Signature"]
    encoded = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(given.items()))
    return b64encode(
        hmac.new(b"key-secret&", f"POST&%2F&{quote(encoded, safe='~')}".encode(), sha1).digest()
    ).decode()


async def test_sms_is_signed_and_keeps_the_phone_out_of_the_address(sms: Sms, peer: Peer) -> None:
    peer.answers["/"] = {"Code": "OK", "Message": "OK", "BizId": "biz-1", "RequestId": "r"}
    assert await sms.send(PHONE, "SMS_CODE", {"code": "012345"}, "e1:sms:a1") == "biz-1"
    [call] = peer.calls
    assert call.form["PhoneNumbers"] == PHONE
    assert PHONE not in str(call.query)
    assert json.loads(call.form["TemplateParam"]) == {"code": "012345"}
    assert (call.form["SignName"], call.form["TemplateCode"]) == ("番禺政务", "SMS_CODE")
    assert call.form["OutId"] == "e1:sms:a1"
    assert (call.query["Action"], call.query["Version"]) == ("SendSms", "2017-05-25")
    assert call.query["Signature"] == expected_signature(call)


@pytest.mark.parametrize(
    ("answer", "code", "remedy"),
    [
        ({"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, "isv.MOBILE_NUMBER_ILLEGAL", Remedy.GIVE_UP),
        ({"Code": "isv.BUSINESS_LIMIT_CONTROL"}, "isv.BUSINESS_LIMIT_CONTROL", Remedy.RETRY),
        ({"Code": "isv.AMOUNT_NOT_ENOUGH"}, "isv.AMOUNT_NOT_ENOUGH", Remedy.WAIT),
        ({"Code": "isv.DAY_LIMIT_CONTROL"}, "isv.DAY_LIMIT_CONTROL", Remedy.WAIT),
        ({"Code": "isv.SMS_SIGNATURE_ILLEGAL"}, "isv.SMS_SIGNATURE_ILLEGAL", Remedy.WAIT),
        ({"Code": "isv.PRODUCT_UN_SUBSCRIPT"}, "isv.PRODUCT_UN_SUBSCRIPT", Remedy.WAIT),
        ({"Code": "isp.RAM_PERMISSION_DENY"}, "isp.RAM_PERMISSION_DENY", Remedy.WAIT),
        ({"Code": "isp.SYSTEM_ERROR"}, "isp.SYSTEM_ERROR", Remedy.RETRY),
        ((403, b'{"Code": "Forbidden.RAM", "Message": "m"}'), "Forbidden.RAM", Remedy.WAIT),
        ((400, b'{"Code": "SignatureDoesNotMatch", "Message": "m"}'), "no_answer", Remedy.RETRY),
        ((400, b'{"Code": "SignatureDoesNotMatch", "Message": "m:n"}'), "SignatureDoesNotMatch", Remedy.WAIT),
        ((503, b'{"Code": "ServiceUnavailable", "Message": "m"}'), "ServiceUnavailable", Remedy.RETRY),
        ((200, b"<html>"), "no_answer", Remedy.RETRY),
    ],
)
async def test_what_sms_answers_mean(sms: Sms, peer: Peer, answer: Any, code: str, remedy: Remedy) -> None:
    peer.answers["/"] = answer
    with pytest.raises(GatewayError) as caught:
        await sms.send(PHONE, "SMS_CODE", {"code": "012345"}, "e1:sms:a1")
    assert (caught.value.code, caught.value.remedy) == (code, remedy)
    assert len(peer.calls) == 1


async def test_sms_without_an_answer(sms: Sms) -> None:
    sms.domain = "127.0.0.1:9"
    with pytest.raises(GatewayError, match="no_answer"):
        await sms.send(PHONE, "SMS_CODE", {"code": "012345"}, "e1:sms:a1")


async def test_https_means_https() -> None:
    """The SDK compares the protocol by identity, and falls back to http without a word."""
    secure = Sms("https://dysmsapi.aliyuncs.com", "key-id", "key-secret", "番禺政务")
    request = secure.request("SendSms", {})
    assert request.get_protocol_type() is PROTOCOLS["https"]
    assert (request.get_method(), request.get_domain()) == ("POST", "dysmsapi.aliyuncs.com")
    secure.close()


@pytest.mark.parametrize(
    ("biz", "verdict"), [("1", Verdict.MATCH), (2, Verdict.MISMATCH), ("3", Verdict.NO_RECORD)]
)
@pytest.mark.parametrize("kind", [CredentialKind.RESIDENT_ID, CredentialKind.HMT_RESIDENCE_PERMIT])
@pytest.mark.article("7.registration")
async def test_cloudauth(
    realname: RealName, peer: Peer, kind: CredentialKind, biz: str | int, verdict: Verdict
) -> None:
    peer.answers["/"] = {"Code": "200", "Message": "success", "ResultObject": {"BizCode": biz}}
    assert await realname.person(kind, "王小明", NUMBER) is verdict
    [call] = peer.calls
    assert (call.form["IdentifyNum"], call.form["UserName"]) == (NUMBER, "王小明")
    assert call.form["ParamType"] == "normal"
    assert NUMBER not in str(call.query)
    assert call.query["Signature"] == expected_signature(call)


@pytest.mark.parametrize(
    "answer",
    [
        {"Code": "402", "Message": "权威源服务异常"},
        {"Code": "200", "ResultObject": None},
        {"Code": "200", "ResultObject": {"BizCode": "9"}},
        (500, b"{}"),
    ],
)
async def test_cloudauth_without_a_verdict(realname: RealName, peer: Peer, answer: Any) -> None:
    peer.answers["/"] = answer
    with pytest.raises(Unavailable, match="稍后再试"):
        await realname.person(CredentialKind.RESIDENT_ID, "王小明", NUMBER)


@pytest.mark.article("7.registration")
async def test_what_cloudauth_takes_for_no_name_is_a_slip(realname: RealName, peer: Peer) -> None:
    peer.answers["/"] = {"Code": "401", "Message": "参数非法"}
    with pytest.raises(NameMalformed) as refused:
        await realname.person(CredentialKind.RESIDENT_ID, "王1明", NUMBER)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    ("status", "error", "field"),
    [
        (422, "field_invalid: number", "number"),
        (400, "field_missing: name", "name"),
        (422, "number_malformed", "number"),
    ],
)
@pytest.mark.article("7.registration")
async def test_what_the_sharing_platform_takes_for_none_is_a_slip(
    realname: RealName, peer: Peer, status: int, error: str, field: str
) -> None:
    refusal = json.dumps({"ok": False, "error": error}).encode()
    peer.answers |= {PERSONS: (status, refusal), BODIES: (status, refusal)}
    for asked in (
        realname.person(CredentialKind.PASSPORT, "SMITH", "E1234567"),
        realname.body(CredentialKind.USCC, "番禺某公司", "9" * 18),
    ):
        with pytest.raises(BadInput) as refused:
            await asked
        assert refused.value.field == field


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500])
async def test_other_refusals_are_no_slip(realname: RealName, peer: Peer, status: int) -> None:
    peer.answers[PERSONS] = (status, b'{"ok": false, "error": "number"}')
    with pytest.raises(VerifierUnavailable):
        await realname.person(CredentialKind.PASSPORT, "SMITH", "E1234567")


@pytest.mark.parametrize(
    "kind",
    [CredentialKind.PASSPORT, CredentialKind.SOCIAL_SECURITY, CredentialKind.FOREIGN_PERMANENT_RESIDENT_ID],
)
@pytest.mark.article("7.registration")
async def test_the_sharing_platform_knows_the_rest(
    realname: RealName, peer: Peer, kind: CredentialKind
) -> None:
    peer.answers[PERSONS] = {"ok": True, "result": "match"}
    assert await realname.person(kind, "SMITH", "E1234567") is Verdict.MATCH
    assert peer.calls[0].json == {"kind": kind.value, "name": "SMITH", "number": "E1234567"}


@pytest.mark.article("7.agent")
async def test_bodies(realname: RealName, peer: Peer) -> None:
    found = {"ok": True, "result": "match", "legal_representative": {"name": "李强", "number": NUMBER}}
    peer.answers[BODIES] = found
    assert await realname.body(CredentialKind.USCC, "番禺某公司", "9" * 18) == BodyVerdict(
        Verdict.MATCH, "李强", NUMBER
    )
    peer.answers[BODIES] = {"ok": True, "result": "no_record"}
    assert (await realname.body(CredentialKind.USCC, "x", "9")).verdict is Verdict.NO_RECORD
    for answer in ({"ok": True, "result": "perhaps"}, {"ok": False, "error": "busy"}, (503, b"")):
        peer.answers[BODIES] = answer
        with pytest.raises(Unavailable):
            await realname.body(CredentialKind.USCC, "x", "9")


SENT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, 16, 1, tzinfo=UTC)
"""One minute into 24 November in Panyu."""


def told(**line: Any) -> dict[str, Any]:
    return {"Code": "OK", "TotalCount": 1, "SmsSendDetailDTOs": {"SmsSendDetailDTO": [line]}}


NOTHING: dict[str, Any] = {"Code": "OK", "TotalCount": 0, "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}}


@pytest.mark.parametrize(
    ("answer", "arrival"),
    [
        (NOTHING, None),
        (told(SendStatus=1, ErrCode=""), None),
        (told(SendStatus=2, ErrCode="MK:0001"), Arrival(None, "MK:0001")),
        (
            told(SendStatus=3, ErrCode="DELIVERED", ReceiveDate="2026-11-24 10:00:07"),
            Arrival(SENT + timedelta(seconds=7), "DELIVERED"),
        ),
    ],
)
async def test_what_the_carrier_reports(
    sms: Sms, peer: Peer, answer: dict[str, Any], arrival: Arrival | None
) -> None:
    peer.answers["/"] = answer
    assert await sms.arrival(PHONE, "biz-1", "e1:sms:a1", SENT) == arrival
    [call] = peer.calls
    asked = {name: call.form[name] for name in ("PhoneNumber", "BizId", "SendDate")}
    assert asked == {"PhoneNumber": PHONE, "BizId": "biz-1", "SendDate": "20261124"}
    assert PHONE not in str(call.query)
    assert call.query["Action"] == "QuerySendDetails"


async def test_soon_after_midnight_the_day_before_is_asked_about_too(sms: Sms, peer: Peer) -> None:
    peer.answers["/"] = NOTHING
    assert await sms.arrival(PHONE, "biz-1", "e1:sms:a1", MIDNIGHT) is None
    assert [call.form["SendDate"] for call in peer.calls] == ["20261123", "20261124"]


async def test_a_message_without_a_receipt_is_found_by_its_delivery(sms: Sms, peer: Peer) -> None:
    """Among all that went to the phone on those days, page by page."""
    others = {"SmsSendDetailDTO": [{"OutId": "e0:sms:a1"}] * 50}
    full: dict[str, Any] = {"Code": "OK", "SmsSendDetailDTOs": others}
    last = told(OutId="e1:sms:a1", SendStatus=2, ErrCode="MK:0001")
    answers = {
        ("20261123", "1"): full,
        ("20261123", "2"): NOTHING,
        ("20261124", "1"): full,
        ("20261124", "2"): last,
    }

    def answer(call: Call) -> dict[str, Any]:
        assert "BizId" not in call.form
        return answers[call.form["SendDate"], call.form["CurrentPage"]]

    peer.answers["/"] = answer
    assert await sms.has(PHONE, "e1:sms:a1", MIDNIGHT, SENT)
    assert await sms.arrival(PHONE, "", "e1:sms:a1", MIDNIGHT) == Arrival(None, "MK:0001")
    answers["20261124", "2"] = NOTHING
    assert not await sms.has(PHONE, "e1:sms:a1", MIDNIGHT, SENT)


async def test_a_refused_question_is_an_error(sms: Sms, peer: Peer) -> None:
    peer.answers["/"] = {"Code": "isv.ACCOUNT_ABNORMAL"}
    with pytest.raises(GatewayError) as refused:
        await sms.arrival(PHONE, "biz-1", "e1:sms:a1", SENT)
    assert (refused.value.code, refused.value.remedy) == ("isv.ACCOUNT_ABNORMAL", Remedy.WAIT)
