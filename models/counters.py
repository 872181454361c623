"""Counts of what may be done only so often, for all processes together: one small document a period.

Nothing here is counted by looking at other collections, and no subject stands here in the clear.
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
"""Bits of an IPv6 address that name a household's network; it is free to choose the others."""


class Period(StrEnum):
    """An hour of the clock, or a day in Panyu."""

    HOUR = "hour"
    DAY = "day"

    def around(self, now: datetime) -> tuple[datetime, datetime]:
        """Its beginning and its end."""
        if self is Period.HOUR:
            begin = now.replace(minute=0, second=0, microsecond=0)
            return begin, begin + timedelta(hours=1)
        today = local_date(now)
        return local_moment(today, time.min), local_moment(today + timedelta(days=1), time.min)


@dataclass(frozen=True)
class Limit:
    """At most `most` of `what` for each subject in a period; `refusal` is raised beyond it."""

    what: str
    most: int
    period: Period
    refusal: type[TooMany]

    def refused(self, now: datetime) -> TooMany:
        return self.refusal(retry_after=seconds_until(self.period.around(now)[1], now))


@dataclass(frozen=True)
class Use:
    """One more by this subject: an account, a phone, an address."""

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
        """Count all of these, or none where one of them is beyond its limit.

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
        """Count these, and undo it if what is done inside fails.

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
        end = use.limit.period.around(now)[1]
        counted = await insert_or_update(
            self.documents,
            {"_id": self._key(use, now), "used": {"$lt": use.limit.most}},
            {"$inc": {"used": 1}, "$setOnInsert": {"purge_at": end}},
        )
        return counted is not None

    def _key(self, use: Use, now: datetime) -> str:
        begin = use.limit.period.around(now)[0].isoformat()
        return f"{use.limit.what}:{begin}:{self.privacy.index(use.subject, f'counter:{use.limit.what}')}"


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds, at least one."""
    return max(1, int((moment - now).total_seconds()) + 1)


def network_of(address: str) -> str:
    """The address that counts for one who comes from `address`: of IPv6 the network alone."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, NETWORK), strict=False))
