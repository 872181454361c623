"""The demo: its lock, its settings, and one whole life of it."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.request import Request, urlopen

import pytest
import structlog
from pymongo import MongoClient

from tests.wechat_backend.database.test_connection import is_running
from wechat_backend.demo import data
from wechat_backend.demo import env as demo_env
from wechat_backend.demo.children import Child, ChildError
from wechat_backend.demo.supervisor import (
    DemoError,
    Options,
    check_ports,
    empty,
    inherited,
    links,
    locked,
    main,
)
from wechat_backend.settings import load_settings


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """What the demo says of logs in this process is unsaid."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_one_demo_in_a_folder(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(DemoError, match="already running"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


@pytest.mark.parametrize("name", ["file", "file/inside"])
def test_a_folder_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DemoError, match="give another with --data"), locked(tmp_path / name):
        pass


def test_reset_empties_only_what_is_a_demo(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    (tmp_path / "mongo").mkdir()
    (tmp_path / "mongo" / "data").touch()
    with pytest.raises(DemoError, match="something else"):
        empty(tmp_path)
    assert (tmp_path / "mongo" / "data").exists()
    for file in ("demo.env", "simulator.json"):
        (tmp_path / file).touch()
    empty(tmp_path)
    assert [thing.name for thing in tmp_path.iterdir()] == ["lock"]


def test_taken_port_is_named_with_its_option(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(DemoError, match=f"Port {port} is in use: .* --simulator-port"):
            check_ports(Options(free_port(), port, tmp_path, reset=False))


def test_settings_are_complete_private_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "demo.env"
    first = demo_env.complete({}) | demo_env.addresses(8001, 8002, "mongodb://127.0.0.1:8003/?replicaSet=x")
    demo_env.write(file, first)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert demo_env.read(file) == first
    again = demo_env.complete(demo_env.read(file))
    assert again.items() <= first.items()
    for name, value in first.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.demo
    assert settings.frame_ancestors == settings.wechat_api_url == "http://127.0.0.1:8002"


def test_settings_can_be_read_by_a_shell(tmp_path: Path) -> None:
    file = tmp_path / "demo.env"
    demo_env.write(file, demo_env.addresses(8001, 8002, "mongodb://127.0.0.1:8003/?replicaSet=x&w=1"))
    script = 'set -a; . "$0"; printf "%s\\n%s" "$PANYU_MONGO_URI" "$PANYU_WECHAT_TEMPLATES"'
    said = subprocess.run(["sh", "-c", script, file], capture_output=True, text=True, check=True).stdout
    uri, templates = said.splitlines()
    assert uri == "mongodb://127.0.0.1:8003/?replicaSet=x&w=1"
    assert json.loads(templates)["receipt"] == "TM_RECEIPT"


def test_children_get_neither_foreign_settings_nor_proxies() -> None:
    given = {"PATH": "/bin", "PANYU_PORT": "1", "http_proxy": "p", "HTTPS_PROXY": "p", "All_Proxy": "p"}
    assert inherited(given) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    ("port", "simulator_port", "said"),
    [
        (0, 8889, "--port 0 is no port: give a number from 1 to 65535"),
        (8888, 99999, "--simulator-port 99999 is no port: give a number from 1 to 65535"),
        (8888, 8888, "--port and --simulator-port are both 8888: give two different ones"),
    ],
)
def test_ports_that_cannot_be_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], port: int, simulator_port: int, said: str
) -> None:
    assert main(Options(port, simulator_port, tmp_path / "data", reset=False)) == 1
    assert capsys.readouterr().err == f"{said}\n"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_before_it_has_begun(tmp_path: Path, told: int) -> None:
    with start(tmp_path) as process:
        until_it_listens(process.pid)
        process.send_signal(told)
        assert rest(process.stdout) == ""
    assert process.returncode == 0


def until_it_listens(pid: int) -> None:
    """Return when the process has its own way with SIGTERM, which is the second that it sets."""
    while True:
        status = Path(f"/proc/{pid}/status").read_text()
        caught = int(status.split("SigCgt:")[1].split()[0], 16)
        if caught >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.001)


async def test_child_that_cannot_start_says_why(tmp_path: Path) -> None:
    child = Child("serve", environment={"PATH": os.environ["PATH"]}, folder=tmp_path)
    await child.start()
    await child.process.wait()
    with pytest.raises(ChildError, match="PANYU_INDEX_KEY: Field required"):
        child.check()


