"""Set-up: each thing that stops it is told in one line that says what to do."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.wechat_backend.database.test_connection import is_running
from tests.wechat_backend.demo.test_supervisor import until_it_listens

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def setup() -> ModuleType:
    """`scripts/_setup.py`, afresh for each test."""
    spec = importlib.util.spec_from_file_location("_setup", SCRIPTS / "_setup.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout; `setup` works on it, and whatever it would start succeeds."""
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "STAMPS", tmp_path / ".venv" / "installed.json")
    (tmp_path / ".venv").mkdir()
    return tmp_path


def refusal(setup: ModuleType, step: Callable[[], Any]) -> str:
    """The one line with which a step stops."""
    with pytest.raises(setup.CannotGoOn) as stopped:
        step()
    line = str(stopped.value)
    assert "\n" not in line
    return line


def test_other_processor(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)
    monkeypatch.delenv("PANYU_MONGO_URI", raising=False)
    line = refusal(setup, lambda: setup.check_processor("run"))
    assert "aarch64" in line
    assert "PANYU_MONGO_URI" in line
    monkeypatch.setenv("PANYU_MONGO_URI", "mongodb://db.example/?replicaSet=panyu")
    setup.check_processor("run")


def test_a_service_has_its_own_database(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)
    monkeypatch.delenv("PANYU_MONGO_URI", raising=False)
    setup.check_processor("serve")
    assert setup.has_database("serve")


def test_no_room(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.shutil, "disk_usage", lambda path: SimpleNamespace(free=4e8))
    line = refusal(setup, lambda: setup.check_room(1.5e9))
    assert "0.4 GB" in line
    assert "1.5 GB" in line


def test_port_taken(setup: ModuleType) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"Port {port} is in use" in refusal(setup, lambda: setup.check_port(port))
    setup.check_port(port)


def test_no_venv_module(setup: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "PYTHON", checkout / ".venv" / "bin" / "python")
    monkeypatch.setattr(setup.importlib.util, "find_spec", lambda name: None)
    assert "apt-get install python3-venv" in refusal(setup, setup.make_venv)


