"""Aliyun's short messages (SendSms, QuerySendDetails) and real-name check (Id2MetaVerify), behind its RPC
signature.

The signature: HMAC-SHA1, keyed by secret + "&", of METHOD & "%2F" & the sorted parameters of query and body,
each part percent-encoded. Time stamps may be off by 15 minutes; a nonce counts once.
"""

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from simulator.config import SimulatorConfig
from simulator.errors import CLOUDAUTH, SMS, PlatformError
from simulator.names import plain
from simulator.people import Registry

SKEW = timedelta(minutes=15)
PANYU = ZoneInfo("Asia/Shanghai")
VERSIONS = {"SendSms": "2017-05-25", "QuerySendDetails": "2017-05-25", "Id2MetaVerify": "2019-03-07"}
COMMON = ("AccessKeyId", "Action", "Version", "Signature", "SignatureMethod", "SignatureNonce", "Timestamp")
PERSONAL = frozenset({"PhoneNumbers", "PhoneNumber", "TemplateParam", "IdentifyNum", "UserName"})
"""Parameters that have no business in an address."""

PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
MOST_PHONES = 1000
LARGEST_PAGE = 50
LOOKED_BACK = timedelta(days=30)
REPORTS = ("arrives", "late", "fails", "silent")
"""What becomes of messages to a phone: reported as arrived at once or after LATE, as failed, or never."""
LATE = timedelta(minutes=30)
LONGEST_VALUE = 35
VERIFIED_KINDS = ("resident_id", "hmt_residence_permit")
NUMBER = re.compile(r"[1-68]\d{16}[\dXx]")
NAME = re.compile(r"[^\W\d_]+(?:(?:[·' -]|\. ?)[^\W\d_]+)*\.?")
FINDINGS = {"match": "1", "mismatch": "2", "no_record": "3"}


@dataclass(frozen=True)
class SmsTemplate:
    """`text` has `${name}` for each parameter, and `{site}` for the address of the service; codes
    have limits of their own."""

    text: str
    is_code: bool = False

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"\$\{(\w+)}", self.text)


TEMPLATES: Mapping[str, SmsTemplate] = {
    "SMS_CODE": SmsTemplate("验证码${code}，5分钟内有效。请勿告诉他人。", is_code=True),
    "SMS_RECEIPT": SmsTemplate(
        "您申请的“${item}”（${department}）申请流水号${serial}，可凭此号查询进度。${coming}。"
    ),
    "SMS_PROGRESS": SmsTemplate(
        "您的办件${serial}（${item}）：${status}，${note}。详情请在“番禺智慧政务”公众号查看。"
    ),
    "SMS_APPOINTMENT": SmsTemplate("您预约的“${item}”（${time}，${hall}）：${status}。"),
    "SMS_BOOKING": SmsTemplate(
        "您的办件${serial}（${item}）请到大厅${errand}，到场前请预约：{site}/appointments/new?item=${link}"
    ),
    "SMS_REMINDER": SmsTemplate(
        "提醒：您预约了${time}到${hall}（${address}）办理“${item}”。${bring}。{site}/appointments/${link}"
    ),
    "SMS_ENDING": SmsTemplate("您预约的“${item}”（${time}，${hall}）：${status}。${note}。"),
    "SMS_KIOSK": SmsTemplate("您预约的“${item}”（${time}，${hall}）：自助终端${status}。${note}。"),
    "SMS_INVITATION": SmsTemplate("您办理的“${item}”已办完，请您自愿评价，7天内有效：{site}/r/${link}"),
    "SMS_REVIEW": SmsTemplate("您对“${item}”的评价：${status}。${note}。请在“番禺智慧政务”公众号查看。"),
    "SMS_REBINDING": SmsTemplate("${what}（${time}）。如非本人操作，请致电020-12345。"),
    "SMS_FORMER_PHONE": SmsTemplate(
        "您的手机号已不再用于“番禺智慧政务”的实名认证（${time}在窗口更改）。如非本人操作，请致电020-12345。"
    ),
    "SMS_BLACKLIST": SmsTemplate("${what}（${number}）。详情请在“番禺智慧政务”公众号的个人中心查看。"),
    "SMS_RETIREMENT": SmsTemplate(
        "${hall}的“${kiosk}”被建议退出服务（${ground}），请与电子公务科商定。请登录工作人员平台“自助终端”查看。"
    ),
    "SMS_ALERT": SmsTemplate("${hall}${trouble}，${what}。请登录工作人员平台“终端”中的“告警”查看。"),
    "SMS_HELP": SmsTemplate(
        "${hall}${position}的“${kiosk}”前有人求助，请前往。请登录工作人员平台“终端看板”查看。"
    ),
    "SMS_AGENCY": SmsTemplate(
        "${enterprise}与经办人${person}的授权：${status}。详情请在“番禺智慧政务”公众号查看。"
    ),
}


