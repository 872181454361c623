"""短信: how many may be sent in a day, for what, and when staff must be told that they run out.

Codes and courtesies may use only their share, so that some are always left for receipts (article 11) and
other notices that the law asks for. A code is counted when it is asked for, any other message when it is
first handed to the provider; sending it again is not counted.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypedDict

from pymongo import IndexModel

from models.counters import Limit, Per, seconds_until
from models.errors import TooMany
from models.store import Database, Store, insert_or_update
from models.workdays import local_date

ALARMS = (100, 80)
"""Per cent of the budget, or of a share, from which staff are told."""
KEPT = timedelta(days=400)
"""How long the numbers of a day can be looked up."""


class SmsUsedUp(TooMany):
    """Today's messages, or this purpose's share of them, have been sent."""

    code = "sms_used_up"
    message = "今日短信验证码已达发送上限，请明天再试；急需办理的，请携带证件到任一政务服务窗口"


class PhoneNoticeLimit(TooMany):
    code = "phone_notice_limit"
    message = "该手机号码今日接收的通知短信已达上限"


class Purpose(StrEnum):
    CODE = "code"
    COURTESY = "courtesy"  # what the person can also read on the own page, and no law asks for
    LEGAL = "legal"


PER_PHONE: dict[Purpose, Limit] = {
    Purpose.COURTESY: Limit("courtesy_phone", 15, Per.DAY, PhoneNoticeLimit),
    Purpose.LEGAL: Limit("legal_phone", 40, Per.DAY, PhoneNoticeLimit),
}
"""Messages to one phone in a day, beside its codes; Aliyun lets 50 of one template through. Courtesy and
legal messages have limits of their own."""


@dataclass(frozen=True)
class SmsLimits:
    """The limits that can be set: messages a day, their shares, and codes for an account and an address."""

    a_day: int = 10_000
    codes_share: float = 0.5
    courtesy_share: float = 0.2
    codes_per_account: int = 10
    codes_per_address_hour: int = 60
    codes_per_address: int = 300

    def most(self, purpose: Purpose) -> int:
        shares = {Purpose.CODE: self.codes_share, Purpose.COURTESY: self.courtesy_share}
        return int(self.a_day * shares.get(purpose, 1))


@dataclass(frozen=True)
class Spent:
    """How many messages of a part ("all" or a purpose) have been sent today, and how many may be sent."""

    part: str
    used: int
    most: int

    @property
    def level(self) -> int:
        """The highest of ALARMS that is reached, or 0."""
        return next((level for level in ALARMS if self.used * 100 >= self.most * level), 0)

    @property
    def used_up(self) -> bool:
        return self.level >= 100


class SmsDay(TypedDict):
    """How many messages went out on a day (`_id`, `2026-11-24`): all together, and for each `Purpose`."""

    _id: str
    all: int
    code: int
    courtesy: int
    legal: int
    purge_at: datetime


class SmsDays(Store[SmsDay]):
    collection = "sms_days"
    indexes: ClassVar = [IndexModel("purge_at", name="purge", expireAfterSeconds=0)]

    def __init__(self, database: Database, limits: SmsLimits) -> None:
        super().__init__(database)
        self.limits = limits

    async def take(self, purpose: Purpose, now: datetime) -> None:
        """Count one message.

        Raises:
            SmsUsedUp: the purpose has had its share, or the day its budget.
        """
        day = local_date(now).isoformat()
        others = {part: 0 for part in Purpose if part is not purpose}
        guard = {"all": {"$lt": self.limits.a_day}, purpose.value: {"$lt": self.limits.most(purpose)}}
        update = {
            "$inc": {"all": 1, purpose.value: 1},
            "$setOnInsert": {**{part.value: count for part, count in others.items()}, "purge_at": now + KEPT},
        }
        if await insert_or_update(self.documents, {"_id": day, **guard}, update) is None:
            raise SmsUsedUp(retry_after=seconds_until(Per.DAY.around(now)[1], now))

    async def give_back(self, purpose: Purpose, now: datetime) -> None:
        """Undo `take`; `now` is the moment of the taking."""
        day = local_date(now).isoformat()
        await self.documents.update_one({"_id": day}, {"$inc": {"all": -1, purpose.value: -1}})

    @asynccontextmanager
    async def taken(self, purpose: Purpose, now: datetime) -> AsyncIterator[None]:
        """Count one message, and undo it if what is done inside fails.

        Raises:
            SmsUsedUp
        """
        await self.take(purpose, now)
        try:
            yield
        except BaseException:
            await self.give_back(purpose, now)
            raise

    async def spent(self, now: datetime) -> list[Spent]:
        """Today's numbers: all together, then those that have a share."""
        used: Mapping[str, Any] = await self._first({"_id": local_date(now).isoformat()}) or {}
        shares = [Spent(each.value, used.get(each.value, 0), self.limits.most(each)) for each in NOT_LEGAL]
        return [Spent("all", used.get("all", 0), self.limits.a_day), *shares]


NOT_LEGAL = (Purpose.CODE, Purpose.COURTESY)