def test_no_network(setup: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real pip, an index at a port where nobody listens."""
    (checkout / "requirements.txt").write_text("tornado==6.6.1\n")
    monkeypatch.setattr(setup, "PYTHON", Path(sys.executable))
    for name, value in {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "1",
        "PIP_FORCE_REINSTALL": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    assert "check the network" in refusal(setup, lambda: setup.install("requirements.txt"))
    assert not setup.is_done("requirements.txt", [checkout / "requirements.txt"])


@pytest.mark.parametrize(
    ("linked", "packages"),
    [
        ("\tlibatomic.so.1 => not found\n\tlibc.so.6 => /lib/libc.so.6", {"libatomic1"}),
        ("\tlibcurl.so.4 => not found\n\tlibssl.so.3 => not found", {"libcurl4", "libssl3"}),
        ("\tlibc.so.6 => /lib/libc.so.6", set()),
    ],
)
def test_libraries_that_a_program_misses(
    setup: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, linked: str, packages: set[str]
) -> None:
    program = checkout / ".venv/lib/python3.11/site-packages/playwright/driver/node"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setattr(setup.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=linked))
    assert setup.lacking("playwright/driver/node", "The browser tests") == packages
    monkeypatch.setattr(setup, "LIBRARIES", {})
    if packages:
        line = refusal(setup, lambda: setup.lacking("playwright/driver/node", "The browser tests"))
        assert "install what brings it" in line


def test_missing_libraries_are_named_to_who_is_not_root(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    line = refusal(setup, lambda: setup.bring_packages({"libcurl4", "liblzma5"}, "MongoDB"))
    assert line.endswith("sudo apt-get install -y --no-install-recommends libcurl4 liblzma5")
    setup.bring_packages([], "MongoDB")


def test_requirements_are_installed_again_only_when_changed(
    setup: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(setup, "run", lambda step, command, failure: commands.append(command))
    (checkout / "requirements.txt").write_text("tornado==6.6.1\n")
    (checkout / "requirements-dev.txt").write_text("-r requirements.txt\n")
    for _ in range(2):
        setup.install("requirements-dev.txt", "requirements.txt")
    assert len(commands) == 1
    (checkout / "requirements.txt").write_text("tornado==6.6.2\n")
    setup.install("requirements-dev.txt", "requirements.txt")
    assert len(commands) == 2
    assert list(json.loads((checkout / ".venv/installed.json").read_text())) == ["requirements-dev.txt"]


def test_weui_is_cut_to_what_pages_use(
    setup: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real PurgeCSS over a page, and again when the page has changed."""
    (checkout / "node_modules").symlink_to(SCRIPTS.parent / "node_modules")
    monkeypatch.setattr(setup, "VENDOR", checkout / "static" / "vendor")
    (checkout / "package-lock.json").write_text("{}")
    page = checkout / "templates" / "citizen" / "parts" / "page.html"
    page.parent.mkdir(parents=True)
    sheet = checkout / "static" / "vendor" / "weui.min.css"
    for name, other in (("weui-cells", "weui-dialog"), ("weui-dialog", "weui-cells")):
        page.write_text(f'<body><p class="{name}{{% if bad %}} weui-btn_warn{{% end %}}"></p>')
        setup.cut_styles()
        cut = sheet.read_text()
        assert f".{name}" in cut
        assert ".weui-btn_warn" in cut
        assert f".{other}" not in cut
        assert "Licensed under the MIT license" in cut
        assert "var(--weui-RED-100)" in cut
        assert "--weui-RED-100:" in cut
    written = sheet.stat().st_mtime_ns
    setup.cut_styles()
    assert sheet.stat().st_mtime_ns == written


def test_failure_is_told_by_its_last_error(setup: ModuleType, checkout: Path) -> None:
    script = "import sys; sys.exit('Looking …\\nERROR: No space left on device\\n')"
    line = refusal(setup, lambda: setup.run("Trying", [sys.executable, "-c", script], "pip failed"))
    assert line == "pip failed: ERROR: No space left on device"


@pytest.mark.parametrize(("terminal", "told"), [(False, "Trying … 1 s\n"), (True, "\033[FTrying … 1 s\n")])
def test_a_long_step_is_seen_to_go_on(
    setup: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
    told: str,
) -> None:
    monkeypatch.setattr(setup, "PULSE_SECONDS", 0.6)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    setup.run("Trying", ["sleep", "1"], "failed")
    assert capsys.readouterr().out == f"Trying …\n{told}"


SLOW_PIP = """#!/bin/sh
[ "$1" = -c ] && exit 0
trap '' TERM
sleep 300 &
echo "$! $$" >> pids
wait
"""


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A set-up of a checkout whose pip takes long, starts something else, and does not listen."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPTS / "_setup.py", tmp_path / "scripts")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "installed.json").write_text("{}")
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(SLOW_PIP)
    python.chmod(0o755)
    (tmp_path / "requirements.txt").touch()
    command = [sys.executable, str(tmp_path / "scripts" / "_setup.py"), "run"]
    environment = {**os.environ, "PANYU_MONGO_URI": "mongodb://db.example/?replicaSet=panyu"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_all_that_was_started_ends_with_the_set_up(
    slow: subprocess.Popen[str], tmp_path: Path, told: int
) -> None:
    assert slow.stdout
    assert slow.stdout.readline() == "Installing requirements.txt with pip …\n"
    while not (tmp_path / "pids").exists() or not (tmp_path / "pids").read_text():
        time.sleep(0.01)
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    asked = time.monotonic()
    slow.send_signal(told)
    assert slow.stdout.read() == ""
    assert slow.wait(10) == 0
    assert time.monotonic() - asked < 5
    assert len(pids) == 2
    assert not any(is_running(pid) for pid in pids)


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_before_it_has_begun(slow: subprocess.Popen[str], told: int) -> None:
    until_it_listens(slow.pid)
    slow.send_signal(told)
    assert slow.wait(10) == 0
    assert slow.stdout
    assert slow.stdout.read() == ""


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        (("0", "8889"), "--port 0 is no port: give a number from 1 to 65535"),
        (("8888", "99999"), "--simulator-port 99999 is no port: give a number from 1 to 65535"),
        (("8888", "8888"), "--port and --simulator-port are both 8888: give two different ones"),
    ],
)
def test_ports_that_cannot_be(setup: ModuleType, ports: tuple[str, str], said: str) -> None:
    arguments = ["--port", ports[0], "--simulator-port", ports[1]]
    assert refusal(setup, lambda: setup.demo_options(arguments)) == said


@pytest.mark.parametrize("name", ["file", "file/inside"])
def test_a_folder_that_cannot_be_written(setup: ModuleType, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    said = refusal(setup, lambda: setup.demo_options(["--data", str(tmp_path / name)]))
    assert said.startswith(f"Cannot keep data in {tmp_path / name} (")
    assert said.endswith("): give another with --data")


@pytest.mark.parametrize("script", ["run", "test"])
def test_too_old_python(script: str, tmp_path: Path) -> None:
    """With nothing on PATH but the tools of a shell and a Python that says it is old."""
    for tool in ("dirname", "sh"):
        found = shutil.which(tool)
        assert found
        (tmp_path / tool).symlink_to(found)
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    ended = subprocess.run(
        [SCRIPTS / script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("Python 3.11 or later is needed")
    assert len(ended.stderr.splitlines()) == 1


def test_options_reach_the_demo(setup: ModuleType, tmp_path: Path) -> None:
    options = setup.demo_options(["--port", "1", "--simulator-port", "2", "--data", str(tmp_path), "--reset"])
    assert setup.command_line(options) == [
        *("--port", "1", "--simulator-port", "2", "--data", str(tmp_path), "--reset")
    ]
