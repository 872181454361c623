"""A first try at a message: claimed before anything is changed, kept with its claim where nothing is."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.chat import Inbox, Listed, Repeated, Turn, inbox
from models.claims import claiming
from tests.house.clock import Clock
from tests.house.house import House, said

MESSAGE, NONCE, USER = "message-1", "nonce-1", "openid-of-wang"


class Process:
    """One of several that are sent the same message."""

    def __init__(self, house: House, clock: Clock, name: str) -> None:
        self.inbox = Inbox(house.stores.database, house.stores.privacy)
        self.effects: Any = house.stores.database["effects"]
        self.clock, self.name = clock, name

    async def answers(self, *, changes: bool, dies: bool = False) -> str | None:
        """As the callback does it; None where the process died."""
        turn = Turn(self.inbox, MESSAGE, NONCE, self.clock.now, self.name)
        try:
            with claiming(turn.claim):
                if changes:
                    await self.effects.insert_one({"by": self.name})
            if dies:
                return None
            await turn.keep(self.name, None)
        except Repeated:
            before = await self.inbox.begin(MESSAGE, NONCE, self.clock.now(), self.name)
            if before is not None:
                return before["reply"]
            if changes:
                await self.effects.insert_one({"by": self.name})
            await self.inbox.finish(MESSAGE, self.name, self.name)
        return self.name


@pytest.fixture
async def processes(house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    monkeypatch.setattr(inbox, "PAUSE", 0.02)
    await house.stores.database["effects"].delete_many({})
    return [Process(house, clock, f"process-{number}") for number in range(8)]


@pytest.mark.parametrize("changes", [True, False])
async def test_of_many_at_once_one_answers_and_changes(processes: list[Process], changes: bool) -> None:
    replies = await asyncio.gather(*(one.answers(changes=changes) for one in processes))
    assert len(set(replies)) == 1
    kept = await processes[0].inbox.documents.find({}).to_list()
    assert [("reply" in one, "lease" in one) for one in kept] == [(True, changes)]
    assert await processes[0].effects.count_documents({}) == int(changes)


@pytest.mark.parametrize("changes", [True, False])
async def test_after_a_death_the_next_one_answers(
    processes: list[Process], clock: Clock, changes: bool
) -> None:
    dead, *living = processes
    assert await dead.answers(changes=changes, dies=True) is None
    clock.advance(inbox.LEASE + timedelta(seconds=1))
    replies = set(await asyncio.gather(*(one.answers(changes=changes) for one in living)))
    assert len(replies) == 1
    assert replies <= {one.name for one in living}
    assert await dead.effects.count_documents({}) == 2 * int(changes)


async def test_who_is_not_the_first_changes_nothing_however_often_they_try(
    processes: list[Process], clock: Clock
) -> None:
    first, second, *_ = processes
    assert await first.answers(changes=False)
    turn = Turn(second.inbox, MESSAGE, NONCE, clock.now, second.name)
    with claiming(turn.claim):
        for _ in range(2):
            with pytest.raises(Repeated):
                await second.effects.insert_one({})
    with pytest.raises(Repeated):
        await turn.keep("other words", None)
    assert await second.inbox.before(MESSAGE, NONCE) == {"reply": first.name}
    assert await second.effects.count_documents({}) == 0


async def test_a_nonce_that_came_with_another_message_keeps_and_changes_nothing(
    processes: list[Process], clock: Clock
) -> None:
    first, second, *_ = processes
    assert await first.answers(changes=False)
    turn = Turn(second.inbox, "message-2", NONCE, clock.now, second.name)
    with pytest.raises(Repeated):
        await turn.keep("words", Listed(USER, ["item"], clock.now()))
    assert await said(second.inbox.begin("message-2", NONCE, clock.now(), "holder")) == "nonce_repeated"
    assert await second.inbox.chosen(USER, 1, clock.now()) is None
    await second.inbox.keep("message-3", "nonce-3", "words", clock.now())
    assert await said(second.inbox.before("message-3", NONCE)) == "nonce_repeated"


async def test_the_last_list_is_the_one_that_counts(house: House, clock: Clock) -> None:
    kept = house.stores.inbox
    for number, choices in enumerate((["old", "older"], ["new"])):
        listed = Listed(USER, choices, clock.now())
        assert await kept.keep(f"m{number}", f"n{number}", "words", clock.now(), listed)
    assert not await kept.keep("m0", "n9", "words", clock.now(), Listed(USER, ["no"], clock.now()))
    assert [await kept.chosen(USER, number, clock.now()) for number in (0, 1, 2)] == [None, "new", None]
    assert await kept.chosen("openid-of-li", 1, clock.now()) is None
    assert await kept.chosen(USER, 1, clock.now(), since=clock.now()) is None
    clock.advance(inbox.CHOICES_KEPT - timedelta(seconds=1))
    assert await kept.chosen(USER, 1, clock.now()) == "new"
    clock.advance(timedelta(seconds=1))
    assert await kept.chosen(USER, 1, clock.now()) is None
    assert USER not in str(await kept.documents.find({}).to_list())
