"""`scripts/bench` writes a figure for each key of the cases that were asked for."""

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.house.settings import environment

SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.append(str(SCRIPTS))
bench = importlib.import_module("_bench")
load, messages, effort, growth, asks, worlds = (
    importlib.import_module(f"bench_cases.{name}")
    for name in ("load", "messages", "effort", "growth", "growth_asks", "worlds")
)
TINY = replace(effort.QUICK, rounds=1, writes=3)
WANTED = {
    "callback": {"ratio_bare", "ratio_best_peer"},
    "guide": {"ratio_bare_read"},
    "flow": {"p95_ms", "per_second"},
    "booking": {"ratio_driver"},
    "submit": {"ratio_driver"},
    "notify": {"p99_s"},
    "idle": {"worker_cpu"},
    "memory": {"serve_mb"},
    "growth": {"max_p50_ratio"},
}


def test_figures_are_written_by_case_and_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two cases in earnest, each over a mongod of its own, with a handful of changes."""
    file = tmp_path / "figures.json"
    assert bench.main(["booking", "submit", "--json", str(file)], TINY) == 0
    found = json.loads(file.read_text())
    assert {name: set(keys) for name, keys in found.items()} == {
        name: WANTED[name] for name in ("booking", "submit")
    }
    assert all(figure > 0 for keys in found.values() for figure in keys.values())
    said = capsys.readouterr().out
    assert "mongod v" in said
    assert "one booking writes" in said
    assert "one submission writes" in said


def test_every_case_is_there_and_tells_the_keys_that_are_agreed() -> None:
    assert {name: set(keys) for name, keys in bench.KEYS.items()} == WANTED
    for name in (*bench.KEYS, *bench.TABLES):
        assert callable(importlib.import_module(f"bench_cases.{name}").run)


async def test_each_hot_query_is_found_by_an_index(mongo_uri: str, database: Any) -> None:
    """All that grows is asked for by an index, and where one is missing the bench says so."""
    env = environment(worlds.NOBODY, mongo_uri, database.name)
    async with worlds.opened(env) as world:
        first, second = await asks.prepared(world, 2)
        await growth.check_indexes(first)
        await world.stores.applications.documents.drop_index("serial")
        with pytest.raises(growth.WithoutIndex, match="applications COLLSCAN"):
            await growth.check_indexes(second)


def test_a_case_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        bench.main(["speed"])
    assert left.value.code == 2
    assert "no such case: speed" in capsys.readouterr().err


def test_of_ten_messages_one_is_sent_again_and_each_but_the_conversation_is_anothers() -> None:
    account = messages.Account("wx0123456789abcdef", "token", "k" * 42 + "A")
    sent = list(messages.ten(account, ["20261118AQC5ZA9EZ73"]))
    openids = [request.partition(b"openid=")[2].partition(b"&")[0] for request in sent]
    assert (len(sent), len(set(sent)), len(set(openids))) == (10, 9, 7)
    assert sent[0] == sent[-1]
    assert len(set(openids[4:7])) == 1


def test_what_is_compared_takes_turns_and_begins_anew_each_round() -> None:
    asked: list[str] = []

    def contender(name: str, figures: Iterator[float]) -> float:
        asked.append(name)
        return next(figures)

    one, two = iter((10.0, 20.0, 90.0)), iter((5.0, 20.0, 30.0))
    found = load.interleaved(3, {"one": lambda: contender("one", one), "two": lambda: contender("two", two)})
    assert asked == ["one", "two", "two", "one", "one", "two"]
    assert found.median("one") == 20
    assert found.ratio("one", "two") == 2  # the middle of 2, 1 and 3, not the ratio of the medians
