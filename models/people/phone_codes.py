"""One-time codes by SMS, which show that a phone is in the hands of the person who names it (article 7).

6 digits, valid 5 minutes, 5 tries. A code belongs to the account that asked for it, or the member of the
staff (`staff:<user name>` in place of an account's id): no other account can use it, replace it or spend its
tries. A phone gets as many codes as PHONE allows, but because of one account only as many as ONE_ACCOUNT
allows, so that the phone's owner can always get a code.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hmac import compare_digest
from typing import ClassVar, TypedDict

from pymongo import IndexModel

from models import typed
from models.counters import Counters, Limit, Per, Use, network_of, seconds_until
from models.errors import BadInput, TooMany
from models.events import Cause, Event
from models.outgoing import Closures, Purpose, SmsDays, SmsLimits, Via
from models.privacy import Privacy
from models.store import Database, Record, Store


class PhoneInvalid(BadInput):
    code = "phone_invalid"
    message = "手机号码有误，请填写11位手机号码"
    field = "phone"


class PhoneCodeWrong(BadInput):
    code = "phone_code_wrong"
    message = "验证码不对，请核对短信后重填；超过5分钟或多次填错请重新获取"
    field = "code"


class PhoneCodeTooSoon(TooMany):
    code = "phone_code_too_soon"
    message = "请{seconds}秒后再获取验证码"


class PhoneCodeHourLimit(TooMany):
    code = "phone_code_hour_limit"
    message = "该手机号码获取验证码次数较多，请{minutes}分钟后再试，或携带证件到任一政务服务窗口办理"


class PhoneCodeDayLimit(TooMany):
    code = "phone_code_day_limit"
    message = "今日获取验证码次数已达上限，请明天再试或到窗口办理"


class PhoneCodeAccountLimit(TooMany):
    code = "phone_code_account_limit"
    message = "您今日获取验证码次数已达上限，请明天再试，或携带证件到任一政务服务窗口办理"


class PhoneCodeAddressLimit(TooMany):
    code = "phone_code_address_limit"
    message = "当前网络获取验证码次数过多，请稍后再试或换用其他网络，也可携带证件到任一政务服务窗口办理"


class PhoneCodesPaused(TooMany):
    """The provider turns every message away: a code would reach nobody before it expires."""

    code = "phone_codes_paused"
    message = "短信暂时发不出去，请{minutes}分钟后再试；急需办理的，请携带证件到任一政务服务窗口"


@dataclass(frozen=True)
class Pace:
    """At most `most` codes in any `period`."""

    most: int
    period: timedelta


NEVER = datetime.min.replace(tzinfo=UTC)
VALID = timedelta(minutes=5)
APART = timedelta(seconds=60)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PHONE = (Pace(1, APART), Pace(5, HOUR), Pace(10, DAY))
"""To one phone, whichever account asks: as many as Aliyun lets through."""
ONE_ACCOUNT = (Pace(4, HOUR), Pace(8, DAY))
"""To one phone because of one account."""
REMEMBERED = PHONE[-1].most
TRIES = 5


def national(phone: str) -> str:
    """A phone number as it is dialled within the mainland: without +86, a landline with its area code."""
    whole = typed.digits(phone)
    bare = re.sub(r"^(\+|00)86", "", whole)
    if bare != whole and re.match("[2-9]", bare):
        return f"0{bare}"
    return re.sub("^86(?=1[0-9]{10}$)", "", bare)


def check_phone(phone: str) -> str:
    """A mainland mobile number in its 11-digit form.

    Raises:
        BadInput: `phone_invalid`.
    """
    normal = national(phone)
    if not re.fullmatch(r"1[3-9][0-9]{9}", normal):
        raise PhoneInvalid
    return normal


def typed_code(text: str) -> str:
    """The six digits that were typed, or that stand in a message pasted whole."""
    found = re.findall("(?<![0-9])[0-9]{6}(?![0-9])", typed.narrow(text))
    return found[0] if len(found) == 1 else typed.digits(text)


class Code(TypedDict):
    """`id` is its event's; `code` is sealed; `tries` is how often it was tried."""

    id: str
    account: str
    code: str
    sent_at: datetime
    expires_at: datetime
    tries: int
    used: bool


class Phone(Record):
    """`_id` is the index of the phone, `phone` the number itself, sealed; `codes` are the last ten, newest
    first."""

    phone: str
    purge_at: datetime
    codes: list[Code]


