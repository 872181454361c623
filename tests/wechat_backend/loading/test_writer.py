"""What is read from `data/` is written once, however many write it."""

import asyncio
from dataclasses import replace
from datetime import date

from models.events import Cause, Channel
from models.places.hall import Closure
from tests.house.clock import START
from wechat_backend.database.connection import Database
from wechat_backend.loading.loader import load
from wechat_backend.loading.writer import prepared, store

CLOSED = Closure(first=date(2027, 1, 1), last=date(2027, 1, 2), reason="检修")
BY = Cause("system", START, Channel.SYSTEM, "request-data")


async def test_what_several_load_at_once_is_there_once(database: Database) -> None:
    data = load()
    few = replace(data, guides=data.guides[:5])
    shelves = await prepared(database)
    counts = await asyncio.gather(*(store(few, shelves, BY) for _ in range(4)))
    assert sum(one.guides for one in counts) == len(few.guides)
    assert await shelves.departments.all() == sorted(data.departments, key=lambda one: one.code)
    assert len(await shelves.halls.all()) == len(data.halls)
    assert len(await shelves.referrals.all()) == len(data.referrals)
    for guide in few.guides:
        assert await shelves.guides.published(guide.item) == guide


async def test_a_schedule_written_in_the_panel_is_left_and_told_of(database: Database) -> None:
    """What else `data/` says of the hall is loaded."""
    data = replace(load(), guides=[])
    shelves = await prepared(database)
    assert (await store(data, shelves, BY)).differing == []
    kept = await shelves.halls.kept(data.halls[0].code)
    await shelves.halls.reschedule(kept, kept.hall.model_copy(update={"closures": [CLOSED]}), BY, {})
    renamed = [data.halls[0].model_copy(update={"phone": "020-84600000"}), *data.halls[1:]]
    counts = await store(replace(data, halls=renamed), shelves, BY)
    assert (counts.halls, counts.differing) == (1, [f"schedule of {kept.hall.code}: written in the panel"])
    found = await shelves.halls.get(kept.hall.code)
    assert (found.closures, found.phone) == ([CLOSED], "020-84600000")
