"""The demo: everything on one machine, started, watched and ended by one process.

In its data folder (`DATA`): `lock` (held while it runs), `demo.env` (its settings), `mongo/`,
`simulator.json` (what phones remember), `devices.json` (the keys of kiosks' devices that are played), and a
log for each child process.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from wechat_backend import logs
from wechat_backend.database.connection import DatabaseUnreachable
from wechat_backend.database.migrations.record import MigrationError
from wechat_backend.database.mongod import Mongod, MongodError, is_free
from wechat_backend.demo import children
from wechat_backend.demo import data as demo_data
from wechat_backend.demo import env as demo_env
from wechat_backend.demo.children import Child, ChildError
from wechat_backend.demo.peer import Devices
from wechat_backend.loading.loader import DataError

READY_SECONDS = 60.0
HOST = "127.0.0.1"
PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})

log = structlog.get_logger("panyu.demo")


@dataclass(frozen=True)
class Options:
    """`data` is an absolute path."""

    port: int
    simulator_port: int
    data: Path
    reset: bool

    @property
    def ports(self) -> dict[str, int]:
        return {"--port": self.port, "--simulator-port": self.simulator_port}

    @property
    def devices(self) -> Path:
        """The file with the keys of the kiosks that the simulator plays."""
        return self.data / "devices.json"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def simulator_url(self) -> str:
        return f"http://{HOST}:{self.simulator_port}"


class DemoError(Exception):
    """The demo cannot go on; the message says what to do."""


def main(options: Options) -> int:
    """Run until SIGINT or SIGTERM; returns the exit code."""
    logs.configure("WARNING")
    try:
        check_numbers(options)
        with locked(options.data):
            if options.reset:
                empty(options.data)
            check_ports(options)
            asyncio.run(_run(options))
    except (asyncio.CancelledError, KeyboardInterrupt):
        _say("Stopped.")
    except (DemoError, ChildError, MongodError, DatabaseUnreachable, MigrationError, DataError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Hold the folder; the kernel lets go of it when the process ends, however it ends.

    Raises:
        DemoError: another demo holds it, or it cannot be written.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        file = (data / "lock").open("a+")
    except OSError as error:
        raise DemoError(f"Cannot keep data in {data} ({error.strerror}): give another with --data") from None
    with file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(f"A demo is already running in {data}: stop it first, or give --data") from None
        yield


def empty(data: Path) -> None:
    """Remove everything in the folder but the lock.

    Raises:
        DemoError: it has things in it and does not look like a demo's.
    """
    things = [thing for thing in data.iterdir() if thing.name != "lock"]
    if things and not (data / "demo.env").exists():
        raise DemoError(f"{data} holds something else than a demo: empty it yourself, or give --data")
    for thing in things:
        if thing.is_dir():
            shutil.rmtree(thing)
        else:
            thing.unlink()


def check_numbers(options: Options) -> None:
    """
    Raises:
        DemoError: they are not two ports.
    """
    for option, port in options.ports.items():
        if not 1 <= port <= 65535:
            raise DemoError(f"{option} {port} is no port: give a number from 1 to 65535")
    if options.port == options.simulator_port:
        raise DemoError(f"--port and --simulator-port are both {options.port}: give two different ones")


def check_ports(options: Options) -> None:
    """
    Raises:
        DemoError: another program listens on one of them.
    """
    for option, port in options.ports.items():
        if not is_free(port):
            raise DemoError(f"Port {port} is in use: give another with {option}")


async def _run(options: Options) -> None:
    _stop_when_told()
    async with AsyncExitStack() as stack:
        file = options.data / "demo.env"
        kept = demo_env.read(file)
        server = _start_mongod(options.data, kept, stack)
        uri = server.uri if server else os.environ["PANYU_MONGO_URI"]
        variables = demo_env.complete(kept) | demo_env.addresses(options.port, options.simulator_port, uri)
        demo_env.write(file, variables)
        if server:
            await asyncio.to_thread(server.wait)
        asked = variables | {demo_env.CODES: kept.get(demo_env.CODES, "")}
        devices = Devices(options.devices)
        codes = await demo_data.furnish(asked, reset=options.reset, say=_say, devices=devices)
        variables[demo_env.CODES] = ",".join(codes)
        demo_env.write(file, variables)
        crew = await _start_children(options, variables, stack)
        _say(f"READY {options.url}")
        _say(links(options, variables))
        watchers = [child.keep() for child in crew]
        await asyncio.gather(*watchers, *([_keep(server)] if server else []))


def _stop_when_told() -> None:
    """The first SIGINT or SIGTERM cancels this task; the next ones do not disturb it as it ends."""
    task = asyncio.current_task()
    assert task
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, lambda: task.cancelling() or task.cancel())


def _start_mongod(data: Path, kept: Mapping[str, str], stack: AsyncExitStack) -> Mongod | None:
    """The embedded server, at the port it had before; None if the environment names another one."""
    if os.environ.get("PANYU_MONGO_URI"):
        return None
    _say("Starting MongoDB …")
    server = Mongod(data / "mongo", urlsplit(kept.get("PANYU_MONGO_URI", "")).port)
    stack.callback(server.stop)
    return server


async def _keep(server: Mongod) -> None:
    """Start it again whenever it ends."""
    while True:
        await asyncio.sleep(0.5)
        if server.process.poll() is not None:
            log.warning("child_ended", child="mongod", code=server.process.returncode, log=str(server.log))
            server.start()
            await asyncio.to_thread(server.wait)


async def _start_children(
    options: Options, variables: Mapping[str, str], stack: AsyncExitStack
) -> list[Child]:
    _say("Starting the web server, the worker and the simulator …")
    environment = {**inherited(os.environ), **variables}
    state = str(options.data / "simulator.json")
    port, devices = str(options.simulator_port), str(options.devices)
    simulator = ("simulator", "--port", port, "--state", state, "--devices", devices)
    crew = [
        Child(*command, environment=environment, folder=options.data)
        for command in (simulator, ("serve",), ("worker",))
    ]
    started: list[Child] = []
    stack.push_async_callback(children.stop, started)
    for child in crew:
        await child.start()
        started.append(child)
    await _until_ready([f"{options.simulator_url}/", f"{options.url}/readyz"], crew)
    return crew


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """What children take over. No proxy: it would keep them from the simulator (Aliyun's SDK obeys it)."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("PANYU_") and name.lower() not in PROXIES
    }


