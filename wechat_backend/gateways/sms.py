"""Short messages through Aliyun Dysmsapi (2017-05-25)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

from models.workdays import PANYU, local_date
from wechat_backend.gateways.aliyun import AliyunGateway
from wechat_backend.gateways.base import Remedy
from wechat_backend.settings import Settings

TIME = "%Y-%m-%d %H:%M:%S"
SKEW = timedelta(minutes=5)
"""A message that went out so soon after midnight may be one of the day before, by Aliyun's clock."""
PAGE = 50
"""Lines of `QuerySendDetails` at a time: its most."""
LOOKED_BACK = timedelta(days=30)
"""How far back it can be asked."""
FAILED, ARRIVED = 2, 3
"""`SendStatus`; any other is that of a message about which nothing is known yet."""


@dataclass(frozen=True)
class Arrival:
    """What became of a message: when it arrived (None if it did not), and the carrier's `code`."""

    at: datetime | None
    code: str


class Sms(AliyunGateway):
    provider = "sms"
    remedies: ClassVar[Mapping[str, Remedy]] = {
        "isv.BUSINESS_LIMIT_CONTROL": Remedy.RETRY,  # this number has had its share for now
        "isv.AMOUNT_NOT_ENOUGH": Remedy.WAIT,
        "isv.ACCOUNT_ABNORMAL": Remedy.WAIT,
        "isv.ACCOUNT_NOT_EXISTS": Remedy.WAIT,
        "isv.PRODUCT_UN_SUBSCRIPT": Remedy.WAIT,
        "isv.PRODUCT_UNSUBSCRIBE": Remedy.WAIT,
        "isv.SMS_SIGNATURE_ILLEGAL": Remedy.WAIT,  # it stands in every message
        "isv.DAY_LIMIT_CONTROL": Remedy.WAIT,
        "isv.MONTH_LIMIT_CONTROL": Remedy.WAIT,
        "isv.OUT_OF_SERVICE": Remedy.WAIT,
        "InvalidAccessKeyId.NotFound": Remedy.WAIT,
        "InvalidAccessKeySecret": Remedy.WAIT,
        "SignatureDoesNotMatch": Remedy.WAIT,
        "Forbidden.RAM": Remedy.WAIT,
        "isp.RAM_PERMISSION_DENY": Remedy.WAIT,
        "isv.DENY_IP_RANGE": Remedy.WAIT,
        "isv.MOBILE_NUMBER_ILLEGAL": Remedy.GIVE_UP,
        "isv.MOBILE_COUNT_OVER_LIMIT": Remedy.GIVE_UP,
        "isv.BLACK_KEY_CONTROL_LIMIT": Remedy.GIVE_UP,
        "isv.SMS_TEMPLATE_ILLEGAL": Remedy.GIVE_UP,
        "isv.TEMPLATE_MISSING_PARAMETERS": Remedy.GIVE_UP,
        "isv.TEMPLATE_PARAMS_ILLEGAL": Remedy.GIVE_UP,
        "isv.PARAM_LENGTH_LIMIT": Remedy.GIVE_UP,
        "isv.INVALID_PARAMETERS": Remedy.GIVE_UP,
        "isv.INVALID_JSON_PARAM": Remedy.GIVE_UP,
        "isv.PARAM_NOT_SUPPORT_URL": Remedy.GIVE_UP,
    }

    def __init__(self, url: str, key_id: str, key_secret: str, sign_name: str) -> None:
        super().__init__(url, key_id, key_secret, "2017-05-25")
        self.sign_name = sign_name

    @classmethod
    def of(cls, settings: Settings) -> "Sms":
        secret = settings.aliyun_key_secret.get_secret_value()
        return cls(settings.aliyun_sms_url, settings.aliyun_key_id, secret, settings.sms_sign_name)

    async def send(self, phone: str, template: str, parameters: Mapping[str, str], delivery: str) -> str:
        """Send one message; returns Aliyun's id for it (BizId).

        Raises:
            GatewayError
        """
        async with self.watched("send"):
            answer = await self.act(
                "SendSms",
                {
                    "PhoneNumbers": phone,
                    "SignName": self.sign_name,
                    "TemplateCode": template,
                    "TemplateParam": json.dumps(parameters, ensure_ascii=False),
                    "OutId": delivery,
                },
            )
            if (code := answer.get("Code")) != "OK":
                raise self.error(str(code))
        return str(answer.get("BizId", ""))

    async def arrival(self, phone: str, receipt: str, delivery: str, sent_at: datetime) -> Arrival | None:
        """What the carrier reports of a message; None while it has reported nothing. It is found by its
        `receipt` (BizId), or, where that was lost, by its `delivery`.

        Raises:
            GatewayError
        """
        line = await self._line(phone, receipt, delivery, (sent_at, sent_at))
        return _arrival(line) if line else None

    async def has(self, phone: str, delivery: str, since: datetime, now: datetime) -> bool:
        """Whether Aliyun has taken the message of a delivery: it would send a repeat again.

        Raises:
            GatewayError
        """
        return await self._line(phone, "", delivery, (since, now)) is not None

    async def _line(
        self, phone: str, receipt: str, delivery: str, between: tuple[datetime, datetime]
    ) -> Mapping[str, Any] | None:
        for day in _days(*between):
            for page in count(1):
                lines = await self._details(phone, receipt, day, page)
                for line in lines:
                    if receipt or line.get("OutId") == delivery:
                        return line
                if len(lines) < PAGE:
                    break
        return None

    async def _details(self, phone: str, receipt: str, day: str, page: int) -> list[dict[str, Any]]:
        """What Aliyun has of the messages that were sent to a phone on a day in Panyu."""
        asked = {"PhoneNumber": phone, "SendDate": day, "PageSize": str(PAGE), "CurrentPage": str(page)}
        async with self.watched("report"):
            answer = await self.act("QuerySendDetails", asked | ({"BizId": receipt} if receipt else {}))
            if (code := answer.get("Code")) != "OK":
                raise self.error(str(code))
        return list((answer.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or [])


def _days(first: datetime, last: datetime) -> list[str]:
    """The days in Panyu on which it may have gone out, as far back as Aliyun can be asked."""
    begin = max(local_date(first - SKEW), local_date(last) - LOOKED_BACK)
    days = (local_date(last) - begin).days + 1
    return [f"{begin + timedelta(days=day):%Y%m%d}" for day in range(days)]


def _arrival(line: Mapping[str, Any]) -> Arrival | None:
    status, code = line.get("SendStatus"), str(line.get("ErrCode") or "")
    if status == ARRIVED:
        received = datetime.strptime(line["ReceiveDate"], TIME).replace(tzinfo=PANYU)
        return Arrival(received.astimezone(UTC), code)
    return Arrival(None, code or "failed") if status == FAILED else None
