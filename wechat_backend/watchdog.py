"""Ends a process that hangs, so that the service manager can start it again.

What is watched says within which time it will be heard of next. A thread looks, since an event loop that
hangs runs nothing; and should the thread hang too (a log that nobody reads, a library that keeps the
interpreter to itself), the timer of `faulthandler`, which needs neither, ends the process.
"""

import faulthandler
import os
import sys
import threading
import traceback
from time import monotonic

import structlog

from wechat_backend import logs

log = structlog.get_logger("panyu.watchdog")

LOOK_EVERY = 1.0
LAST_RESORT = 30.0
"""Seconds without a look after which the timer ends the process."""
ENDED_BY_WATCHDOG = 70
"""The exit code."""


class Watchdog:
    def __init__(self) -> None:
        self.due: dict[str, float] = {}
        self.ended = threading.Event()
        self.main = threading.main_thread().ident or 0

    def expect(self, name: str, seconds: float) -> None:
        """`name` will be heard of again within so many seconds."""
        self.due[name] = monotonic() + seconds

    def start(self) -> None:
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        self.ended.set()
        faulthandler.cancel_dump_traceback_later()

    def silent(self) -> list[str]:
        """What should have been heard of by now."""
        now = monotonic()
        return sorted(name for name, due in self.due.copy().items() if due < now)

    def _watch(self) -> None:
        while not self.ended.wait(LOOK_EVERY):
            faulthandler.dump_traceback_later(LAST_RESORT, exit=True)
            if silent := self.silent():
                log.critical("hangs", silent=silent, doing=self._doing())
                logs.flush()
                os._exit(ENDED_BY_WATCHDOG)

    def _doing(self) -> str:
        """Where the main thread is."""
        frame = sys._current_frames().get(self.main)
        return "".join(traceback.format_stack(frame)[-3:]) if frame else ""


def end_within(seconds: float) -> None:
    """This process is ending: whatever holds it up, it is gone after so many seconds."""
    faulthandler.dump_traceback_later(seconds, exit=True)