async def _until_ready(addresses: list[str], crew: list[Child]) -> None:
    """Return when every address answers 200.

    Raises:
        ChildError: a child ended.
        DemoError: it took too long.
    """
    waiting = set(addresses)
    try:
        async with asyncio.timeout(READY_SECONDS):
            while waiting:
                for child in crew:
                    child.check()
                waiting -= {one for one in waiting if await asyncio.to_thread(_answers, one)}
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoError(
            f"No answer from {', '.join(sorted(waiting))}: see the logs in {crew[0].log.parent}"
        ) from None


def _answers(address: str) -> bool:
    """Whether a GET is answered 200. Not by way of a proxy, whatever the environment says."""
    place = urlsplit(address)
    connection = HTTPConnection(place.netloc, timeout=2)
    try:
        connection.request("GET", place.path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def links(options: Options, variables: Mapping[str, str]) -> str:
    python = os.path.relpath(sys.executable)
    password = variables["PANYU_DEMO_STAFF_PASSWORD"]
    staff = [
        (f"  {_called(one)}{_substitute(one)}", f"{one.username} / {password}{_and_a_code(one)}")
        for one in demo_data.STAFF
    ]
    rows = [
        ("Phone simulator", options.simulator_url),
        ("Citizen pages", options.url),
        ("Kiosk", f"{options.url}/kiosk"),
        *_activation(options, variables),
        ("Staff panel", f"{options.url}/admin"),
        *staff,
        (
            "  codes",
            f"{python} -m wechat_backend staff code --env {options.data / 'demo.env'}",
        ),
        ("Metrics", f"http://{HOST}:{variables['PANYU_OPERATIONS_PORT']}/metrics"),
        ("Settings and logs", str(options.data)),
    ]
    return "\n".join(f"  {name:<26} {value}" for name, value in rows)


def _activation(options: Options, variables: Mapping[str, str]) -> list[tuple[str, str]]:
    """Opened once, it makes a browser the kiosk that waits first; none where all have their devices."""
    code = variables.get(demo_env.CODES, "").split(",")[0]
    return [("  make this browser one", f"{options.url}/kiosk/activate#code={code}")] if code else []


def _called(member: demo_data.Member) -> str:
    return f"{member.name}, {member.department or member.role.label}"


def _substitute(member: demo_data.Member) -> str:
    return f", acts for {member.stands_in_for}" if member.stands_in_for else ""


def _and_a_code(member: demo_data.Member) -> str:
    return " / a code" if any(scope.needs_second_factor for scope in member.role.scopes) else ""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
