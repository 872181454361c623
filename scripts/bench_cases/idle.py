"""What a worker costs, and costs mongod, while nothing happens: with no worker, with one and with three."""

import os
import statistics
import time
from pathlib import Path

from _machine import STARTED, embedded, processes, processor_seconds, wait_for_line

from bench_cases.effort import Effort, Figures, Ground
from bench_cases.worlds import NOBODY, prepared
from tests.house.settings import environment

COUNTS = (0, 1, 3)
SETTLE = 5.0
"""Seconds that a worker gets, once it is at work, until it has done what comes at the start."""


def run(effort: Effort, _ground: Ground) -> Figures:
    print(f"{'workers':<10}{'each, idle':>12}{'mongod':>10}")
    each = dict[int, float]()
    with embedded("bench") as (mongod, folder):
        env = {**os.environ, **environment(NOBODY, mongod.uri, "bench")}
        prepared(env)
        for count in COUNTS if effort.quiet >= ALL_FROM else (1,):
            each[count], database = idle(count, env, folder, mongod.process.pid, effort.quiet)
            told = f"{each[count]:.2%}" if count else "–"
            print(f"{count:<10}{told:>12}{database:>10.2%}", flush=True)
    return {"worker_cpu": each[1]}


ALL_FROM = 60
"""Seconds of quiet with which more than one worker is looked at."""


def idle(count: int, env: dict[str, str], folder: Path, mongod: int, seconds: float) -> tuple[float, float]:
    """The share of a core that each worker uses, and that mongod uses, while nothing happens."""
    with processes(env, folder) as start:
        workers = [start("worker") for _ in range(count)]
        for worker in workers:  # they share a log
            wait_for_line(worker, folder / "worker.log", STARTED["worker"])
        time.sleep(SETTLE)
        watched = [*(worker.pid for worker in workers), mongod]
        before, began = [processor_seconds(pid) for pid in watched], time.perf_counter()
        time.sleep(seconds)
        lasted = time.perf_counter() - began
        *each, database = [
            (processor_seconds(pid) - used) / lasted for pid, used in zip(watched, before, strict=True)
        ]
    return statistics.fmean(each) if each else 0.0, database
