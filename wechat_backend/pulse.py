"""A server tells, every few seconds, that heartbeats of kiosks can arrive (`models.kiosks.listening`)."""

from contextlib import AbstractAsyncContextManager
from secrets import token_hex

from models.events import Cause, Channel
from models.kiosks import PULSE, Listening
from wechat_backend.gateways.base import Clock
from wechat_backend.rounds import repeating


def telling(listening: Listening, clock: Clock) -> AbstractAsyncContextManager[None]:
    """Tell it meanwhile. What the database does not take is a silence, and ends with the next note."""
    name = token_hex(4)

    async def tell() -> None:
        await listening.listen(Cause("system", clock(), Channel.SYSTEM, f"server-{name}"))

    return repeating(tell, PULSE, "pulse_not_noted")
