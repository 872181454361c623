"""Measures the hot paths on this machine: `scripts/bench [CASE …] [--quick] [--json FILE]`.

    callback   messages of WeChat's, beside a bare Tornado, WeRoBot, and wechatpy in Flask
    guide      the page of a guide, beside a bare Tornado that reads one document
    flow       200 people who walk the whole way to a booking at once
    booking    bookings, beside the bare driver that does their writes
    submit     submissions, beside the bare driver that does their writes
    notify     from a change until the person is told, at twenty changes a second
    idle       what a worker costs while nothing happens
    memory     what the processes take once they have started, and after some thousand pages
    growth     each hot read and write over few and over many documents

Without a name all of these. Only by name:

    doors      each door, and its round trips to the database, beside a bare Tornado
    kiosks     what 2,000 kiosks cost, beside people who read
    paint      how soon a first visitor on a slow network sees a page
    queue      the lists of the panel over 100,000 applications

Everything runs on this machine. What is compared takes turns, round by round, and medians are told: so ratios
say something about the code, and absolute figures something about this machine.
"""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import _machine
from bench_cases.effort import FULL, QUICK, Effort, Figures, Ground

from wechat_backend.database.mongod import find_mongod

KEYS: Mapping[str, tuple[str, ...]] = {
    "callback": ("ratio_bare", "ratio_best_peer"),
    "guide": ("ratio_bare_read",),
    "flow": ("p95_ms", "per_second"),
    "booking": ("ratio_driver",),
    "submit": ("ratio_driver",),
    "notify": ("p99_s",),
    "idle": ("worker_cpu",),
    "memory": ("serve_mb",),
    "growth": ("max_p50_ratio",),
}
"""What each case that has figures tells."""
TABLES = ("doors", "kiosks", "paint", "queue")
"""The cases that print a table and no more."""


def main(arguments: Sequence[str], effort: Effort | None = None) -> int:
    parser = argparse.ArgumentParser(
        "bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help="all with figures, if none is named")
    parser.add_argument("--quick", action="store_true", help="all with figures within five minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--profile", action="store_true", help="take apart what the time of ours is spent on")
    options = parser.parse_args(arguments)
    if unknown := {*options.cases} - {*KEYS, *TABLES}:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    print(machine())
    given = effort or (QUICK if options.quick else FULL)
    figures = measured(options.cases or list(KEYS), replace(given, profiled=options.profile))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def measured(cases: Sequence[str], effort: Effort) -> dict[str, Figures]:
    """The figures of each case that has any."""
    ground, found = Ground(), dict[str, Figures]()
    with ground.stack:
        for name in cases:
            print(f"\n== {name}", flush=True)
            began = time.monotonic()
            figures = importlib.import_module(f"bench_cases.{name}").run(effort, ground)
            if name in KEYS:
                found[name] = {key: round(figures[key], 5) for key in KEYS[name]}
                print("\n" + "   ".join(f"{name}.{key} = {told:.4g}" for key, told in found[name].items()))
            print(f"({time.monotonic() - began:.0f} s)", flush=True)
    return found


def machine() -> str:
    """Where this was measured."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    processor = models[0].partition(":")[2].strip() if models else platform.machine()
    said = subprocess.run([find_mongod(), "--version"], capture_output=True, text=True, check=False).stdout
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{len(os.sched_getaffinity(0))} processors ({processor}), load {load}; Python "
        f"{platform.python_version()}; mongod {said.split()[2] if said else '?'}; {git_version()}"
    )


def git_version() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_machine.ROOT).stdout
    return f"commit {said.strip()}" if said else "no commit"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
