"""What a short message takes: a place in the day's budget, and one of those that a phone has in a day.

It is taken once for each delivery, at its first attempt: trying again takes no second one. Codes have paid
when they were asked for. What the provider turned away for want of quota or credit is given back.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from models.counters import Counters, Use
from models.errors import TooMany
from models.outgoing import PER_PHONE, Delivery, Purpose, SmsDays
from wechat_backend.gateways.base import Clock, GatewayError, Remedy
from wechat_backend.worker.sender import NotNow

AGAIN = timedelta(minutes=15)
"""Until a legal notice looks again for a place; the budget may have been raised, or the day be over."""


class SmsBudget:
    def __init__(self, counters: Counters, sms: SmsDays, clock: Clock) -> None:
        self.counters, self.sms, self.clock = counters, sms, clock

    @asynccontextmanager
    async def paid(self, delivery: Delivery, purpose: Purpose, phone: str) -> AsyncIterator[None]:
        """Take what the message inside needs.

        Raises:
            NotNow: there is no place for a legal notice yet; it waits.
            GatewayError: there is none for a courtesy, which is given up, and staff see it.
        """
        if purpose is Purpose.CODE or delivery["attempts"] > 1:
            yield
            return
        now, places = self.clock(), [Use(PER_PHONE[purpose], phone)]
        try:
            async with self.counters.taken(places, now):
                await self.sms.take(purpose, now)
        except TooMany as error:
            if purpose is Purpose.LEGAL:
                raise NotNow(error.code, now + AGAIN) from None
            raise GatewayError("sms", error.code, Remedy.GIVE_UP) from None
        try:
            yield
        except GatewayError as error:
            if error.remedy is Remedy.WAIT:
                await self.sms.give_back(purpose, now)
                await self.counters.give_back(places, now)
            raise
