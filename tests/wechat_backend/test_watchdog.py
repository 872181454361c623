"""A process that hangs is ended, whatever it hangs in."""

import json
import os
import subprocess
import sys

import pytest

from tests.house.settings import environment
from wechat_backend.watchdog import ENDED_BY_WATCHDOG

HANGS = """
import asyncio, time
from wechat_backend import logs, watchdog
watchdog.LOOK_EVERY = 0.05
logs.configure()
dog = watchdog.Watchdog()
dog.expect("relay", 0.2)
dog.expect("sweep", 3600)
dog.start()
async def main():
    {work}
asyncio.run(main())
"""
BLOCKED_LOOP = "time.sleep(60)"
LOST_CALL = "await asyncio.Event().wait()"
BLOCKED_LOG = """watchdog.LAST_RESORT = 0.3
    watchdog.log = type("Log", (), {"critical": lambda *_, **__: time.sleep(60)})
    time.sleep(60)"""
WELL = """for _ in range(20):
        dog.expect("relay", 0.2)
        await asyncio.sleep(0.02)
    dog.stop()"""
WORKER_WITH_A_LOST_CALL = """
import asyncio
from dataclasses import replace
from wechat_backend import logs, watchdog, worker
from wechat_backend.settings import load_settings
watchdog.LOOK_EVERY = 0.05
build = worker.build
def built(*given):
    made = build(*given)
    loop = made.loop("{job}")
    loop.job = replace(loop.job, run=lambda: asyncio.Event().wait(), most=1.0)
    return made
worker.build = built
logs.configure()
asyncio.run(worker.run(load_settings()))
"""


def ended(script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
        env={**os.environ, "PYTHONPATH": ".", **variables},
    )


def last_words(process: "subprocess.CompletedProcess[str]") -> dict[str, object]:
    words: dict[str, object] = json.loads(process.stderr.splitlines()[-1])
    return words


def test_an_event_loop_that_hangs_is_ended_and_named() -> None:
    process = ended(HANGS.format(work=BLOCKED_LOOP))
    assert process.returncode == ENDED_BY_WATCHDOG
    words = last_words(process)
    assert (words["event"], words["level"], words["silent"]) == ("hangs", "critical", ["relay"])
    assert "main" in str(words["doing"])


def test_a_loop_that_is_silent_is_ended_though_the_event_loop_turns() -> None:
    process = ended(HANGS.format(work=LOST_CALL))
    assert process.returncode == ENDED_BY_WATCHDOG
    assert last_words(process)["silent"] == ["relay"]


def test_a_log_that_nobody_reads_does_not_keep_it_alive() -> None:
    process = ended(HANGS.format(work=BLOCKED_LOG))
    assert process.returncode == 1
    assert "Timeout" in process.stderr


def test_one_that_is_heard_of_lives() -> None:
    assert ended(HANGS.format(work=WELL)).returncode == 0


@pytest.mark.parametrize("job", ["relay", "deliver", "heartbeat", "menu", "sweep", "watch"])
def test_a_job_that_waits_for_ever_is_named_and_ends_its_worker(mongo_uri: str, job: str) -> None:
    variables = environment("http://127.0.0.1:1", mongo_uri, "test_watchdog")
    process = ended(WORKER_WITH_A_LOST_CALL.format(job=job), **variables)
    assert process.returncode == ENDED_BY_WATCHDOG, process.stderr
    assert last_words(process)["silent"] == [job]
