"""Run as a process of its own: relays and sends, and is killed at the point that it is told.

    python -m tests.wechat_backend.worker.dies POINT

The settings come from the environment, as for a real worker.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from models.materials.store import Materials
from models.outgoing.deliveries import Deliveries
from models.outgoing.outbox import Outbox
from tests.house.worker import World
from wechat_backend.database.connection import connect
from wechat_backend.gateways.wechat import WeChat
from wechat_backend.settings import load_settings
from wechat_backend.worker.jobs.relay import Relay

POINTS: dict[str, tuple[type, str]] = {
    "before_relay": (Relay, "once"),
    "before_plan": (Deliveries, "plan"),
    "before_pull": (Outbox, "_remove"),
    "before_send": (WeChat, "send_template"),
    "after_send": (Deliveries, "sent"),
}
"""Where the process is killed: as it is about to call this."""
IN_A_JOB: dict[str, tuple[type, str]] = {
    "in_menu": (WeChat, "create_menu"),
    "in_sweep": (Materials, "sweep"),
}
"""The same, while it has the lease of the job that is named after `in_`."""


def _kill(*_args: Any, **_more: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def work(point: str) -> None:
    settings = load_settings()
    uri = settings.mongo_uri.get_secret_value()
    database = await connect(uri, settings.mongo_database, settings.mongo_driver)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731
    world = World(settings, database, now)
    if point in IN_A_JOB:
        await world.do(point.removeprefix("in_"))
    await world.work()


if __name__ == "__main__":
    owner, name = (POINTS | IN_A_JOB)[sys.argv[1]]
    setattr(owner, name, _kill)
    asyncio.run(work(sys.argv[1]))
