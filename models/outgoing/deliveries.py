"""Deliveries: each is one message or report to send, its sender, its next attempt and its outcome.

A delivery names people by id only; the words are made when it is sent. Its sender holds its lease
(`models.leases`), whose end is `due_at`: a delivery whose sender died is due again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, NotRequired

from pymongo import ASCENDING, IndexModel, ReturnDocument

from models.errors import Conflict, NotFound
from models.events import Cause, Channel, Event
from models.events import Plan as Later
from models.leases import free, given_back, held_by, new_holder, taken
from models.outgoing.early import EarlyReports
from models.paging import Order, Page, count_in, page_in
from models.store import Database, Document, Record, Store, insert_new


class DeliveryNotFound(NotFound):
    code = "delivery_not_found"
    message = "没有找到该发送记录"


class ReportedAlready(Conflict):
    code = "reported_already"
    message = "该消息的送达情况已有回报"


class DeliveryNotFailed(Conflict):
    code = "delivery_not_failed"
    message = "该消息未处于发送失败状态，无需重发"


END = "due_at"
"""The end of a lease, and the moment at which there is something to do, in one field with one index."""
LEASE = timedelta(seconds=60)
"""Longer than any gateway's time-out, shorter than the 10 minutes in which WeChat drops a second copy."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
MOST_ATTEMPTS = 12
"""Of a message to a person, who is told too late by then; a report is tried until its system has taken it."""
MOST_COUNTED = 10_000
FIRST_ASK = timedelta(minutes=1)
"""After which the carrier is asked what became of a message, and then ever later (`arrivals`)."""
REPORT, REPORTED = "delivery.report", "delivery.reported"
"""What is planned where a report may show that a paper was delivered, and the event that plans it."""


class Via(StrEnum):
    WECHAT = "wechat"
    SMS = "sms"
    GOVERNMENT = "government"


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"  # overtaken (a newer code), or its fallback went instead


RETRYING: Document = {"state": DeliveryState.PENDING.value, "attempts": {"$gt": 0}}
"""Tried, and not arrived yet."""
UNTRIED: Document = {"state": DeliveryState.PENDING.value, "attempts": 0}


class Stage(StrEnum):
    """How far what has not arrived has come."""

    FAILED = "failed"
    RETRYING = "retrying"
    UNTRIED = "untried"


STAGES: Mapping[Stage, tuple[Document, Order]] = {
    Stage.FAILED: ({"state": DeliveryState.FAILED.value}, Order("settled_at", latest_first=True)),
    Stage.RETRYING: (RETRYING, Order("due_at")),
    Stage.UNTRIED: (UNTRIED, Order("due_at")),
}
"""The query, and the order in which they are listed."""


class Delivery(Record):
    """`_id` is `<event>:<channel>:<recipient>`; `request` is the id of the request that led to the event;
    `code` says why it went wrong the last time, `sent_as` is the provider's own id for it. Of a message that
    tells of a paper a report is `proof`; the carrier is `asked` for it again at `ask_at`. `outcome` is what
    was reported, `reached_at` when it reached the person, if it did."""

    event: str
    notice: str
    channel: Via
    recipient: str
    request: str
    fallback: Via | None
    state: DeliveryState
    attempts: int
    due_at: datetime
    lease: str | None
    created_at: datetime
    code: NotRequired[str | None]
    sent_as: NotRequired[str | None]
    outcome: NotRequired[str]
    proof: NotRequired[bool]
    ask_at: NotRequired[datetime]
    asked: NotRequired[int]
    reached_at: NotRequired[datetime]
    settled_at: NotRequired[datetime]


@dataclass(frozen=True)
class Plan:
    """One thing to send because of an event; `fallback` is tried where `via` cannot reach them. A report on
    it is `proof` that a paper was delivered."""

    via: Via
    notice: str
    recipient: str
    fallback: Via | None = None
    proof: bool = False


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 2 s, doubling up to a quarter of an hour."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(max(attempts, 1) - 1, 16)))


