"""Sends one delivery at a time, and decides what its failure means."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from math import inf
from uuid import uuid4

import structlog

from models.database_trouble import is_trouble
from models.outgoing import Closures, Deliveries, Delivery, Via
from wechat_backend.gateways.base import Clock, GatewayError, Remedy

log = structlog.get_logger("panyu.worker")

QUOTA_WAIT = timedelta(minutes=5)
"""Half of the ten minutes in which WeChat drops a second copy: an attempt before may have arrived."""

RECORD_AGAIN = 1.0
"""Seconds between two attempts at recording what came of a delivery."""

Send = Callable[[Delivery], Awaitable[str]]
"""Sends a delivery; returns the provider's id for it.

Raises `GatewayError`, `NotNow`, or `Overtaken` where there is nothing to send any more.
"""

Record = Callable[[], Awaitable[None]]


class Overtaken(Exception):
    """Something newer has taken the place of what was to be sent; `code` says what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotNow(Exception):
    """There is no place for it yet, for the reason `code`; it is due again at `until`."""

    def __init__(self, code: str, until: datetime) -> None:
        super().__init__(code)
        self.code, self.until = code, until


class Sender:
    """`closures` tells staff and other processes of a channel that is closed."""

    def __init__(
        self,
        deliveries: Deliveries,
        channels: Mapping[Via, Send],
        clock: Clock,
        closures: Closures,
    ) -> None:
        self.deliveries, self.channels, self.clock, self.closures = deliveries, channels, clock, closures
        self.closed_until: dict[Via, datetime] = {}
        self.unanswered = ""

    async def claim(self) -> Delivery | None:
        """The next delivery due; not of a channel whose quota is used up.

        The database may have failed after it did what the last claim asked: then that one comes first.
        """
        now = self.clock()
        closed = self._closed(now)
        if self.unanswered and (held := await self.deliveries.find_held(self.unanswered, now)):
            self.unanswered = ""
            return held
        self.unanswered = uuid4().hex
        claimed = await self.deliveries.claim(now, closed, self.unanswered)
        self.unanswered = ""
        return claimed

    async def rest(self) -> float:
        """Seconds until there is a delivery to claim; `inf` if none waits."""
        now = self.clock()
        closed = self._closed(now)
        moments = [self.closed_until[via] for via in closed]
        if due := await self.deliveries.next_due(closed):
            moments.append(due)
        return max(0.0, (min(moments) - now).total_seconds()) if moments else inf

    def _closed(self, now: datetime) -> list[Via]:
        return [via for via, until in self.closed_until.items() if until > now]

    async def send(self, delivery: Delivery) -> None:
        """Send a claimed delivery and record what came of it."""
        with structlog.contextvars.bound_contextvars(
            request=delivery["request"], delivery=delivery["_id"], notice=delivery["notice"]
        ):
            record = await self._outcome(delivery)
            await self._persist(delivery, record)

    async def _outcome(self, delivery: Delivery) -> Record:
        """Send it; what came of it, to be recorded."""
        began = self.clock()
        try:
            sent_as = await self.channels[delivery["channel"]](delivery)
        except Overtaken as reason:
            log.info("delivery_overtaken", code=reason.code)
            return partial(self.deliveries.skipped, delivery, reason.code, self.clock())
        except NotNow as reason:
            log.warning("delivery_postponed", code=reason.code)
            return partial(self.deliveries.postponed, delivery, reason.code, reason.until)
        except GatewayError as error:
            return partial(self._failed, delivery, error)
        except Exception:
            log.exception("delivery_broken")
            return partial(self.deliveries.failed_for_now, delivery, "internal", self.clock())
        log.info("delivery_sent", attempts=delivery["attempts"])
        return partial(self._sent, delivery, sent_as, began, self.clock())

    async def _persist(self, delivery: Delivery, record: Record) -> None:
        """Record it, though the database fails meanwhile, for as long as nobody else may send it again."""
        while True:
            try:
                return await record()
            except Exception as error:
                if not is_trouble(error) or self.clock() >= delivery["due_at"]:
                    raise
                log.warning("delivery_not_recorded_yet", error=type(error).__name__)
            await asyncio.sleep(RECORD_AGAIN)

    async def _sent(self, delivery: Delivery, sent_as: str, began: datetime, at: datetime) -> None:
        await self.deliveries.sent(delivery, sent_as, at)
        await self._opened(delivery["channel"], began)

    async def _failed(self, delivery: Delivery, error: GatewayError) -> None:
        now = self.clock()
        log.warning("delivery_failed", code=error.code, remedy=error.remedy, attempts=delivery["attempts"])
        if error.remedy is Remedy.RETRY:
            await self.deliveries.failed_for_now(delivery, error.code, now)
        elif error.remedy is Remedy.WAIT:
            await self._close(delivery["channel"], error.code, now)
            await self.deliveries.postponed(delivery, error.code, now + QUOTA_WAIT)
        elif error.remedy is Remedy.GIVE_UP or not await self.deliveries.fall_back(delivery, error.code, now):
            await self.deliveries.failed_for_good(delivery, error.code, now)

    async def _close(self, channel: Via, code: str, now: datetime) -> None:
        self.closed_until[channel] = until = now + QUOTA_WAIT
        log.error("channel_closed", channel=channel, code=code)
        await self.closures.close(channel, code, now, until)

    async def _opened(self, channel: Via, began: datetime) -> None:
        """Whichever worker closed it, and though that worker is gone."""
        self.closed_until.pop(channel, None)
        if await self.closures.open_again(channel, began):
            log.info("channel_open", channel=channel)