def check_pace(codes: Sequence[Code], account: str, now: datetime) -> None:
    """Whether another code may go to the phone that got `codes`, newest first, because of `account`.

    Raises:
        PhoneCodeTooSoon, PhoneCodeHourLimit, PhoneCodeDayLimit: by how long there is to wait.
    """
    own = [code for code in codes if code["account"] == account]
    free = [free_from(codes, pace) for pace in PHONE] + [free_from(own, pace) for pace in ONE_ACCOUNT]
    latest = max((moment for moment in free if moment), default=now)
    if latest <= now:
        return
    seconds = seconds_until(latest, now)
    if latest - now <= APART:
        raise PhoneCodeTooSoon(retry_after=seconds, seconds=seconds)
    if latest - now <= HOUR:
        raise PhoneCodeHourLimit(retry_after=seconds, minutes=-(-seconds // 60))
    raise PhoneCodeDayLimit(retry_after=seconds)


def free_from(codes: Sequence[Code], pace: Pace) -> datetime | None:
    """When the pace allows another code; None where fewer than `most` have been sent."""
    if len(codes) < pace.most:
        return None
    return codes[pace.most - 1]["sent_at"] + pace.period


class PhoneCodes(Store[Phone]):
    """One document for each phone that codes were asked for."""

    collection = "phone_codes"
    tells = ("phone_code.requested",)
    indexes: ClassVar = [
        IndexModel("purge_at", name="purge", expireAfterSeconds=0, partialFilterExpression={"events": []})
    ]
    """What is no longer of use goes, once its events have been relayed."""

    def __init__(
        self, database: Database, privacy: Privacy, counters: Counters, sms: SmsDays, closures: Closures
    ) -> None:
        super().__init__(database)
        self.privacy, self.counters, self.sms, self.closures = privacy, counters, sms, closures

    async def request(self, phone: str, *, account: str, address: str, by: Cause) -> None:
        """Make a code for an account that asks from a network address, and record that it is to be sent.

        Raises:
            PhoneInvalid
            PhoneCodeTooSoon, PhoneCodeHourLimit, PhoneCodeDayLimit: for the phone.
            PhoneCodeAccountLimit, PhoneCodeAddressLimit
            SmsUsedUp: for everybody, codes have had their share of today's messages.
            PhoneCodesPaused: for everybody, no message goes out just now.
        """
        phone = check_phone(phone)
        key = self.privacy.index(phone, "phone")
        phone_before = await self._first({"_id": key})
        codes = phone_before["codes"] if phone_before else []
        check_pace(codes, account, by.at)
        if until := await self.closures.until(Via.SMS, by.at):
            seconds = seconds_until(until, by.at)
            raise PhoneCodesPaused(retry_after=seconds, minutes=-(-seconds // 60))
        uses = _uses(self.sms.limits, account, network_of(address))
        async with self.counters.taken(uses, by.at), self.sms.taken(Purpose.CODE, by.at):
            await self._issue(key, phone, account, codes, by)

    async def check(self, phone: str, code: str, *, account: str, by: Cause) -> None:
        """Count a try at the newest code of this account, and see whether it is right.

        Raises:
            PhoneCodeWrong: also for a code that is used, expired or tried too often, or another account's.
        """
        key = self.privacy.index(check_phone(phone), "phone")
        found = await self._first({"_id": key})
        newest = self.newest(found, account) if found else None
        if not found or not newest or newest["expires_at"] <= by.at:
            raise PhoneCodeWrong
        usable = {"id": newest["id"], "used": False, "tries": {"$lt": TRIES}}
        tried = await self.documents.update_one(
            {"_id": key, "codes": {"$elemMatch": usable}}, {"$inc": {"codes.$.tries": 1}}
        )
        given = typed_code(code).encode()
        if not tried.matched_count or not compare_digest(self.secret(found, newest)[1].encode(), given):
            raise PhoneCodeWrong

    async def use_up(self, phone: str, *, account: str) -> None:
        """Mark the account's codes for this phone as used, once they have served."""
        await self.documents.update_one(
            {"_id": self.privacy.index(check_phone(phone), "phone")},
            {"$set": {"codes.$[own].used": True}},
            array_filters=[{"own.account": account}],
        )

    def newest(self, phone: Phone, account: str) -> Code | None:
        """The one code of an account that counts."""
        return next((code for code in phone["codes"] if code["account"] == account), None)

    def phone(self, phone: Phone) -> str:
        return self.privacy.open(phone["phone"], f"phone_code:{phone['_id']}:phone")

    def secret(self, phone: Phone, code: Code | None = None) -> tuple[str, str]:
        """The phone and the code (the newest of all, if none is given), for the one who sends it."""
        code = code or phone["codes"][0]
        opened = self.privacy.open(code["code"], f"phone_code:{phone['_id']}:{code['id']}")
        return self.phone(phone), opened

    async def _issue(self, key: str, phone: str, account: str, codes: Sequence[Code], by: Cause) -> None:
        """
        Raises:
            PhoneCodeTooSoon: another code went to the phone at the same moment.
        """
        event = Event("phone_code.requested", key, by)
        digits = f"{secrets.randbelow(10**6):06}"
        code: Code = {
            "id": event.id,
            "account": account,
            "code": self.privacy.seal(digits, f"phone_code:{key}:{event.id}"),
            "sent_at": by.at,
            "expires_at": by.at + VALID,
            "tries": 0,
            "used": False,
        }
        newest = codes[0]["sent_at"] if codes else NEVER
        seconds = int(APART.total_seconds())
        await self.upsert(
            {"_id": key, "codes.0.sent_at": {"$not": {"$gt": newest}}},
            sets={
                "phone": self.privacy.seal(phone, f"phone_code:{key}:phone"),
                "purge_at": by.at + 2 * DAY,
            },
            update={"$push": {"codes": {"$each": [code], "$position": 0, "$slice": REMEMBERED}}},
            event=event,
            otherwise=partial(PhoneCodeTooSoon, retry_after=seconds, seconds=seconds),
        )


def _uses(limits: SmsLimits, account: str, network: str) -> list[Use]:
    """What a code counts for beside its phone."""
    of_account = Limit("code_account", limits.codes_per_account, Per.DAY, PhoneCodeAccountLimit)
    in_an_hour = Limit("code_address", limits.codes_per_address_hour, Per.HOUR, PhoneCodeAddressLimit)
    in_a_day = Limit("code_address_day", limits.codes_per_address, Per.DAY, PhoneCodeAddressLimit)
    return [Use(of_account, account), Use(in_an_hour, network), Use(in_a_day, network)]