class Deliveries(Store[Delivery]):
    """One document a thing to send."""

    collection = "deliveries"
    missing = DeliveryNotFound
    tells = ("delivery.retried", REPORTED)
    plans = (REPORT,)
    indexes: ClassVar = [
        IndexModel(
            [("due_at", ASCENDING)],
            name="due",
            partialFilterExpression={"state": DeliveryState.PENDING.value},
        ),
        *(
            IndexModel(
                ["state", order.field, "_id", "attempts"],
                name=f"listed_{stage}",
                partialFilterExpression=query,
            )
            for stage, (query, order) in STAGES.items()
        ),
        IndexModel("event", name="event"),
        IndexModel("sent_as", name="sent_as", sparse=True),
        IndexModel("ask_at", name="ask", sparse=True),
    ]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.early = EarlyReports(database)

    def shaped(self, document: Document) -> Delivery:
        fallback = document["fallback"]
        return super().shaped(
            {
                **document,
                "channel": Via(document["channel"]),
                "fallback": Via(fallback) if fallback else None,
                "state": DeliveryState(document["state"]),
            }
        )

    async def plan(self, event: Mapping[str, Any], plans: Iterable[Plan], now: datetime) -> None:
        """Add what is to be sent because of an event; what is there already stays as it is."""
        await insert_new(self.documents, [_delivery(event, plan, now) for plan in plans])

    async def claim(
        self, now: datetime, without: Collection[str] = (), lease: str | None = None
    ) -> Delivery | None:
        """Take the delivery longest due, for LEASE; channels in `without` are left alone."""
        query: Document = {"state": DeliveryState.PENDING, **free(now, END)}
        if without:
            query["channel"] = {"$nin": sorted(without)}
        claimed: Document | None = await self.documents.find_one_and_update(
            query,
            {"$set": taken(lease or new_holder(), now + LEASE, END), "$inc": {"attempts": 1}},
            sort=[("due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        return None if claimed is None else self.shaped(claimed)

    async def next_due(self, without: Collection[str] = ()) -> datetime | None:
        """When the next delivery is due; channels in `without` do not count."""
        query: Document = {"state": DeliveryState.PENDING}
        if without:
            query["channel"] = {"$nin": sorted(without)}
        found: Document | None = await self.documents.find_one(
            query, {"due_at": 1}, sort=[("due_at", ASCENDING)]
        )
        return found["due_at"] if found else None

    async def find_held(self, lease: str, now: datetime) -> Delivery | None:
        """The delivery that was claimed with this lease, if the lease has not run out."""
        return await self._first({"state": DeliveryState.PENDING, END: {"$gt": now}, **held_by(lease)})

    async def sent(self, delivery: Delivery, sent_as: str, now: datetime) -> None:
        """It went out; `sent_as` is the provider's own id for it.

        A report that came before is kept with it: looked for before this is recorded, as we may die then, and
        afterwards, as it may have come just now.
        """
        asks = delivery["channel"] is Via.SMS and delivery.get("proof")
        more = {"ask_at": now + FIRST_ASK} if asks else None
        await self._keep_early(delivery, sent_as, now)
        await self._settle(delivery, DeliveryState.SENT, now, sent_as=sent_as, more=more)
        await self._keep_early(delivery, sent_as, now)

    async def skipped(self, delivery: Delivery, code: str, now: datetime) -> None:
        """There is nothing to send any more, for the reason `code`."""
        await self._settle(delivery, DeliveryState.SKIPPED, now, code=code)

    async def failed_for_good(self, delivery: Delivery, code: str, now: datetime) -> None:
        await self._settle(delivery, DeliveryState.FAILED, now, code=code)

    async def failed_for_now(self, delivery: Delivery, code: str, now: datetime) -> None:
        """Due again after a wait that doubles; a message is failed after MOST_ATTEMPTS."""
        if delivery["attempts"] >= MOST_ATTEMPTS and delivery["channel"] is not Via.GOVERNMENT:
            await self.failed_for_good(delivery, code, now)
        else:
            await self._again(delivery, code, now + wait_after(delivery["attempts"]))

    async def postponed(self, delivery: Delivery, code: str, until: datetime) -> None:
        """The provider's quota is used up: due again later, and the attempt does not count."""
        await self._again(delivery, code, until, {"$inc": {"attempts": -1}})

    async def fall_back(self, delivery: Delivery, code: str, now: datetime) -> bool:
        """Plan the same notice by the fallback, once; False where there is none."""
        if not await self._plan_fallback(delivery, now):
            return False
        await self.skipped(delivery, code, now)
        return True

    async def reported(self, sent_as: str, outcome: str, reached: bool, by: Cause) -> bool:
        """Keep what the provider reports later; what did not reach the person goes by the fallback.

        False if no delivery is known under this id: the report may come before `sent` was recorded, and waits
        for that.
        """
        delivery = await self._first({"sent_as": sent_as, "channel": Via.WECHAT})
        if delivery is None:
            await self.early.keep(sent_as, outcome, by.at, reached=reached)
            return False
        await self._report(delivery, outcome, by.at if reached else None, by)
        return True

    async def _keep_early(self, delivery: Delivery, sent_as: str, now: datetime) -> None:
        if delivery["channel"] is Via.WECHAT and (report := await self.early.find(sent_as)):
            by = Cause("system", now, Channel.SYSTEM, delivery["request"])
            await self._report(delivery, report["outcome"], report["at"] if report["reached"] else None, by)

    async def _report(self, delivery: Delivery, outcome: str, reached_at: datetime | None, by: Cause) -> None:
        await self.keep_report(delivery, outcome, reached_at, by)
        if reached_at is None:
            await self._plan_fallback(delivery, by.at)

    async def keep_report(
        self, delivery: Delivery, outcome: str, reached_at: datetime | None, by: Cause
    ) -> None:
        """Keep the first report; of a proof its event plans what follows."""
        sets: Document = {"outcome": outcome} | ({"reached_at": reached_at} if reached_at else {})
        if not delivery.get("proof"):
            await self.documents.update_one({"_id": delivery["_id"]}, {"$set": sets})
            return
        event = Event(REPORTED, delivery["_id"], by, {"outcome": outcome}, plans=(Later(REPORT, by.at),))
        with suppress(ReportedAlready):
            await self.change(
                delivery["_id"],
                expects={"outcome": {"$exists": False}},
                sets=sets,
                update={"$unset": {"ask_at": ""}},
                event=event,
                otherwise=ReportedAlready,
            )

    async def also_by_fallback(self, event: str, now: datetime) -> None:
        """Tell by the fallback too, of what went by WeChat and of which nothing is known; once."""
        for delivery in await self.of_event(event):
            if delivery["channel"] is Via.WECHAT:
                await self._plan_fallback(delivery, now)

    async def retry(self, key: str, by: Cause) -> None:
        """Send a failed delivery after all.

        Raises:
            NotFound: `delivery_not_found`.
            Conflict: `delivery_not_failed`.
        """
        await self.change(
            key,
            expects={"state": DeliveryState.FAILED},
            sets={"state": DeliveryState.PENDING, "attempts": 0, "due_at": by.at, "lease": None},
            event=Event("delivery.retried", key, by),
            otherwise=DeliveryNotFailed,
        )

    async def page(
        self, stage: Stage, limit: int = 100, *, after: str = "", before: str = ""
    ) -> Page[Delivery]:
        """
        Raises:
            PageUnknown: `after` or `before` is no place of a list.
        """
        query, order = STAGES[stage]
        return await page_in(self, query, order, limit, after=after, before=before)

    async def count(self, stage: Stage) -> int:
        """Counted no further than `paging.ENOUGH` and one."""
        return await count_in(self, STAGES[stage][0])

    async def waiting(self, now: datetime) -> dict[str, int]:
        """How many are `due`, `retrying` and `failed`, as far as MOST_COUNTED; for gauges and alerts."""
        queries: dict[str, Document] = {
            "due": {"state": DeliveryState.PENDING, "due_at": {"$lte": now}},
            "retrying": RETRYING,
            "failed": {"state": DeliveryState.FAILED},
        }
        return {
            name: await self.documents.count_documents(query, limit=MOST_COUNTED)
            for name, query in queries.items()
        }

    async def of_event(self, event: str) -> list[Delivery]:
        return await self.of_events([event])

    async def of_events(self, events: Sequence[str]) -> list[Delivery]:
        return await self._each(self.documents.find({"event": {"$in": events}}).sort("_id", ASCENDING))

    async def _plan_fallback(self, delivery: Delivery, now: datetime) -> bool:
        if delivery["fallback"] is None:
            return False
        proof = delivery.get("proof", False)
        plan = Plan(delivery["fallback"], delivery["notice"], delivery["recipient"], proof=proof)
        await self.plan({"id": delivery["event"], "request": delivery["request"]}, [plan], now)
        return True

    async def _settle(
        self,
        delivery: Delivery,
        state: DeliveryState,
        now: datetime,
        *,
        sent_as: str | None = None,
        code: str | None = None,
        more: Document | None = None,
    ) -> None:
        """Close it, unless its lease ran out and another sender has it now."""
        await self.documents.update_one(
            _held(delivery),
            {
                "$set": {
                    "state": state,
                    "settled_at": now,
                    "sent_as": sent_as,
                    "code": code,
                    "lease": None,
                    **(more or {}),
                }
            },
        )

    async def _again(
        self, delivery: Delivery, code: str, due_at: datetime, more: Document | None = None
    ) -> None:
        await self.documents.update_one(
            _held(delivery), {"$set": {**given_back(due_at, END), "code": code}, **(more or {})}
        )


def _held(delivery: Delivery) -> Document:
    """The query for a delivery that its sender still holds."""
    return {"_id": delivery["_id"], "state": DeliveryState.PENDING, **held_by(delivery["lease"])}


def _delivery(event: Mapping[str, Any], plan: Plan, now: datetime) -> Document:
    return {
        "_id": f"{event['id']}:{plan.via}:{plan.recipient}",
        "event": event["id"],
        "notice": plan.notice,
        "channel": plan.via.value,
        "recipient": plan.recipient,
        "fallback": plan.fallback.value if plan.fallback else None,
        "request": event["request"],
        "state": DeliveryState.PENDING.value,
        "attempts": 0,
        "due_at": now,
        "lease": None,
        "created_at": now,
        **({"proof": True} if plan.proof else {}),
    }
