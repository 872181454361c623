"""What the web server and a worker take once they have started, and the web server after some thousand pages.

Everything is on this machine: a mongod with Panyu's data, the simulator, and one process of each kind.
Resident (RSS) is all that a process has in memory; proportional (PSS) counts what n processes share as one
n-th. Both in MB of 1024 × 1024 bytes.
"""

import asyncio
from itertools import cycle, islice
from pathlib import Path

from _machine import STARTED, serve_options, taken, tree, wait_for, wait_for_line

from bench_cases.effort import Effort, Figures, Ground
from bench_cases.load import CONNECTIONS, drive

PAGES = (
    "/",
    "/guides?q=jzz",
    "/guides",
    "/halls",
    "/healthz",
    "/api/v1/guides?q=%E5%B1%85%E4%BD%8F%E8%AF%81",
)
LOOK = 10
"""Minutes between two looks at a server that goes on."""
WARM = 500
"""Pages after which all that is loaded when it is first needed is there."""


def run(effort: Effort, ground: Ground) -> Figures:
    town = ground.town
    with town.processes() as start:
        print(f"{'process':<34}{'RSS, MB':>10}{'PSS, MB':>10}{'threads':>10}")
        worker = start("worker")
        wait_for_line(worker, town.folder / "worker.log", STARTED["worker"])
        row("worker", worker.pid)
        worker.terminate()
        worker.wait()
        server = start("serve", *serve_options(1))
        wait_for_line(server, town.folder / "serve.log", STARTED["serve"])
        wait_for(town.port)
        at_start = row("serve", server.pid)
        for asked, many in ((WARM, WARM), (WARM + effort.requests, effort.requests)):
            asyncio.run(drive(town.url, dealt(many)))
            row(f"serve, after {asked:,} pages", server.pid)
        for minutes in range(LOOK, round(effort.lasting / 60) + 1, LOOK):
            asyncio.run(visits(town.url, 60 * LOOK))
            row(f"serve, after {minutes} minutes more", server.pid)
    return {"serve_mb": at_start}


async def visits(url: str, seconds: float) -> None:
    """A few pages a second, as on a usual day."""
    for _ in range(round(seconds)):
        await drive(url, dealt(CONNECTIONS))
        await asyncio.sleep(1)


def dealt(many: int) -> list["islice[bytes]"]:
    """So many requests in all, over several connections."""
    requests = [f"GET {page} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() for page in PAGES]
    return [islice(cycle(requests), number, many // CONNECTIONS + number) for number in range(CONNECTIONS)]


def row(name: str, pid: int) -> float:
    """The RSS of the process that has most, of one and all that came of it."""
    most = max(tree(pid), key=lambda each: taken(each, "Rss"))
    resident = taken(most, "Rss")
    threads = len(list(Path(f"/proc/{most}/task").iterdir()))
    print(f"{name:<34}{resident:>10.1f}{taken(most, 'Pss'):>10.1f}{threads:>10}", flush=True)
    return resident
