"""A server that serves says so, and its end waits for what it is writing."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from models.kiosks import PULSE
from wechat_backend.pulse import telling


class Listening:
    """Notes that last, or fail; `enough` is set when so many have begun."""

    def __init__(self, lasts: float = 0.0, *, many: int = 1, fails: bool = False) -> None:
        self.lasts, self.many, self.fails = lasts, many, fails
        self.begun = self.noted = 0
        self.enough = asyncio.Event()

    async def listen(self, _by: object) -> None:
        self.begun += 1
        if self.begun == self.many:
            self.enough.set()
        await asyncio.sleep(self.lasts)
        if self.fails:
            raise OSError
        self.noted += 1


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wechat_backend.pulse.PULSE", PULSE / 500)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("fails", [False, True])
async def test_it_tells_again_and_again_also_after_a_failure(*, fails: bool) -> None:
    listening: Any = Listening(many=3, fails=fails)
    async with telling(listening, now):
        await listening.enough.wait()
    told = listening.begun
    await asyncio.sleep(0.05)
    assert listening.begun == told


async def test_its_end_cuts_off_no_write() -> None:
    listening: Any = Listening(lasts=0.2)
    async with telling(listening, now):
        await listening.enough.wait()
    assert (listening.begun, listening.noted) == (1, 1)
