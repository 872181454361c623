"""No job is left out: the worker makes each, the docs tell of it, and its state is measured."""

import ast
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from handlers.web.metrics import measure
from tests.house.worker import World

ROOT = Path(__file__).parents[3]
WORKER = ROOT / "wechat_backend" / "worker"
JOBS = {path.stem for path in (WORKER / "jobs").glob("*.py")} - {"__init__"}


def unstarted(jobs: set[str], starts: str) -> set[str]:
    """The jobs that the module which makes the worker does not know."""
    known = {
        (node.module or "").removeprefix("wechat_backend.worker.jobs.")
        for node in ast.walk(ast.parse(starts))
        if isinstance(node, ast.ImportFrom)
    }
    return jobs - known


def untold(jobs: set[str], page: str) -> set[str]:
    """The jobs without a line in the table of a page."""
    return {job for job in jobs if f"\n| `{job}` |" not in page}


def unmeasured(jobs: set[str], metrics: str) -> set[str]:
    names = ("panyu_worker_job_well", "panyu_worker_job_silent_seconds")
    return {job for job in jobs if not all(f'\n{name}{{job="{job}"}}' in metrics for name in names)}


async def test_the_worker_does_every_job(world: World) -> None:
    assert unstarted(JOBS, (WORKER / "__init__.py").read_text("utf-8")) == set()
    assert {loop.job.name for loop in world.worker.loops} == JOBS


def test_the_docs_tell_of_every_job() -> None:
    assert untold(JOBS, (ROOT / "docs" / "operations.md").read_text("utf-8")) == set()


async def test_every_job_is_measured(world: World) -> None:
    await world.do("heartbeat")
    await measure(world.services)
    assert unmeasured(JOBS, generate_latest().decode()) == set()


@pytest.mark.parametrize("missed", [unstarted, untold, unmeasured])
def test_a_job_that_was_forgotten_is_missed(missed: object) -> None:
    assert callable(missed)
    assert missed({"overdue"}, "from wechat_backend.worker.jobs.menu import MenuPublisher") == {"overdue"}
