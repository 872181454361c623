"""Writes the lines of the log, in their order, on standard error.

A process that answers people writes behind: a thread gathers lines for a moment and writes many at once, so
that no request waits for whoever reads the log. A warning, or worse, is written at once, with all lines
before it; at the end everything is. A process that is killed loses the lines of the last moment, but no
warning.
"""

import sys
import threading
from collections import deque
from contextlib import suppress
from time import sleep
from typing import TextIO

GATHER = 0.05
"""Seconds for which lines are gathered."""
MOMENT = 0.02
"""Seconds for which a warning waits for another thread that writes."""
MOST_WAITING = 20_000
"""Lines that may wait, where nobody reads the log; those beyond are counted and dropped."""
AT_ONCE = 4096
"""Characters in one write: what others write into the same pipe comes before or after it, not between."""


class Pen:
    """`stream` is for tests."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream
        self.dropped = 0
        self._waiting: deque[str] = deque()
        self._writing = threading.Lock()
        self._behind = False
        self._rung = False
        self._bell = threading.Semaphore(0)

    def write_behind(self) -> None:
        """Write in a thread from now on. Not before a fork: threads do not survive it."""
        self._behind = True
        threading.Thread(target=self._write_on, name="log", daemon=True).start()

    def put(self, line: str) -> None:
        """This line is to be written."""
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += 1
            return
        self._waiting.append(line)
        if not self._behind:
            self._write(self._writing.acquire())
        elif not self._rung:
            self._rung = True
            self._bell.release()

    def put_at_once(self, line: str) -> None:
        """This line is to be written now; where another thread is held up in writing, that one does it."""
        self.put(line)
        self._write(self._writing.acquire(timeout=MOMENT))

    def flush(self, seconds: float = 1.0) -> None:
        """Write what waits, and see that it is written; where nobody reads the log, for so many seconds."""
        self._write(self._writing.acquire(timeout=seconds))

    def _write_on(self) -> None:
        while True:
            self._bell.acquire()
            sleep(GATHER)
            self._rung = False
            self._write(self._writing.acquire())

    def _write(self, allowed: bool) -> None:
        if not allowed:
            return
        stream = self.stream or sys.stderr
        try:
            while self._waiting:
                with suppress(OSError, ValueError):  # standard error is gone: there is nobody to tell
                    stream.write(self._some())
                    stream.flush()
        finally:
            self._writing.release()

    def _some(self) -> str:
        """The next lines, as many as go into one write."""
        lines: list[str] = []
        size = 0
        while self._waiting and (not lines or size + len(self._waiting[0]) < AT_ONCE):
            lines.append(self._waiting.popleft())
            size += len(lines[-1]) + 1
        return "\n".join(lines) + "\n"
