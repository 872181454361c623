"""Sends one delivery at a time, and decides what its failure means."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from models.closures import Closures
from models.outbox import Deliveries, Via
from models.store import Document
from wechat_backend.gateways.base import Clock, GatewayError, Remedy

log = structlog.get_logger("panyu.worker")

QUOTA_WAIT = timedelta(minutes=5)
"""Half of the ten minutes in which WeChat drops a second copy: an attempt before may have arrived."""

Channel = Callable[[Document], Awaitable[str]]
"""Sends a delivery; returns the provider's id for it.

Raises `GatewayError`, `NotNow`, or `Overtaken` where there is nothing to send any more.
"""


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
        channels: Mapping[Via, Channel],
        clock: Clock,
        closures: Closures,
    ) -> None:
        self.deliveries, self.channels, self.clock, self.closures = deliveries, channels, clock, closures
        self.closed_until: dict[Via, datetime] = {}

    async def claim(self) -> Document | None:
        """The next delivery due; not of a channel whose quota is used up."""
        now = self.clock()
        closed = [via for via, until in self.closed_until.items() if until > now]
        return await self.deliveries.claim(now, without=closed)

    async def send(self, delivery: Document) -> None:
        """Send a claimed delivery and record what came of it."""
        with structlog.contextvars.bound_contextvars(
            request=delivery["request"], delivery=delivery["_id"], notice=delivery["notice"]
        ):
            try:
                sent_as = await self.channels[Via(delivery["channel"])](delivery)
            except Overtaken as reason:
                await self.deliveries.skipped(delivery, reason.code, self.clock())
                log.info("delivery_overtaken", code=reason.code)
            except NotNow as reason:
                await self.deliveries.postponed(delivery, reason.code, reason.until)
                log.warning("delivery_postponed", code=reason.code)
            except GatewayError as error:
                await self._failed(delivery, error)
            except Exception:
                log.exception("delivery_broken")
                await self.deliveries.failed_for_now(delivery, "internal", self.clock())
            else:
                await self.deliveries.sent(delivery, sent_as, self.clock())
                await self._opened(Via(delivery["channel"]))
                log.info("delivery_sent", attempts=delivery["attempts"])

    async def _failed(self, delivery: Document, error: GatewayError) -> None:
        now = self.clock()
        log.warning("delivery_failed", code=error.code, remedy=error.remedy, attempts=delivery["attempts"])
        if error.remedy is Remedy.RETRY:
            await self.deliveries.failed_for_now(delivery, error.code, now)
        elif error.remedy is Remedy.WAIT:
            await self._close(Via(delivery["channel"]), error.code, now + QUOTA_WAIT)
            await self.deliveries.postponed(delivery, error.code, now + QUOTA_WAIT)
        elif error.remedy is Remedy.GIVE_UP or not await self.deliveries.fall_back(delivery, error.code, now):
            await self.deliveries.failed_for_good(delivery, error.code, now)

    async def _close(self, channel: Via, code: str, until: datetime) -> None:
        self.closed_until[channel] = until
        log.error("channel_closed", channel=channel, code=code)
        await self.closures.close(channel, code, until)

    async def _opened(self, channel: Via) -> None:
        if self.closed_until.pop(channel, None):
            log.info("channel_open", channel=channel)
            await self.closures.open_again(channel)
