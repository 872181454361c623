"""One-time codes by SMS, which show that a phone is in the hands of the person who names it (article 7).

6 digits, valid 5 minutes, 60 seconds between two, 10 a day for a phone, 5 tries.
"""

import re
import secrets
from datetime import time, timedelta
from hmac import compare_digest
from typing import ClassVar

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import BadInput, TooMany
from models.events import Cause, Event
from models.privacy import Privacy
from models.store import Database, Document, Store
from models.typed import half_width
from models.workdays import local_date, local_moment


class PhoneInvalid(BadInput):
    code = "phone_invalid"
    message = "手机号码有误，请填写11位手机号码"
    field = "phone"


class PhoneCodeWrong(BadInput):
    code = "phone_code_wrong"
    message = "验证码不对，请核对短信后重填；超过5分钟或多次填错请重新获取"
    field = "code"


class PhoneCodeDayLimit(TooMany):
    code = "phone_code_day_limit"
    message = "今日获取验证码次数已达上限，请明天再试或到窗口办理"


class PhoneCodeTooSoon(TooMany):
    code = "phone_code_too_soon"
    message = "请{seconds}秒后再获取验证码"


VALID = timedelta(minutes=5)
APART = timedelta(seconds=60)
A_DAY = 10
TRIES = 5


def check_phone(phone: str) -> str:
    """A mainland mobile number in its 11-digit form.

    Raises:
        BadInput: `phone_invalid`.
    """
    normal = re.sub(r"^(\+?86)?[\s-]*|[\s-]+", "", half_width(phone))
    if not re.fullmatch(r"1[3-9][0-9]{9}", normal):
        raise PhoneInvalid
    return normal


class PhoneCodes(Store):
    """`{_id: index of the phone, phone, code (both sealed), sent_at, sent: last ten times, expires_at,
    purge_at, tries, used}`."""

    collection = "phone_codes"
    indexes: ClassVar = [
        IndexModel("purge_at", name="purge", expireAfterSeconds=0, partialFilterExpression={"events": []})
    ]
    """What is no longer of use goes, once its events have been relayed."""

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    async def request(self, phone: str, by: Cause) -> None:
        """Make a code and record that it is to be sent.

        Raises:
            BadInput: `phone_invalid`.
            TooMany: `phone_code_too_soon` or `phone_code_day_limit`.
        """
        phone = check_phone(phone)
        key = self.privacy.index(phone, "phone")
        today = local_moment(local_date(by.at), time.min)
        code = f"{secrets.randbelow(10**6):06}"
        try:
            await self.documents.update_one(
                {
                    "_id": key,
                    "sent_at": {"$lte": by.at - APART},
                    "$or": [{f"sent.{A_DAY - 1}": {"$exists": False}}, {"sent.0": {"$lt": today}}],
                },
                {
                    "$set": {
                        "phone": self.privacy.seal(phone, f"phone_code:{key}:phone"),
                        "code": self.privacy.seal(code, f"phone_code:{key}:code"),
                        "sent_at": by.at,
                        "expires_at": by.at + VALID,
                        "purge_at": by.at + timedelta(days=2),
                        "tries": 0,
                        "used": False,
                    },
                    "$push": {
                        "sent": {"$each": [by.at], "$slice": -A_DAY},
                        "events": Event("phone_code.requested", key, by).document(),
                    },
                },
                upsert=True,
            )
        except DuplicateKeyError:
            raise await self._why_not(key, by) from None

    async def check(self, phone: str, code: str, by: Cause) -> None:
        """Count a try, and see whether it is right.

        Raises:
            BadInput: `phone_code_wrong`, also for a code that is used, expired or tried too often.
        """
        key = self.privacy.index(check_phone(phone), "phone")
        found = await self.documents.find_one_and_update(
            {"_id": key, "used": False, "expires_at": {"$gt": by.at}, "tries": {"$lt": TRIES}},
            {"$inc": {"tries": 1}},
        )
        given = half_width(code).strip().encode()
        if found is None or not compare_digest(self.secret(found)[1].encode(), given):
            raise PhoneCodeWrong

    async def use_up(self, phone: str) -> None:
        """After what the code was for has been done."""
        await self.documents.update_one(
            {"_id": self.privacy.index(check_phone(phone), "phone")}, {"$set": {"used": True}}
        )

    def secret(self, document: Document) -> tuple[str, str]:
        """The phone and the code, for the one who sends it."""
        key = document["_id"]
        return (
            self.privacy.open(document["phone"], f"phone_code:{key}:phone"),
            self.privacy.open(document["code"], f"phone_code:{key}:code"),
        )

    async def _why_not(self, key: str, by: Cause) -> TooMany:
        sent_at = (await self.get(key))["sent_at"]
        if (wait := sent_at + APART - by.at) > timedelta(0):
            seconds = int(wait.total_seconds()) + 1
            return PhoneCodeTooSoon(retry_after=seconds, seconds=seconds)
        return PhoneCodeDayLimit(retry_after=3600)
