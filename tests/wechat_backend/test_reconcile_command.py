"""The command `reconcile`: beside the service, for a span of days."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest

from models.workdays import local_date
from simulator import Running, start
from tests.house.settings import environment, settings_of
from tests.house.worker import World, working
from tests.wechat_backend import test_migrate
from tests.wechat_backend.test_migrate import name
from tests.wechat_backend.worker.conftest import CONFIG
from wechat_backend.database.connection import connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import check_current
from wechat_backend.reconcile_command import SpanWrong, run, span
from wechat_backend.wiring import utc_now

__all__ = ["name"]
DAY = date(2026, 11, 24)


@pytest.mark.parametrize(("first", "days"), [(DAY, 1), (date(2026, 11, 1), 24)])
def test_a_span_has_both_its_days(first: date, days: int) -> None:
    chosen = span(first, DAY)
    assert (chosen[0], chosen[-1], len(chosen)) == (first, DAY, days)


@pytest.mark.parametrize("first", [date(2026, 11, 25), date(2025, 11, 23)])
def test_what_is_no_span_is_refused(first: date) -> None:
    with pytest.raises(SpanWrong):
        span(first, DAY)


@pytest.fixture
async def simulator() -> AsyncIterator[Running]:
    running = await start(CONFIG, lambda: datetime.now(UTC))
    yield running
    await running.close()


@pytest.fixture
async def world(simulator: Running, mongo_uri: str, name: str) -> AsyncIterator[World]:
    database = await connect(mongo_uri, name)
    await check_current(database, ALL, utc_now())
    settings = settings_of(environment(simulator.url, mongo_uri, name))
    async with working(settings, database, utc_now) as world:
        yield world
    await database.close()


@pytest.mark.article("17.system")
async def test_it_says_what_differs_and_has_it_mended(simulator: Running, world: World) -> None:
    party = await world.person()
    visit = await world.served(await world.booking(party))
    await world.review(party, "appointment", visit)
    await world.work()
    records = simulator.simulator.government.records["reviews"]
    records[:] = [{"key": "s", "at": "", "body": records[0]["body"] | {"projectNo": "strange"}}]
    said: list[str] = []
    days = [local_date(utc_now())]
    assert await run(world.settings, days, said.append) == 3
    assert said == [
        f"{days[0]}: 1 here, 1 there, 1 missing, 0 different, 0 on their way, 1 unknown",
        "  strange:1: not known here",
    ]
    await world.work()
    assert len(records) == 2
    del records[0]
    assert await run(world.settings, days, said.append) == 0
    await simulator.close()
    assert await run(world.settings, days, said.append) == 4
    assert said[-1] == "the system does not say what it holds: no_answer"


async def test_as_a_process_it_ends_with_its_code(mongo_uri: str, name: str) -> None:
    asked = ("reconcile", "--from", "2026-11-24", "--to")
    code, said, _ = await test_migrate.run(mongo_uri, name, *asked, "2026-11-24")
    assert code == 4, said
    code, said, complained = await test_migrate.run(mongo_uri, name, *asked, "2026-11-23")
    assert (code, said) == (2, "")
    assert "--from" in complained
