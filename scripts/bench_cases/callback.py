"""How many WeChat messages one web server answers, beside what cannot be done without and beside peers.

The server that is measured has one processor for itself; mongod and the load have the others. All get the
same encrypted requests; the bare Tornado and the peers answer with a constant as long as our mean answer,
and remember nothing. Ours answers each message once, and a repeated one as before.
"""

import asyncio
import statistics
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import count
from signal import SIGUSR1
from subprocess import Popen
from typing import Any

import _profiled
from _machine import Town, apart, free_port, pin, processor_seconds, serve_options, tree, wait_for
from pymongo import MongoClient

from bench_cases import bare, peers
from bench_cases.effort import Effort, Figures, Ground
from bench_cases.load import CONNECTIONS, Load, Rounds, answer, drive, interleaved
from bench_cases.messages import Account, account_of, day, words_in
from models.store import Document

OURS, BARE = "ours", "bare Tornado"
PEERS = ("WeRoBot on Tornado", "wechatpy in Flask, gunicorn")
MOST_A_SECOND = 4500
"""Messages that are ready for each second of a round, more than anybody answers."""
PROFILED = 300
"""Messages by which the time is taken apart: few at once, as a profiled server is slow."""
SAMPLE = 100
"""Messages by which the length of answers is known."""


def run(effort: Effort, ground: Ground) -> Figures:
    peers.prepare()
    town = ground.town
    with town.processes() as start, apart() as alone, ExitStack() as stack:
        server, account = start("serve", *serve_options(1)), account_of(town.env)
        wait_for(town.port)
        serials = known_serials(town)
        length = asyncio.run(mean_length(town.port, account, day(account, serials, SAMPLE)))
        started = others(account, length)
        for _, process in started.values():
            stack.callback(end, process)
        running = {OURS: (town.port, server)} | started
        for port, process in running.values():
            wait_for(port)
            pin(process.pid, {alone})
        used, days = Rounds(), list[list[bytes]]()

        def measured(name: str) -> float:
            number = len(used.figures.get(name, ()))
            if number == len(days):  # the first of a round: the others get the same
                days.append(day(account, serials, round(effort.seconds * MOST_A_SECOND)))
            port, process = running[name]
            before = processor_seconds(*tree(process.pid))
            load = asyncio.run(sent(port, days[number], effort.seconds))
            used.note(name, 1000 * (processor_seconds(*tree(process.pid)) - before) / len(load.took))
            return load.per_second

        interleaved(1, {name: partial(measured, name) for name in running})  # warm
        used, days = Rounds(), []
        found = interleaved(effort.rounds, {name: partial(measured, name) for name in running})
    if effort.profiled:
        messages = (day(account, serials, PROFILED) for _ in count())
        profiled(town, lambda: sent(town.port, next(messages), connections=2))
    return report(found, used, length)


def profiled(town: Town, load: Callable[[], Coroutine[Any, Any, Load]]) -> None:
    """What the time of the web server is spent on under this load, once it has borne it."""
    file = town.folder / "serve.profile"
    with town.processes() as start:
        server = start("serve", *serve_options(1), profile=file)
        wait_for(town.port)
        asyncio.run(load())
        server.send_signal(SIGUSR1)
        asyncio.run(load())
    _profiled.report(str(file))


def end(process: "Popen[bytes]") -> None:
    process.terminate()
    process.wait()


def others(account: Account, length: int) -> dict[str, tuple[int, Popen[bytes]]]:
    bare_port, werobot, flask = (free_port() for _ in range(3))
    given = (account.token, account.aes_key, account.appid, str(length))
    return {
        BARE: (bare_port, bare.started("chat", bare_port, *given)),
        PEERS[0]: (werobot, peers.werobot(werobot, account, length)),
        PEERS[1]: (flask, peers.flask(flask, account, length)),
    }


def known_serials(town: Town) -> list[str]:
    """The serial numbers of the applications that there are."""
    with MongoClient[Document](town.mongod.uri) as client:
        applications = client[town.env["PANYU_MONGO_DATABASE"]]["applications"]
        return [str(serial) for serial in applications.distinct("serial") if serial]


async def mean_length(port: int, account: Account, messages: Sequence[bytes]) -> int:
    """In characters, of our answers to these messages."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lengths = []
    for message in messages:
        writer.write(message)
        body, _ = await answer(reader)
        lengths.append(len(words_in(account, body)))
    writer.close()
    return round(statistics.fmean(lengths))


async def sent(
    port: int, messages: Sequence[bytes], seconds: float = 0, connections: int = CONNECTIONS
) -> Load:
    """Ten after ten over each connection, as a conversation is one after the other."""
    tens = [messages[n : n + 10] for n in range(0, len(messages), 10)]
    dealt = [(each for ten in tens[number::connections] for each in ten) for number in range(connections)]
    return await drive(f"http://127.0.0.1:{port}", dealt, seconds=seconds)


def report(found: Rounds, used: Rounds, length: int) -> Figures:
    print(f"answers of {length} characters; {CONNECTIONS} connections; medians of the rounds\n")
    print(f"{'server':<32}{'messages/s':>12}{'of bare':>10}{'ms of a core':>14}")
    for name in found.figures:
        print(
            f"{name:<32}{found.median(name):>12.0f}{found.ratio(name, BARE):>10.2f}{used.median(name):>14.2f}"
        )
    best = max(PEERS, key=found.median)
    return {"ratio_bare": found.ratio(OURS, BARE), "ratio_best_peer": found.ratio(OURS, best)}
