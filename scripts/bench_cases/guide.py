"""How many pages of a guide one web server gives, beside a bare Tornado that reads one document.

Each server has one processor for itself; mongod and the load have the others.
"""

import asyncio
from functools import partial
from itertools import repeat
from subprocess import Popen

from _machine import apart, ask, free_port, pin, serve_options, wait_for

from bench_cases import bare
from bench_cases.callback import profiled
from bench_cases.effort import Effort, Figures, Ground
from bench_cases.load import CONNECTIONS, Load, Rounds, drive, interleaved

PAGE, READ, FIXED = "guide, page", "one document (bare Tornado)", "fixed words (bare Tornado)"


def run(effort: Effort, ground: Ground) -> Figures:
    town, bare_port = ground.town, free_port()
    with town.processes() as start, apart() as alone:
        server = start("serve", *serve_options(1))
        plain = bare.started("documents", bare_port, town.mongod.uri, town.env["PANYU_MONGO_DATABASE"])
        try:
            for port in (town.port, bare_port):
                wait_for(port)
            item = ask(f"{town.url}/api/v1/guides?q=jzz&audience=person")["guides"][0]["item"]
            servers: list[Popen[bytes]] = [server, plain]
            for process in servers:
                pin(process.pid, {alone})
            places = {
                PAGE: (town.port, f"/guides/{item}"),
                READ: (bare_port, "/one"),
                FIXED: (bare_port, "/fixed"),
            }
            took = Rounds()

            def measured(name: str) -> float:
                load = asyncio.run(pages(*places[name], effort.seconds))
                took.note(name, load.at(95))
                return load.per_second

            for name in places:  # warm
                measured(name)
            took = Rounds()
            found = interleaved(effort.rounds, {name: partial(measured, name) for name in places})
        finally:
            plain.kill()
            plain.wait()
    if effort.profiled:
        profiled(town, partial(pages, *places[PAGE], effort.seconds))
    print(f"{'server':<32}{'requests/s':>12}{'of bare':>10}{'p95':>12}")
    for name in places:
        print(
            f"{name:<32}{found.median(name):>12.0f}{found.ratio(name, READ):>10.2f}"
            f"{1000 * took.median(name):>9.1f} ms"
        )
    return {"ratio_bare_read": found.ratio(PAGE, READ)}


async def pages(port: int, path: str, seconds: float) -> Load:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Language: zh-CN\r\n\r\n".encode()
    return await drive(f"http://127.0.0.1:{port}", [repeat(request)] * CONNECTIONS, seconds=seconds)
