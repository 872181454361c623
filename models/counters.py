"""Limits on how often something may be done, counted for all processes together.

Each subject has one small document for each limit and period. The subject is kept as a keyed hash.
"""

import ipaddress
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar, TypedDict

from pymongo import IndexModel

from models.errors import TooMany
from models.privacy import Privacy
from models.store import Database, Store, insert_or_update
from models.workdays import local_date, local_moment

NETWORK = 64
"""Bits of an IPv6 address that name a household's network; the household chooses the other bits."""


class Per(StrEnum):
    """An hour of the clock, or a day in Panyu."""

    HOUR = "hour"
    DAY = "day"

    def around(self, now: datetime) -> tuple[datetime, datetime]:
        """Beginning and end of the hour or day that `now` is in."""
        if self is Per.HOUR:
            begin = now.replace(minute=0, second=0, microsecond=0)
            return begin, begin + timedelta(hours=1)
        today = local_date(now)
        return local_moment(today, time.min), local_moment(today + timedelta(days=1), time.min)


@dataclass(frozen=True)
class Limit:
    """At most `most` of `what` for each subject in a period; `refusal` is raised beyond it."""

    what: str
    most: int
    per: Per
    refusal: type[TooMany]

    def refused(self, now: datetime) -> TooMany:
        return self.refusal(retry_after=seconds_until(self.per.around(now)[1], now))


@dataclass(frozen=True)
class Use:
    """One use to be counted for a subject: an account, a phone or an address."""

    limit: Limit
    subject: str


class Counter(TypedDict):
    """`_id` is `<what>:<beginning of the period>:<keyed hash of the subject>`."""

    _id: str
    used: int
    purge_at: datetime


class Counters(Store[Counter]):
    collection = "counters"
    indexes: ClassVar = [IndexModel("purge_at", name="purge", expireAfterSeconds=0)]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    async def take(self, uses: Sequence[Use], now: datetime) -> None:
        """Count all of these uses; where one is beyond its limit, count none.

        Raises:
            TooMany: the refusal of the first limit that is reached.
        """
        for number, use in enumerate(uses):
            if not await self._take(use, now):
                await self.give_back(uses[:number], now)
                raise use.limit.refused(now)

    async def give_back(self, uses: Sequence[Use], now: datetime) -> None:
        """Undo `take`; `now` is the moment of the taking."""
        for use in uses:
            await self.documents.update_one({"_id": self._key(use, now)}, {"$inc": {"used": -1}})

    @asynccontextmanager
    async def taken(self, uses: Sequence[Use], now: datetime) -> AsyncIterator[None]:
        """Count these uses, and undo it if what is done inside fails.

        Raises:
            TooMany: see `take`.
        """
        await self.take(uses, now)
        try:
            yield
        except BaseException:
            await self.give_back(uses, now)
            raise

    async def _take(self, use: Use, now: datetime) -> bool:
        end = use.limit.per.around(now)[1]
        counted = await insert_or_update(
            self.documents,
            {"_id": self._key(use, now), "used": {"$lt": use.limit.most}},
            {"$inc": {"used": 1}, "$setOnInsert": {"purge_at": end}},
        )
        return counted is not None

    def _key(self, use: Use, now: datetime) -> str:
        begin = use.limit.per.around(now)[0].isoformat()
        return f"{use.limit.what}:{begin}:{self.privacy.index(use.subject, f'counter:{use.limit.what}')}"


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds, at least one."""
    return max(1, int((moment - now).total_seconds()) + 1)


def network_of(address: str) -> str:
    """What is counted for a request from `address`: the address itself, of IPv6 its network."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, NETWORK), strict=False))
