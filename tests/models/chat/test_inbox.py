"""A message is answered by one at a time, whoever dies or is late meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.chat import inbox
from models.chat.inbox import Inbox
from tests.house.clock import Clock
from tests.house.house import House

MESSAGE, NONCE = "message-1", "nonce-1"


@pytest.fixture
def kept(house: House, monkeypatch: Any) -> Inbox:
    monkeypatch.setattr(inbox, "PAUSE", 0.02)
    return house.stores.inbox


@pytest.mark.parametrize("one_died", [False, True])
async def test_of_many_at_once_one_answers(kept: Inbox, clock: Clock, one_died: bool) -> None:
    if one_died:
        assert await kept.begin(MESSAGE, NONCE, clock.now(), "dead") is None
        clock.advance(inbox.LEASE)

    async def answer(holder: str) -> str:
        before = await kept.begin(MESSAGE, NONCE, clock.now(), holder)
        if before is None:
            await kept.finish(MESSAGE, f"from {holder}", holder)
            return f"from {holder}"
        return str(before["reply"])

    replies = await asyncio.gather(*(answer(f"request-{number}") for number in range(12)))
    assert len(set(replies)) == 1


async def test_who_comes_too_late_changes_no_words(kept: Inbox, clock: Clock) -> None:
    assert await kept.begin(MESSAGE, NONCE, clock.now(), "slow") is None
    clock.advance(inbox.LEASE + timedelta(seconds=1))
    assert await kept.begin(MESSAGE, NONCE, clock.now(), "next") is None
    await kept.finish(MESSAGE, "the words that were said", "next")
    await kept.finish(MESSAGE, "other words", "slow")
    before = await kept.begin(MESSAGE, NONCE, clock.now(), "again")
    assert before
    assert before["reply"] == "the words that were said"
