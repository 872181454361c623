"""Reports of messages that we have not noted as sent: the sender is a moment late, or died before its record.

WeChat reports a few times within seconds and never again. A report waits here until its message is noted.
"""

from datetime import datetime, timedelta
from typing import ClassVar, TypedDict

from pymongo import IndexModel

from models.store import Store

KEPT = timedelta(days=1)
"""A message whose sender died is sent again within minutes."""


class EarlyReport(TypedDict):
    """`_id` is the provider's id of the message; `reached` whether it reached the person, at `at`."""

    _id: str
    outcome: str
    reached: bool
    at: datetime


class EarlyReports(Store[EarlyReport]):
    """Facts that nobody has a use for yet: no event tells of them."""

    collection = "early_reports"
    indexes: ClassVar = [IndexModel("at", name="old", expireAfterSeconds=round(KEPT.total_seconds()))]

    async def keep(self, sent_as: str, outcome: str, at: datetime, *, reached: bool) -> None:
        """Keep the first report of a message; telling it again changes nothing."""
        report = {"outcome": outcome, "reached": reached, "at": at}
        await self.documents.update_one({"_id": sent_as}, {"$setOnInsert": report}, upsert=True)

    async def find(self, sent_as: str) -> EarlyReport | None:
        return await self._first({"_id": sent_as})
