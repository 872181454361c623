"""A web server of several processes (docs/decisions/0020-processes.md).

This one opens the doors, forks the others off, each with a loop of its own, and starts again those that die.
It serves nobody, holds no connection to the database, and waits for signals and nothing else.
"""

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import structlog

from wechat_backend import app, figures, logs
from wechat_backend.board import Board, Row
from wechat_backend.dies_with_parent import PR_SET_PDEATHSIG
from wechat_backend.doors import Doors, open_doors
from wechat_backend.settings import Settings

AWAITED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds before one that died is started again; they double with each death."""
WELL_AFTER = 60.0
"""One that has lived so many seconds is started again after the first pause."""
GLANCE = 0.05
"""Seconds between two looks whether the first one serves."""
ENDING_SECONDS = 12.0
"""Within which all are gone, or killed; each is by itself within ten (`wechat_backend.__main__`)."""
UNEXPLAINED = 1
"""The exit code where a process ended without one of its own before it served."""

log = structlog.get_logger("panyu.processes")

Mask = set[int | signal.Signals]
Work = Callable[[Doors, Row], int]
"""What one process does; returns its exit code."""


@dataclass
class Child:
    """One that runs. `began` is by `monotonic`."""

    number: int
    began: float


def run(count: int, settings: Settings, work: Work) -> int:
    """Serve with so many processes until told to end; returns the exit code.

    Where the first one ends before it serves, so does this one, with its exit code.

    Raises:
        OSError: another program is asked at our doors.
    """
    with figures.shared():
        app.prepare()
        return Crew(count, open_doors(settings), work).run()


class Crew:
    def __init__(self, count: int, doors: Doors, work: Work) -> None:
        self.doors, self.work, self.parent = doors, work, os.getpid()
        self.board = Board(count)
        self.running: dict[int, Child] = {}
        self.due = dict.fromkeys(range(count), 0.0)
        self.deaths = dict.fromkeys(range(count), 0)

    def run(self) -> int:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        gc.freeze()  # what is there now is shared for as long as nobody touches it
        try:
            while True:
                self._start_what_is_due(before)
                told = self._await_signal()
                if told in (signal.SIGTERM, signal.SIGINT):
                    return 0
                for child, code in self._reap():
                    if self._ends_all(child):
                        return code if code > 0 else UNEXPLAINED
                    self._plan_again(child, code)
        finally:
            self._end()

    def _start_what_is_due(self, mask: Mask) -> None:
        """While none serves only one is started: it alone prepares the database."""
        now = monotonic()
        for number in sorted(number for number, at in self.due.items() if at <= now):
            if self.running and not self._serving():
                break
            del self.due[number]
            self.running[self._fork(number, mask)] = Child(number, now)
            figures.RUNNING.labels(number).set(1)

    def _serving(self) -> bool:
        return any(self.board.serves(child.number) for child in self.running.values())

    def _await_signal(self) -> int | None:
        """The next one; None when something is due."""
        if not self.due:
            return signal.sigwaitinfo(AWAITED).si_signo
        pause = max(0.0, min(self.due.values()) - monotonic())
        if not self._serving():
            pause = max(pause, GLANCE)
        told = signal.sigtimedwait(AWAITED, pause)
        return told.si_signo if told else None

    def _reap(self) -> list[tuple[Child, int]]:
        """Those that have ended, with their exit codes; that of one which was killed is negative."""
        ended = []
        for pid in list(self.running):
            gone, status = os.waitpid(pid, os.WNOHANG)
            if gone:
                child = self.running.pop(pid)
                figures.RUNNING.labels(child.number).set(0)
                ended.append((child, os.waitstatus_to_exitcode(status)))
        return ended

    def _ends_all(self, child: Child) -> bool:
        """Whether it ended before it served, and no other one serves."""
        return not self.board.serves(child.number) and not self._serving()

    def _plan_again(self, child: Child, code: int) -> None:
        self.board.wipe(child.number)
        lived = monotonic() - child.began
        deaths = self.deaths[child.number] = 1 if lived > WELL_AFTER else self.deaths[child.number] + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(deaths - 1, 10))
        self.due[child.number] = monotonic() + pause
        figures.ENDED.labels(child.number).inc()
        log.warning("process_ended", process=child.number, code=code, lived=round(lived), again_in=pause)

    def _fork(self, number: int, mask: Mask) -> int:
        """Returns the process's id; the process itself never returns."""
        if pid := os.fork():
            return pid
        code = UNEXPLAINED
        try:
            _die_with(self.parent)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            figures.be(number)
            code = self.work(self.doors, Row(self.board, number))
            logs.flush()
        except Exception:
            log.critical("process_failed", process=number, exc_info=True)
        finally:
            os._exit(code)

    def _end(self) -> None:
        """Let nobody in any more, tell all to end, and wait until they have."""
        self.doors.close()
        self._tell(signal.SIGTERM)
        until = monotonic() + ENDING_SECONDS
        while self.running and (left := until - monotonic()) > 0:
            signal.sigtimedwait({signal.SIGCHLD}, left)
            self._reap()
        if self.running:
            log.error("processes_killed", count=len(self.running))
        self._tell(signal.SIGKILL)

    def _tell(self, what: signal.Signals) -> None:
        for pid in self.running:
            with suppress(ProcessLookupError):
                os.kill(pid, what)


def _die_with(parent: int) -> None:
    """Where the parent is killed, this process is told to end (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the wish was made
            os._exit(UNEXPLAINED)
