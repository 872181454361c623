"""Submissions a second, beside the bare driver that does their writes alone.

Each person has a complete draft, with its answers and the file that is required, and hands it in as the doors
have it done: the own case, then the submission.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from _machine import embedded

from bench_cases.effort import Effort, Figures, Ground
from bench_cases.worlds import NOBODY, opened
from bench_cases.writes import Change, compared
from models.applications import Application
from tests.house.desk import Desk
from tests.house.guides import plain_guide
from tests.house.settings import environment


def run(effort: Effort, _ground: Ground) -> Figures:
    with embedded("bench") as (mongod, _folder):
        return {"ratio_driver": asyncio.run(measured(mongod.uri, effort))}


async def measured(uri: str, effort: Effort) -> float:
    async with opened(environment(NOBODY, uri, "bench")) as world:
        await world.furnish()
        desks = [world.desk(await world.applicant()) for _ in range(effort.writes)]

        async def prepare(number: int, many: int) -> Sequence[Change]:
            guide = plain_guide(number + 1)
            await world.publish(guide)
            drafts = [(desk, await desk.filled(guide)) for desk in desks[:many]]
            return [partial(hand_in, desk, draft) for desk, draft in drafts]

        return await compared(world, "submission", effort, prepare)


async def hand_in(desk: Desk, draft: Application) -> object:
    return await desk.hand_in(draft)
