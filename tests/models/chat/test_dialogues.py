"""A conversation is written by one message at a time, and forgotten after a day."""

import asyncio
from datetime import timedelta

from models.chat import Dialogues
from models.chat.dialogues import KEPT
from tests.house.clock import Clock
from tests.house.house import House

USER = "openid-of-wang"


async def test_of_many_at_once_one_is_first(house: House, clock: Clock) -> None:
    dialogues: Dialogues = house.stores.dialogues
    for version in range(3):
        before = await dialogues.find(USER, clock.now())
        assert before.version == version
        kept = await asyncio.gather(
            *(
                dialogues.keep(USER, before, {"by": number}, f"m{number}", f"words {number}", clock.now())
                for number in range(8)
            )
        )
        assert kept.count(True) == 1
        after = await dialogues.find(USER, clock.now())
        winner = kept.index(True)
        assert (after.state, after.message, after.said) == ({"by": winner}, f"m{winner}", f"words {winner}")


async def test_it_is_forgotten_after_a_day_even_before_the_database_deletes_it(
    house: House, clock: Clock
) -> None:
    dialogues = house.stores.dialogues
    nobody = await dialogues.find("openid-of-li", clock.now())
    assert await dialogues.keep("openid-of-li", nobody, {}, "m", "words", clock.now())
    clock.advance(KEPT - timedelta(seconds=1))
    assert (await dialogues.find("openid-of-li", clock.now())).state is not None
    clock.advance(timedelta(seconds=1))
    old = await dialogues.find("openid-of-li", clock.now())
    assert (old.version, old.state, old.said) == (1, None, "")
    assert await dialogues.keep("openid-of-li", old, {}, "m2", "words", clock.now())
