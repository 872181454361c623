"""What could not be sent, for the members of staff who see to it: it is of the whole district."""

from dataclasses import dataclass
from datetime import datetime

from models.events import Cause
from models.outgoing import Deliveries, Delivery, SmsDays, Spent, Stage
from models.paging import Page
from models.staff import Member, Scope, check_district


@dataclass(frozen=True)
class Sendings:
    """
    Raises:
        Forbidden: `scope_missing`, from each method.
    """

    deliveries: Deliveries
    sms: SmsDays

    async def page(self, member: Member, stage: Stage, limit: int, **at: str) -> Page[Delivery]:
        """
        Raises:
            PageUnknown: `after` or `before` is no place of a list.
        """
        check_district(member, Scope.DELIVERIES_READ)
        return await self.deliveries.page(stage, limit, **at)

    async def count(self, member: Member, stage: Stage) -> int:
        check_district(member, Scope.DELIVERIES_READ)
        return await self.deliveries.count(stage)

    async def spent(self, member: Member, now: datetime) -> list[Spent]:
        """What is used of the day's messages."""
        check_district(member, Scope.DELIVERIES_READ)
        return await self.sms.spent(now)

    async def retry(self, member: Member, key: str, by: Cause) -> None:
        """Send a failed delivery after all.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `delivery_not_found`.
            Conflict: `delivery_not_failed`.
        """
        check_district(member, Scope.DELIVERIES_RETRY)
        await self.deliveries.retry(key, by)
