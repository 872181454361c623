"""When a job's next round begins, and what is said of it."""

import asyncio
from collections.abc import Sequence
from math import inf
from typing import Any

import pytest

from wechat_backend.worker import loop as looping
from wechat_backend.worker.job import AT_ONCE, EVERYTHING, LATER, Bell, Elsewhere, Job
from wechat_backend.worker.loop import LONGEST_PAUSE, Loop

FAULT = RuntimeError("a fault")


class Rounds:
    """A job whose rounds end as told; its loop ends with the last of them. What it waited is kept."""

    def __init__(self, *outcomes: float | Exception, every: float = 60.0) -> None:
        self.outcomes = list(outcomes)
        self.waited: list[float] = []
        self.expected: list[tuple[str, float]] = []
        self.job = Job("rounds", every, self.run, most=7.0, end=self.end)
        self.loop = Loop(self.job)
        self.unwell: list[bool] = []
        self.ended = 0

    async def run(self) -> float:
        self.unwell.append(self.loop.unwell)
        outcome = self.outcomes.pop(0)
        if not self.outcomes:
            self.loop.end()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def end(self) -> None:
        self.ended += 1

    async def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def go(self, monkeypatch: Any) -> Sequence[float]:
        monkeypatch.setattr(Bell, "wait", lambda _bell, seconds: self.wait(seconds))
        await self.loop.run(lambda name, seconds: self.expected.append((name, seconds)))
        return self.waited


@pytest.mark.parametrize(
    ("outcomes", "waited"),
    [
        ((AT_ONCE, AT_ONCE, LATER), []),
        ((LATER, LATER), [60.0]),
        ((2.5, AT_ONCE), [2.5]),
        ((3600.0, AT_ONCE), [60.0]),
        ((Elsewhere(12.0), Elsewhere(inf), LATER), [12.0, 60.0]),
        (
            (RuntimeError(), RuntimeError(), RuntimeError(), LATER, RuntimeError(), LATER),
            [0.5, 1, 2, 60, 0.5],
        ),
    ],
)
async def test_the_next_round_begins(
    monkeypatch: Any, outcomes: Sequence[float | Exception], waited: list[float]
) -> None:
    rounds = Rounds(*outcomes)
    assert await rounds.go(monkeypatch) == waited
    assert rounds.ended == 1


async def test_pauses_after_failures_have_an_end(monkeypatch: Any) -> None:
    rounds = Rounds(*(RuntimeError() for _ in range(40)))
    assert max(await rounds.go(monkeypatch)) == LONGEST_PAUSE


async def test_the_watchdog_is_told_of_rounds_and_pauses(monkeypatch: Any) -> None:
    rounds = Rounds(LATER, AT_ONCE)
    await rounds.go(monkeypatch)
    assert rounds.expected == [("rounds", 7.0), ("rounds", 67.0), ("rounds", 7.0)]


async def test_two_failures_in_a_row_are_unwell_until_a_round_ends_well(monkeypatch: Any) -> None:
    rounds = Rounds(RuntimeError(), RuntimeError(), AT_ONCE, RuntimeError(), AT_ONCE)
    await rounds.go(monkeypatch)
    assert rounds.unwell == [False, False, True, False, False]


async def test_only_a_round_of_its_own_counts_as_done(monkeypatch: Any) -> None:
    rounds = Rounds(Elsewhere(1.0), RuntimeError())
    await rounds.go(monkeypatch)
    assert rounds.loop.ended is None
    done = Rounds(AT_ONCE)
    await done.go(monkeypatch)
    assert done.loop.ended is not None


async def test_one_that_hangs_is_unwell(monkeypatch: Any) -> None:
    moment = [100.0]
    monkeypatch.setattr(looping, "monotonic", lambda: moment[0])
    never = asyncio.Event()

    async def hang() -> float:
        await never.wait()
        return LATER

    loop = Loop(Job("hangs", 60, hang, most=7.0))
    running = asyncio.create_task(loop.run(lambda *_: None))
    await asyncio.sleep(0)
    said = []
    for seconds in (6, 2):
        moment[0] += seconds
        said.append(loop.unwell)
    assert said == [False, True]
    loop.end()
    never.set()
    await running


async def test_a_bell_that_was_rung_during_a_round_is_heard_after_it() -> None:
    bell = Bell()
    bell.ring("things")
    bell.ring()
    await bell.wait(60)
    assert bell.heard() == {"things", EVERYTHING}
    assert bell.heard() == set()
    await bell.wait(0.01)  # it is silent again
