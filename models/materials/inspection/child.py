"""Judges one file, or draws a page of it, in a process of its own, and is killed when that takes too much.

    python -m models.materials.inspection.child LANE OUTPUT PARENT MEMORY PROCESSOR [PAGE]

The file is standard input; `OUTPUT` is the number of an open file, which the cleaned one or the picture is
written to; `PARENT` is the process with which this one ends; `MEMORY` and `PROCESSOR` are as in `Limits`. The
verdict is one line of JSON on standard output: `{"found"}`, the media type or the number of pages, or
`{"fault"}`. Nothing is read but the file, and nothing is known of keys, settings or people.
"""

import ctypes
import json
import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from resource import RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_FSIZE, setrlimit
from typing import Any, BinaryIO

from models.errors import DomainError
from models.materials.inspection.kinds import Lane
from models.materials.inspection.limits import LARGEST_WRITTEN, LIMITS

PR_SET_PDEATHSIG = 1
ENDED = 3
"""The exit code of one whose parent is gone."""
WORK: Mapping[Lane, str] = {Lane.PICTURES: "clean", Lane.DOCUMENTS: "clean", Lane.PAGES: "draw"}
"""What the module of a lane calls it."""


def judge(lane: Lane, file: BinaryIO, out: BinaryIO, *asked: int) -> Any:
    """Do the work of a lane: judge and clean a file, or draw the page that is `asked` for.

    Raises:
        DomainError: one of `faults`.
    """
    work = getattr(import_module(f"models.materials.inspection.{lane}"), WORK[lane])
    try:
        return work(file, out, *asked)
    except DomainError:
        raise
    except MemoryError:
        raise LIMITS[lane].exceeded from None
    except Exception:  # the libraries raise anything at what a stranger made up
        raise LIMITS[lane].damaged from None


def confine(memory: int, processor: int) -> None:
    """Bound what this process may use from now on, and let it end with its parent."""
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    for kind, most in (
        (RLIMIT_AS, taken + memory),
        (RLIMIT_CPU, processor),
        (RLIMIT_FSIZE, LARGEST_WRITTEN),
        (RLIMIT_CORE, 0),
    ):
        setrlimit(kind, (most, most))


def end_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the wish was made
        sys.exit(ENDED)


def main(lane: Lane, output: int, parent: int, memory: int, processor: int, *asked: int) -> None:
    end_with(parent)
    import_module(f"models.materials.inspection.{lane}")  # trusted code, before the limits
    confine(memory, processor)
    with os.fdopen(0, "rb") as file, os.fdopen(output, "w+b") as out:
        try:
            verdict = {"found": judge(lane, file, out, *asked)}
        except DomainError as fault:
            verdict = {"fault": type(fault).__name__}
    sys.stdout.write(json.dumps(verdict))


if __name__ == "__main__":
    main(Lane(sys.argv[1]), *map(int, sys.argv[2:]))
