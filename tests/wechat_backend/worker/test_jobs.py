"""No job is left without the worker."""

import ast
from pathlib import Path

WORKER = Path(__file__).parents[3] / "wechat_backend" / "worker"


def unstarted(jobs: set[str], starts: str) -> set[str]:
    """The jobs that the module which makes the worker does not know."""
    known = {
        (node.module or "").removeprefix("wechat_backend.worker.jobs.")
        for node in ast.walk(ast.parse(starts))
        if isinstance(node, ast.ImportFrom)
    }
    return jobs - known


def test_the_worker_makes_every_job() -> None:
    jobs = {path.stem for path in (WORKER / "jobs").glob("*.py")} - {"__init__"}
    assert jobs
    assert unstarted(jobs, (WORKER / "__init__.py").read_text("utf-8")) == set()


def test_a_job_that_nobody_makes_is_missed() -> None:
    starts = (WORKER / "__init__.py").read_text("utf-8")
    assert unstarted({"menu", "overdue"}, starts) == {"overdue"}
