"""What the devices of the demo's kiosks did before it starts: when they were offline or had a fault.

They are heard and fall silent through the models, at times in the past. From then on the simulator plays
those that are switched on (`kiosks.Made.manner`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from models.events import Cause, Channel
from models.kiosks import DeviceState, Heard
from models.kiosks.heartbeats import Nonce
from models.stores import Stores

IDLE = Heard(state=DeviceState.IDLE, session=False, software="1.0.0", printer=["none"], paper=80, toner=70)
JAMMED = Heard(state=DeviceState.FAULT, session=False, software="1.0.0", printer=["media-jam-error"])
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Trouble:
    """`days` ago it began, and it lasted for so many hours."""

    days: float
    hours: float
    fault: bool = False


PAST: Mapping[str, Sequence[Trouble]] = {
    "民政自助终端1号": (Trouble(27, 1.5), Trouble(19.2, 3, fault=True), Trouble(6.4, 0.5)),
    "民政自助终端2号": (Trouble(24.6, 14), Trouble(9.3, 2, fault=True), Trouble(3.1, 5)),
    "民政自助终端3号": (Trouble(22.5, 0.7, fault=True),),
    "民政自助终端4号": (Trouble(15.4, 8),),
    "户政自助终端1号": (Trouble(26.3, 4), Trouble(12.8, 30, fault=True), Trouble(8.2, 1)),
}


async def make_once(stores: Stores, now: datetime) -> bool:
    """Give them a past where no device was heard yet; False where one was."""
    if await stores.heartbeats.documents.find_one({}, {"_id": 1}):
        return False
    demo = _Demo(stores)
    found = stores.kiosks.documents.find({"name": {"$in": [*PAST]}}, {"name": 1})
    for key, name in [(one["_id"], one["name"]) async for one in found]:
        for trouble in PAST[name]:
            await demo.pass_through(key, trouble, now - timedelta(days=trouble.days))
    return True


@dataclass(frozen=True)
class _Demo:
    stores: Stores

    async def pass_through(self, kiosk: str, trouble: Trouble, start: datetime) -> None:
        heartbeats = self.stores.heartbeats
        await self.hear(kiosk, JAMMED if trouble.fault else IDLE, start)
        if not trouble.fault:
            heard = await heartbeats.get(kiosk)
            await heartbeats.lose(heard, self.by("system", start + timedelta(minutes=2)))
        await self.hear(kiosk, IDLE, start + trouble.hours * HOUR)

    async def hear(self, kiosk: str, said: Heard, at: datetime) -> None:
        nonce = Nonce(nonce=uuid4().hex, until=at + timedelta(minutes=10))
        await self.stores.heartbeats.hear(kiosk, nonce, self.by(f"kiosk:{kiosk}", at), said)

    def by(self, actor: str, at: datetime) -> Cause:
        channel = Channel.SYSTEM if actor == "system" else Channel.KIOSK
        return Cause(actor, at, channel, f"demo-{uuid4().hex[:12]}")