@dataclass(frozen=True)
class Limit:
    """At most `most` messages in `period`, or in one day of Panyu where it is None."""

    most: int
    period: timedelta | None
    words: str


CODE_LIMITS = (
    Limit(1, timedelta(minutes=1), "触发分钟级流控Permits:1"),
    Limit(5, timedelta(hours=1), "触发小时级流控Permits:5"),
    Limit(10, None, "触发天级流控Permits:10"),
)
NOTICE_LIMITS = (Limit(50, None, "触发天级流控Permits:50"),)


class Aliyun:
    def __init__(
        self,
        config: SimulatorConfig,
        clock: Callable[[], datetime],
        registry: Registry,
        changed: Callable[[], None],
    ) -> None:
        self.config, self.clock, self.registry, self.changed = config, clock, registry, changed
        self.reset()

    def reset(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.verifications: list[dict[str, Any]] = []
        self.nonces: dict[str, datetime] = {}
        self.seen: dict[str, int] = {}
        self.reports: dict[str, str] = {}

    def check(self, method: str, query: Mapping[str, str], body: Mapping[str, str]) -> dict[str, str]:
        """All parameters of a request that is Aliyun's customer's own.

        Raises:
            PlatformError: a code of `errors.ALIYUN`.
        """
        given = {**query, **body}
        for name in COMMON:
            if not given.get(name):
                raise PlatformError("MissingParameter", name)
        if given["AccessKeyId"] != self.config.aliyun_key_id:
            raise PlatformError("InvalidAccessKeyId.NotFound")
        if method == "POST" and (leaked := PERSONAL & query.keys()):
            raise PlatformError("PersonalDataInQuery", ", ".join(sorted(leaked)))
        self._check_time(given["Timestamp"])
        self._check_signature(method, given)
        self._check_nonce(given["SignatureNonce"])
        if given["Action"] not in VERSIONS:
            raise PlatformError("InvalidAction.NotFound")
        if given["Version"] != VERSIONS[given["Action"]]:
            raise PlatformError("InvalidVersion")
        return given

    def act(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The answer, with HTTP 200, to a request that passed `check`."""
        actions = {"SendSms": self.send_sms, "QuerySendDetails": self.details, "Id2MetaVerify": self.verify}
        return actions[given["Action"]](given)

    def send_sms(self, given: Mapping[str, str]) -> dict[str, Any]:
        """SendSms. `OutId` is only recorded: Aliyun sends a repeat again."""
        try:
            return self._send_sms(given)
        except PlatformError as error:
            return {"RequestId": _id(), "Code": error.code, "Message": error.detail or SMS[str(error.code)]}

    def details(self, given: Mapping[str, str]) -> dict[str, Any]:
        """QuerySendDetails: the messages to one phone on one day, the latest first, page by page."""
        try:
            return self._details(given)
        except PlatformError as error:
            return {"RequestId": _id(), "Code": error.code, "Message": error.detail or SMS[str(error.code)]}

    def verify(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Id2MetaVerify: 身份证 and 港澳台居民居住证."""
        name, number = plain(given.get("UserName", "")), given.get("IdentifyNum", "")
        if not (name and number and given.get("ParamType")):
            return refusal("400")
        if given["ParamType"] != "normal" or not NUMBER.fullmatch(number) or not NAME.fullmatch(name):
            return refusal("401")
        finding = self.registry.check_person(VERIFIED_KINDS, name, number)
        code = FINDINGS[finding]
        self.verifications.append({"at": self.clock().isoformat(), "number": number, "biz_code": code})
        return {
            "RequestId": _id(),
            "Code": "200",
            "Message": "success",
            "ResultObject": {"BizCode": code},
        }

    def inbox(self, phone: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["phone"] == phone]

    def unread(self, phone: str) -> int:
        return len(self.inbox(phone)) - self.seen.get(phone, 0)

    def read(self, phone: str) -> None:
        self.seen[phone] = len(self.inbox(phone))
        self.changed()

    def _check_time(self, stamp: str) -> None:
        try:
            sent = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise PlatformError("InvalidTimeStamp.Format") from None
        if abs(self.clock() - sent) > SKEW:
            raise PlatformError("InvalidTimeStamp.Expired")

    def _check_signature(self, method: str, given: Mapping[str, str]) -> None:
        if given["SignatureMethod"] != "HMAC-SHA1" or given.get("SignatureVersion") != "1.0":
            raise PlatformError("SignatureDoesNotMatch", "server string to sign is:")
        expected = signature(self.config.aliyun_key_secret, method, given)
        if not hmac.compare_digest(expected.encode(), given["Signature"].encode()):
            text = string_to_sign(method, given)
            raise PlatformError("SignatureDoesNotMatch", f"server string to sign is:{text}")

    def _check_nonce(self, nonce: str) -> None:
        now = self.clock()
        self.nonces = {kept: at for kept, at in self.nonces.items() if now - at <= 2 * SKEW}
        if nonce in self.nonces:
            raise PlatformError("SignatureNonceUsed")
        self.nonces[nonce] = now

    def _send_sms(self, given: Mapping[str, str]) -> dict[str, Any]:
        phones = _phones(given.get("PhoneNumbers", ""))
        if given.get("SignName") != self.config.sms_sign_name:
            raise PlatformError("isv.SMS_SIGNATURE_ILLEGAL")
        code = given.get("TemplateCode", "")
        if code not in TEMPLATES:
            raise PlatformError("isv.SMS_TEMPLATE_ILLEGAL")
        values = _values(TEMPLATES[code], given.get("TemplateParam", "{}"))
        for phone in phones:
            self._check_limits(phone, code)
        receipt = f"{uuid4().int % 10**18}^0"
        text = re.sub(
            r"\$\{(\w+)}",
            lambda found: values[found[1]],
            TEMPLATES[code].text.replace("{site}", self.config.site_url),
        )
        for phone in phones:
            owner = self.registry.of_phone(phone)
            self.messages.append(
                {
                    "id": receipt,
                    "at": self.clock().isoformat(),
                    "phone": phone,
                    "person": owner.id if owner else None,
                    "template": code,
                    "parameters": values,
                    "text": f"【{self.config.sms_sign_name}】{text}",
                    "out_id": given.get("OutId"),
                }
            )
        self.changed()
        return {"RequestId": _id(), "Code": "OK", "Message": "OK", "BizId": receipt}

    def _details(self, given: Mapping[str, str]) -> dict[str, Any]:
        phones = _phones(given.get("PhoneNumber", ""))
        if len(phones) > 1:
            raise PlatformError("isv.MOBILE_NUMBER_ILLEGAL")
        phone = phones[0]
        now = self.clock().astimezone(PANYU)
        try:
            day = datetime.strptime(given.get("SendDate", ""), "%Y%m%d").replace(tzinfo=PANYU).date()
            size, page = int(given.get("PageSize", "")), int(given.get("CurrentPage", ""))
        except ValueError:
            raise PlatformError("isv.INVALID_PARAMETERS") from None
        if not (1 <= size <= LARGEST_PAGE and page >= 1 and timedelta() <= now.date() - day <= LOOKED_BACK):
            raise PlatformError("isv.INVALID_PARAMETERS")
        found = [
            message
            for message in reversed(self.inbox(phone))
            if datetime.fromisoformat(message["at"]).astimezone(PANYU).date() == day
            and given.get("BizId", message["id"]) == message["id"]
        ]
        lines = [self._detail(message) for message in found[(page - 1) * size : page * size]]
        return {
            "RequestId": _id(),
            "Code": "OK",
            "Message": "OK",
            "TotalCount": len(found),
            "SmsSendDetailDTOs": {"SmsSendDetailDTO": lines},
        }

    def _detail(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """`SendStatus` 1: no report yet; 2: failed; 3: arrived."""
        sent, way = datetime.fromisoformat(message["at"]), self.reports.get(message["phone"], "arrives")
        received = sent + (LATE if way == "late" else timedelta())
        waits = way == "silent" or self.clock() < received
        line = {
            "PhoneNum": message["phone"],
            "SendStatus": 1 if waits else 2 if way == "fails" else 3,
            "ErrCode": "" if waits else "MK:0001" if way == "fails" else "DELIVERED",
            "TemplateCode": message["template"],
            "Content": message["text"],
            "SendDate": _local(sent),
            "OutId": message["out_id"] or "",
        }
        return line if waits else {**line, "ReceiveDate": _local(received)}

    def _check_limits(self, phone: str, code: str) -> None:
        now = self.clock()
        sent = [
            datetime.fromisoformat(message["at"])
            for message in self.inbox(phone)
            if message["template"] == code
        ]
        for limit in CODE_LIMITS if TEMPLATES[code].is_code else NOTICE_LIMITS:
            if sum(_within(at, now, limit.period) for at in sent) >= limit.most:
                raise PlatformError("isv.BUSINESS_LIMIT_CONTROL", limit.words)


def signature(secret: str, method: str, given: Mapping[str, str]) -> str:
    """What `Signature` must be."""
    text = string_to_sign(method, given)
    return b64encode(hmac.new(f"{secret}&".encode(), text.encode(), sha1).digest()).decode()


def string_to_sign(method: str, given: Mapping[str, str]) -> str:
    pairs = sorted((name, value) for name, value in given.items() if name != "Signature")
    canonical = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)
    return f"{method}&%2F&{_encoded(canonical)}"


def refusal(code: str) -> dict[str, Any]:
    return {"RequestId": _id(), "Code": code, "Message": CLOUDAUTH[code]}


def _encoded(text: str) -> str:
    return quote(text, safe="~")


def _id() -> str:
    return str(uuid4()).upper()


def _local(moment: datetime) -> str:
    return moment.astimezone(PANYU).strftime("%Y-%m-%d %H:%M:%S")


def _phones(given: str) -> list[str]:
    numbers: Iterable[str] = given.split(",") if given else []
    found = [PHONE.fullmatch(number.strip()) for number in numbers]
    if len(found) > MOST_PHONES:
        raise PlatformError("isv.MOBILE_COUNT_OVER_LIMIT")
    phones = [match[1] for match in found if match]
    if not phones or len(phones) < len(found):
        raise PlatformError("isv.MOBILE_NUMBER_ILLEGAL")
    return phones


def _values(template: SmsTemplate, given: str) -> dict[str, str]:
    try:
        values = json.loads(given)
    except ValueError:
        raise PlatformError("isv.INVALID_JSON_PARAM") from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise PlatformError("isv.INVALID_JSON_PARAM")
    for name in template.parameters:
        _check_value(template, values.get(name, ""))
    return values


def _check_value(template: SmsTemplate, value: str) -> None:
    if not value:
        raise PlatformError("isv.TEMPLATE_MISSING_PARAMETERS")
    if len(value) > LONGEST_VALUE:
        raise PlatformError("isv.PARAM_LENGTH_LIMIT")
    if re.search(r"https?://|www\.", value):
        raise PlatformError("isv.PARAM_NOT_SUPPORT_URL")
    if template.is_code and not re.fullmatch(r"[0-9A-Za-z]{4,6}", value):
        raise PlatformError("isv.TEMPLATE_PARAMS_ILLEGAL")


def _within(at: datetime, now: datetime, period: timedelta | None) -> bool:
    if period is None:
        return at.astimezone(PANYU).date() == now.astimezone(PANYU).date()
    return now - at < period
