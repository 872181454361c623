"""What the servers say of themselves and of the workers."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.web import Application

from handlers import operations
from models.outgoing.workers import SILENT, JobState, Workers
from tests.house.clock import Clock
from tests.house.server import serving
from tests.house.town import Town


@pytest.fixture
async def url(town: Town) -> AsyncIterator[str]:
    await town.services.workers.documents.delete_many({})
    async with serving(Application(operations.PRIVATE_ROUTES, services=town.services)) as url:
        yield url


async def ready(url: str) -> tuple[str, dict[str, str]]:
    """What is said of the workers, and of each job."""
    answer = await AsyncHTTPClient(force_instance=True).fetch(f"{url}/readyz")
    said = json.loads(answer.body)
    assert said["status"] == "ready"
    return said["worker"], said["jobs"]


async def gauges(url: str) -> dict[str, str]:
    answer = await AsyncHTTPClient(force_instance=True).fetch(f"{url}/metrics")
    lines = [line for line in answer.body.decode().splitlines() if line.startswith("panyu_")]
    values = dict(line.rsplit(" ", 1) for line in lines)
    return {name.removeprefix("panyu_"): value for name, value in values.items()}


def job(ended_at: datetime | None, *, within: float = 60.0, unwell: bool = False) -> JobState:
    return {"ended_at": ended_at, "within": within, "unwell": unwell}


async def test_operators_see_how_far_the_calendar_goes(town: Town, url: str) -> None:
    clock: Clock = town.clock
    now, client = clock.now(), AsyncHTTPClient(force_instance=True)
    for month, said, left in ((9, "known with 2026", "120.0"), (11, "ends with 2026", "59.0")):
        clock.set(datetime(2026, month, 1, 20, 0, tzinfo=UTC))  # the second day of the month in Panyu
        assert json.loads((await client.fetch(f"{url}/readyz")).body)["calendar"] == said
        assert f"panyu_calendar_days_left {left}\n" in (await client.fetch(f"{url}/metrics")).body.decode()
    clock.set(now)


@pytest.mark.article("27.warning")
async def test_a_server_is_ready_and_says_how_the_workers_are(town: Town, url: str) -> None:
    workers: Workers = town.services.workers
    clock: Clock = town.clock
    assert await ready(url) == ("never heard of", {})
    said = await gauges(url)
    assert (said["database_up"], said["worker_silent_seconds"], said["workers"]) == ("1.0", "+Inf", "0.0")

    heard_at = clock.now()
    await workers.beat("a", heard_at, {"relay": job(heard_at)}, relayed=0, sent=0)
    assert await ready(url) == ("working", {"relay": "working"})
    clock.advance(timedelta(seconds=10))
    jobs = {"relay": job(None, unwell=True), "menu": job(clock.now())}
    await workers.beat("b", clock.now(), jobs, relayed=0, sent=0)
    assert await ready(url) == ("unwell: relay", {"menu": "working", "relay": "unwell"})
    said = await gauges(url)
    assert (said["worker_silent_seconds"], said["workers"]) == ("0.0", "2.0")
    for name, well, silent in (("relay", "0.0", "10.0"), ("menu", "1.0", "0.0")):
        assert said[f'worker_job_well{{job="{name}"}}'] == well
        assert said[f'worker_job_silent_seconds{{job="{name}"}}'] == silent

    clock.advance(SILENT)
    silent_since = (heard_at + timedelta(seconds=10)).isoformat()
    assert (await ready(url))[0] == f"silent since {silent_since}"
    said = await gauges(url)
    assert (said["worker_silent_seconds"], said["workers"]) == ("30.0", "0.0")


async def test_what_is_planned_is_counted(town: Town, url: str) -> None:
    schedule, now = town.services.schedule, town.clock.now()
    await schedule.documents.delete_many({})
    moments = {"a": now - timedelta(seconds=61), "b": now - timedelta(seconds=60), "c": now}
    for key, at in moments.items():
        event = {"id": key, "about": key, "at": now, "plans": [{"what": "x", "at": at}]}
        await schedule.plan([event])
    assert await plans(url) == {"waiting": "3.0", "late": "1.0", "failing": "0.0"}
    for failed_at in (now - timedelta(seconds=70), now):
        due = await schedule.claim(now)
        assert due
        assert due.about == "a"
        await schedule.failed(due, "KeyError", failed_at)
    assert await plans(url) == {"waiting": "3.0", "late": "0.0", "failing": "1.0"}


async def plans(url: str) -> dict[str, str]:
    said = await gauges(url)
    return {state: said[f'plans{{state="{state}"}}'] for state in ("waiting", "late", "failing")}


async def test_a_job_that_no_living_worker_does_is_named(town: Town, url: str) -> None:
    """The one that did it is gone; of those that are there each thinks that another does it."""
    workers: Workers = town.services.workers
    clock: Clock = town.clock
    done_at = clock.now()
    await workers.beat("gone", done_at, {"sweep": job(done_at)}, relayed=0, sent=0)
    clock.advance(timedelta(seconds=-5))
    for said, new in (
        ("working", "working"),
        ("working", "working"),
        (f"silent since {done_at.isoformat()}", "working"),
        (f"silent since {done_at.isoformat()}", "never done"),
    ):
        clock.advance(timedelta(seconds=30))
        await workers.beat("here", clock.now(), {"sweep": job(None), "new": job(None)}, relayed=0, sent=0)
        assert (await ready(url))[1] == {"sweep": said, "new": new}
    assert (await ready(url))[0] == "unwell: new, sweep"
    values = await gauges(url)
    assert values['worker_job_silent_seconds{job="sweep"}'] == "115.0"
    assert values['worker_job_silent_seconds{job="new"}'] == "+Inf"
    assert values['worker_job_well{job="new"}'] == "0.0"
