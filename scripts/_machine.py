"""What benches and drills start on this machine, and what they ask of it.

An embedded mongod in a folder of its own, processes of the service, the simulator, a citizen who signs in;
and on which processors they run.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from wechat_backend.database.mongod import Mongod  # noqa: E402
from wechat_backend.demo import data as demo_data  # noqa: E402
from wechat_backend.demo import env as demo_env  # noqa: E402
from wechat_backend.dies_with_parent import dying_with_parent  # noqa: E402

PERSON = "li"
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 120.0
"""Seconds in which a process is at work, on a machine that is busy with others."""
STARTED = {"serve": '"event": "serving"', "worker": '"event": "heartbeat"'}
"""What the log of each says when it is at work."""

PROFILED = str(ROOT / "scripts" / "_profiled.py")

Start = Callable[..., subprocess.Popen[bytes]]
"""Starts a process of the service, by its name and arguments."""


@contextmanager
def embedded(what: str) -> Iterator[tuple[Mongod, Path]]:
    """A mongod of its own, in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix=f"panyu-{what}-") as name:
        folder = Path(name)
        server = Mongod(folder / "mongo")
        try:
            server.wait()
            yield server, folder
        finally:
            server.stop()


@dataclass(frozen=True)
class Town:
    """Panyu's data in a database, as the demo has them, and a simulator that runs."""

    mongod: Mongod
    folder: Path
    env: Mapping[str, str]
    """The settings of the service."""
    simulator: str
    """Where it listens."""

    @property
    def port(self) -> int:
        """Of the web server, where one runs."""
        return int(self.env["PANYU_PORT"])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> AbstractContextManager[Start]:
        return processes(self.env, self.folder)


@contextmanager
def demo_town(what: str) -> Iterator[Town]:
    with embedded(what) as (server, folder):
        port, simulator_port = free_port(), free_port()
        env = demo_env.complete({}) | demo_env.addresses(port, simulator_port, server.uri)
        asyncio.run(demo_data.furnish(env, reset=False, say=lambda _line: None))
        with processes(env, folder) as start:
            start("simulator", "--port", str(simulator_port))
            wait_for(simulator_port)
            yield Town(server, folder, env, f"http://127.0.0.1:{simulator_port}")


@contextmanager
def furnished(what: str) -> Iterator[tuple[Start, int, int, Path]]:
    """A town; gives what starts the service's processes, the ports of both, and the folder of the logs."""
    with demo_town(what) as town, town.processes() as start:
        yield start, town.port, int(town.simulator.rpartition(":")[2]), town.folder


@contextmanager
def processes(env: Mapping[str, str], folder: Path) -> Iterator[Start]:
    """Of the service, under these settings; each logs to the folder, and all are ended with the context. One
    that is to leave a `profile` there when it ends is slower."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, profile: Path | None = None) -> subprocess.Popen[bytes]:
        program = [PROFILED, str(profile)] if profile else ["-m", "wechat_backend"]
        with (folder / f"{arguments[0]}.log").open("wb") as log:
            command = dying_with_parent([sys.executable, *program, *arguments])
            running.append(subprocess.Popen(command, env=dict(env), cwd=ROOT, stdout=log, stderr=log))
        return running[-1]

    try:
        yield start
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def serve_options(count: int) -> list[str]:
    """What makes `serve` be so many processes, where it has an option for that."""
    told = subprocess.run(
        [sys.executable, "-m", "wechat_backend", "serve", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return ["--processes", str(count)] if "--processes" in told else []


def signed_in(service: str, simulator: str) -> str:
    """The token of a citizen who has bound the real name."""
    api, phone = f"{service}/api/v1", f"{simulator}/control/people/{PERSON}"
    who = ask(phone)
    person = who.get("person", who)
    token = str(ask(f"{api}/session", {"code": ask(f"{phone}/code", {})["code"]})["token"])
    ask(f"{api}/phone-codes", {"phone": person["phone"]}, token)
    while not (texts := ask(phone)["sms"]):
        time.sleep(0.1)
    credential = person["credentials"][0]
    binding = {**credential, "name": person["name"], "phone": person["phone"], "consent": True}
    ask(f"{api}/binding", {**binding, "code": texts[-1]["parameters"]["code"]}, token)
    return token


def ask(address: str, body: Any = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    data = None if body is None else json.dumps(body).encode()
    return json.loads(urlopen(Request(address, data, headers)).read() or b"{}")  # noqa: S310


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Return when somebody listens there."""
    for _ in range(round(PATIENCE / 0.1)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"nobody listens on {port}")


def wait_for_line(process: subprocess.Popen[bytes], log: Path, line: str) -> None:
    """
    Raises:
        RuntimeError: the process ended, or said nothing like it in time; with its log.
    """
    until = time.monotonic() + PATIENCE
    while line not in log.read_text():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(log.read_text())
        time.sleep(0.05)


def tree(pid: int) -> list[int]:
    """A process and all that came of it."""
    children = (file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/children"))
    return [pid, *(each for line in children for child in line.split() for each in tree(int(child)))]


def processor_seconds(*pids: int) -> float:
    """That these processes have used so far, in user and in system mode."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


def taken(process: int, kind: str) -> float:
    """MB of 1024 × 1024 bytes of a process: `Rss` or `Pss`."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith(f"{kind}:")]
    return int(kilobytes) / 1024


def operations(status: Mapping[str, Any]) -> int:
    """All that a database has been asked so far, by its `serverStatus`; `hello` of idle connections is not
    counted."""
    greetings = sum(status["metrics"]["commands"][name]["total"] for name in ("hello", "isMaster"))
    return int(sum(status["opcounters"].values()) - greetings)


@contextmanager
def apart() -> Iterator[int]:
    """Keep this process, and all that came of it, off one processor, which is given, for a server alone. On a
    machine with one processor all share it."""
    before = os.sched_getaffinity(0)
    alone, *rest = sorted(before)
    pin(os.getpid(), set(rest) or before)
    try:
        yield alone
    finally:
        pin(os.getpid(), before)


def pin(pid: int, processors: set[int]) -> None:
    """Let a process, all its threads and all that came of it run on these processors alone."""
    threads = [thread for each in tree(pid) for thread in Path(f"/proc/{each}/task").iterdir()]
    for thread in threads:
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), processors)
