"""What goes wrong leaves nothing behind in the web server; `scripts/drill memory` asks for more of it."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from uuid import uuid4

import pytest

from tests.house.settings import environment
from tests.wechat_backend.demo.test_supervisor import free_port

ROOT = Path(__file__).parents[2]
WARMING, ERRORS, UPLOADS = 600, 3000, 10
UPLOAD = 10 * 1024 * 1024
MOST = 2.0
"""MB; a kept error keeps every request that met it, with its head and body."""
HEAD = {"Content-Type": "application/json", "X-Much": "x" * 12_000}

MATERIAL = f"applications/{uuid4().hex}/materials/permit"
WRONG = (
    ("GET", "/nowhere", b""),
    ("GET", "/static/nowhere.js", b""),
    ("GET", "/static/%00", b""),
    ("GET", "/api/v1/me", b""),
    ("GET", "/api/v1/guides?limit=x", b""),
    ("GET", "/applications", b""),
    ("GET", f"/verify/{uuid4().hex}", b""),
    ("POST", "/api/v1/session", b"{" * 50_000),
    ("POST", "/api/v1/session", b"[" + b"1," * 20_000),
    ("POST", "/api/v1/session", b"x" * 70_000),
    ("POST", "/binding", b"phone=1"),
    ("POST", "/wechat/callback", b"<xml/>"),
    ("PUT", "/healthz", b""),
)
DOORS = (("PUT", f"/api/v1/{MATERIAL}"), ("POST", f"/{MATERIAL}"))


@pytest.fixture
def serving(mongo_uri: str, tmp_path: Path) -> Iterator[tuple[int, int, Path]]:
    """The service itself: its process, its port and its log."""
    port, log = free_port(), tmp_path / "serve.log"
    env = environment("http://127.0.0.1:1", mongo_uri, "test_memory") | {"PANYU_PORT": str(port)}
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "wechat_backend", "serve"], env=env, cwd=ROOT, stdout=output, stderr=output
        )
    try:
        while b'"serving"' not in log.read_bytes():
            assert server.poll() is None, log.read_text()
            time.sleep(0.05)
        yield server.pid, port, log
    finally:
        server.terminate()
        server.wait()


def test_errors_and_refused_files_are_not_kept(serving: tuple[int, int, Path]) -> None:
    process, port, _ = serving
    connection = http.client.HTTPConnection("127.0.0.1", port)
    go_wrong(connection, WARMING)
    upload(connection, len(DOORS))
    before = resident(process)
    upload(connection, UPLOADS)
    go_wrong(connection, ERRORS)
    kept = resident(process) - before
    assert kept <= MOST, f"{kept:.1f} MB are kept"
    connection.close()


def test_long_addresses_fill_no_log(serving: tuple[int, int, Path]) -> None:
    _, port, log = serving
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(5):
        assert refused(connection, "GET", "/" + "x" * 3000, b"") == 404
    connection.close()
    assert len(log.read_bytes()) < 5000


def go_wrong(connection: http.client.HTTPConnection, times: int) -> None:
    for method, path, body in islice(cycle(WRONG), times):
        assert refused(connection, method, path, body) != 500


def upload(connection: http.client.HTTPConnection, times: int) -> None:
    for method, path in islice(cycle(DOORS), times):
        assert refused(connection, method, path, os.urandom(UPLOAD)) in (401, 403)


def refused(connection: http.client.HTTPConnection, method: str, path: str, body: bytes) -> int:
    connection.request(method, path, body, HEAD)
    answer = connection.getresponse()
    answer.read()
    assert answer.status >= 300, (method, path, answer.status)
    return answer.status


def resident(process: int) -> float:
    """MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith("VmRSS")]
    return int(kilobytes) / 1024
