"""The lines of the log are written in their order, whole, and none of them holds anybody up."""

import os
import subprocess
import sys
import threading
import time
from io import StringIO
from typing import Any

import pytest

from wechat_backend import pen as pens
from wechat_backend.pen import AT_ONCE, Pen


class Slow(StringIO):
    """Whoever reads it does not, until `taken` is set; `writes` are what was written at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = threading.Event()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        assert self.taken.wait(20)
        self.writes.append(text)
        return super().write(text)


def behind(stream: StringIO) -> Pen:
    pen = Pen(stream)
    pen.write_behind()
    return pen


def until_said(stream: StringIO, line: str) -> None:
    until = time.monotonic() + 20
    while line not in stream.getvalue().splitlines():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_lines_of_all_threads_are_whole_and_in_order() -> None:
    stream = StringIO()
    pen = behind(stream)

    def tell(name: int) -> None:
        for number in range(500):
            (pen.put_at_once if number % 50 == 0 else pen.put)(f"{name} {number}")

    threads = [threading.Thread(target=tell, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pen.flush()
    lines = [line.split() for line in stream.getvalue().splitlines()]
    for name in range(4):
        assert [int(n) for who, n in lines if int(who) == name] == list(range(500))
    assert len(lines) == 2000


def test_a_warning_is_written_at_once_behind_what_was_told_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pens, "GATHER", 60.0)
    stream = StringIO()
    pen = behind(stream)
    pen.put("first")
    time.sleep(0.1)
    assert stream.getvalue() == ""
    pen.put_at_once("second")
    assert stream.getvalue() == "first\nsecond\n"


def test_nobody_waits_for_who_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pens, "GATHER", 0.0)
    monkeypatch.setattr(pens, "MOST_WAITING", 300)
    stream = Slow()
    pen = behind(stream)
    pen.put("held up")
    time.sleep(0.2)
    for number in range(400):
        pen.put(str(number))
    pen.put_at_once("a warning")
    assert pen.dropped == 101
    stream.taken.set()
    until_said(stream, "299")
    assert stream.getvalue().splitlines() == ["held up", *map(str, range(300))]


def test_what_is_written_at_once_fits_into_a_pipe_as_one() -> None:
    stream = Slow()
    pen = behind(stream)
    lines = [f"{number} ".ljust(700, "x") for number in range(30)] + ["y" * AT_ONCE * 2]
    for line in lines:
        pen.put(line)
    stream.taken.set()
    pen.flush()
    until_said(stream, lines[-1])
    assert stream.getvalue().splitlines() == lines
    assert all(len(text) <= AT_ONCE for text in stream.writes[:-1])
    assert all(text.endswith("\n") for text in stream.writes)


LAST_WORDS = """
import os, signal, sys, structlog
from wechat_backend import logs, pen
pen.GATHER = 60.0
logs.configure()
logs.write_behind()
log = structlog.get_logger()
for number in range(100):
    log.info("told", number=number)
{}
"""


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("", 0),
        ("sys.exit(3)", 3),
        ("raise ValueError", 1),
        ("log.error('last'); os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("logs.flush(); os._exit(4)", 4),
    ],
)
def test_nothing_is_lost_at_the_end(end: str, code: int) -> None:
    ended: Any = subprocess.run(
        [sys.executable, "-c", LAST_WORDS.format(end)],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code
    assert ended.stderr.count('"event": "told"') == 100
