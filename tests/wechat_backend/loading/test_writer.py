"""What is read from `data/` is written once, however many write it."""

import asyncio
from dataclasses import replace

from models.events import Cause, Channel
from tests.house.clock import START
from wechat_backend.database.connection import Database
from wechat_backend.loading.loader import load
from wechat_backend.loading.writer import prepared, store

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