@dataclass
class Running:
    """A demo in a process of its own; `begun` is what it said up to READY."""

    process: subprocess.Popen[str]
    url: str
    begun: list[str]

    def family(self) -> list[int]:
        """The process ids of its children: mongod, simulator, server, worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(data: Path, *options: str) -> subprocess.Popen[str]:
    ports = ["--port", str(free_port()), "--simulator-port", str(free_port())]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PANYU_")}
    environment["http_proxy"] = "http://127.0.0.1:9"  # which does not answer: the demo needs no proxy
    return subprocess.Popen(
        [sys.executable, "-m", "wechat_backend", "demo", "--data", data, *ports, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )


def ready(process: subprocess.Popen[str]) -> Running:
    """Wait for READY (see pytest's own time-out for when it never comes)."""
    begun: list[str] = []
    assert process.stdout
    for line in process.stdout:
        begun.append(line.rstrip())
        if line.startswith("READY "):
            return Running(process, line.split()[1], begun)
    raise AssertionError("\n".join(begun))


def control(env: dict[str, str], path: str, asked: dict[str, str] | None = None) -> Any:
    """GET, or POST where something is asked, of the demo's simulator."""
    body = None if asked is None else json.dumps(asked).encode()
    request = Request(  # noqa: S310
        f"{env['PANYU_WECHAT_API_URL']}/control/{path}", body, {"Content-Type": "application/json"}
    )
    with urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


def rest(stream: IO[str] | None) -> str:
    assert stream
    return stream.read()


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Those still running are killed after the test."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        with process:
            pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one demo, which is furnished when it is first started and then kept."""
    return tmp_path_factory.mktemp("demo")


def test_life_of_a_demo(folder: Path, processes: list[subprocess.Popen[str]]) -> None:
    """Started, held against a second one, ended, started again with the same data, and killed."""
    processes.append(start(folder))
    first = ready(processes[-1])
    with urlopen(f"{first.url}/readyz") as answer:  # noqa: S310
        assert answer.status == 200
    family = first.family()
    assert len(family) == 4
    env = demo_env.read(folder / "demo.env")
    with MongoClient[dict[str, str]](env["PANYU_MONGO_URI"]) as client:
        client["panyu_demo"]["kept"].insert_one({"_id": "kept"})

    control(env, "people/li/follow", {})
    chat = control(env, "people/li")["chat"]

    processes.append(start(folder))
    assert "already running" in rest(processes[-1].stdout)
    assert processes[-1].wait(10) == 1

    asked = time.monotonic()
    first.process.terminate()
    assert first.process.wait(10) == 0
    assert time.monotonic() - asked < 5
    assert not any(is_running(pid) for pid in family)

    processes.append(start(folder))
    second = ready(processes[-1])
    again = demo_env.read(folder / "demo.env")
    same = (*demo_env.SECRETS, demo_env.CODES)
    assert [again[name] for name in same] == [env[name] for name in same]
    assert len(env[demo_env.CODES].split(",")) == 3
    assert again["PANYU_MONGO_URI"] == env["PANYU_MONGO_URI"]
    li = control(again, "people/li")
    assert (li["following"], li["chat"]) == (True, chat)
    with MongoClient[dict[str, str]](again["PANYU_MONGO_URI"]) as client:
        assert client["panyu_demo"]["kept"].find_one() == {"_id": "kept"}
    family = second.family()
    second.process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while any(is_running(pid) for pid in family) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_running(pid) for pid in family)


def test_it_ends_in_time_though_some_do_not_listen(
    folder: Path, processes: list[subprocess.Popen[str]]
) -> None:
    processes.append(start(folder))
    demo = ready(processes[-1])
    mongod, simulator, *_ = family = demo.family()
    for frozen in (mongod, simulator):
        os.kill(frozen, signal.SIGSTOP)
    asked = time.monotonic()
    demo.process.terminate()
    assert demo.process.wait(10) == 0
    assert time.monotonic() - asked < 4.5
    assert not any(is_running(pid) for pid in family)


def test_where_to_look_is_told_in_words(tmp_path: Path) -> None:
    variables = demo_env.complete({}) | demo_env.addresses(8001, 8002, "mongodb://127.0.0.1:9")
    table = links(Options(8001, 8002, tmp_path, reset=False), variables)
    for member in data.STAFF:
        acts = f", acts for {member.stands_in_for}" if member.stands_in_for else ""
        assert f"{member.name}, {member.department or member.role.label}{acts} " in table


def test_a_browser_becomes_a_kiosk_by_a_link(tmp_path: Path) -> None:
    """While one of them waits for its device; the code is behind `#`, which is sent nowhere."""
    variables = demo_env.complete({}) | demo_env.addresses(8001, 8002, "mongodb://127.0.0.1:9")
    options = Options(8001, 8002, tmp_path, reset=False)
    told = links(options, variables | {demo_env.CODES: "7KQ2AAAABBBB,9KQ2AAAABBBB"})
    assert "/kiosk/activate#code=7KQ2AAAABBBB" in told
    assert "/kiosk/activate" not in links(options, variables | {demo_env.CODES: ""})
    assert "/kiosk/activate" not in links(options, variables)
