"""Runs the service under a profiler that counts processor time from SIGUSR1 on: `_profiled.py FILE serve …`.

Also reads what was profiled: whose code the time was spent in, and which of our functions led there.
"""

import cProfile
import pstats
import re
import runpy
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROWS = 12
LIBRARY = re.compile(r"site-packages/([^/]+?)(?:\.py)?(?:/|$)")
STANDARD = re.compile(r"lib/python3\.\d+/([^/]+?)(?:\.py)?(?:/|$)")


def run(file: str, arguments: list[str]) -> None:
    sys.path[0] = str(ROOT)
    sys.argv = ["wechat_backend", *arguments]
    profile = cProfile.Profile(time.thread_time)
    signal.signal(signal.SIGUSR1, lambda *_: profile.enable())
    try:
        runpy.run_module("wechat_backend", run_name="__main__", alter_sys=True)
    finally:
        profile.disable()
        profile.dump_stats(file)


def report(profiled: Any) -> None:
    """Print the shares of a `cProfile.Profile`, or of the file with one."""
    found: dict[Any, Any] = pstats.Stats(profiled).stats  # type: ignore[attr-defined]
    whose = Counter[str]()
    for (file, _, _), (_, _, own, _, callers) in found.items():
        if file != "~":
            whose[package(file)] += own
            continue
        for (calling, _, _), (_, _, part, _) in callers.items():  # written in C: on the account of who calls
            whose[package(calling)] += part
    total = sum(whose.values())
    print(f"\n{'own time of':<52}{'share':>8}")
    for name, seconds in whose.most_common(ROWS):
        print(f"{name:<52}{seconds / total:>8.1%}")
    ours = {key: one[3] for key, one in found.items() if str(ROOT) in key[0] and ".venv" not in key[0]}
    print(f"\n{'time in our functions and all that they call':<52}{'share':>8}{'calls':>9}")
    for key in sorted(ours, key=lambda key: ours[key], reverse=True)[: 2 * ROWS]:
        file, line, name = key
        at = f"{Path(file).relative_to(ROOT)}:{line} {name}"
        print(f"{at:<52}{ours[key] / total:>8.1%}{found[key][0]:>9,}")


def package(file: str) -> str:
    """A library by its name, ours by its folder."""
    if library := LIBRARY.search(file):
        return library[1]
    if str(ROOT) in file:
        return "/".join(Path(file).relative_to(ROOT).parts[:2])
    standard = STANDARD.search(file)
    return f"Python's {standard[1]}" if standard else "Python"


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
