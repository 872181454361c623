"""What is read from `data/` is written once, however many write it."""

import asyncio
from dataclasses import replace

from models.events import Cause, Channel
from models.guides import Departments, Guides
from models.places import Halls
from tests.house.clock import START
from wechat_backend.database.connection import Database
from wechat_backend.loading.loader import load
from wechat_backend.loading.writer import store

BY = Cause("system", START, Channel.SYSTEM, "request-data")


async def test_what_several_load_at_once_is_there_once(database: Database) -> None:
    data = load()
    few = replace(data, guides=data.guides[:5])
    departments, halls, guides = Departments(database), Halls(database), Guides(database)
    for each in (departments, halls, guides):
        await each.prepare()
    counts = await asyncio.gather(*(store(few, departments, halls, guides, BY) for _ in range(4)))
    assert sum(one.guides for one in counts) == len(few.guides)
    assert await departments.all() == sorted(data.departments, key=lambda one: one.code)
    assert len(await halls.all()) == len(data.halls)
    for guide in few.guides:
        assert await guides.published(guide.item) == guide
