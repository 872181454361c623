"""A web server of several processes: none of its ends costs a request of somebody else's."""

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.house.clock import cause_at
from tests.house.outside import Register
from tests.house.places import HALL
from tests.house.settings import environment
from tests.house.stores import stores_over
from tests.wechat_backend.demo.test_supervisor import free_port
from wechat_backend.board import Board, Row
from wechat_backend.connections import Full, Room
from wechat_backend.database.connection import connect
from wechat_backend.wiring import utc_now

ROOT = Path(__file__).parents[2]
PROCESSES, EACH = 2, 6
DATABASE = "test_processes"
PATIENCE = 60.0
HEALTHY = 'panyu_request_seconds_count{handler="HealthHandler",method="GET",status="200"}'


class Served:
    """The service itself. `pids` are those of the processes that serve."""

    def __init__(self, parent: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.parent, self.port, self.log = parent, port, log

    def told(self, event: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def wait_for(self, event: str, times: int) -> None:
        until = time.monotonic() + PATIENCE
        while len(self.told(event)) < times:
            assert self.parent.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    @property
    def pids(self) -> list[int]:
        children = Path(f"/proc/{self.parent.pid}/task/{self.parent.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def figures(self) -> dict[str, float]:
        port = self.told("serving")[0]["operations_port"]
        lines = asked(int(str(port)), "/metrics").splitlines()
        return {name: float(value) for name, _, value in (x.rpartition(" ") for x in lines if x[0] != "#")}


@contextmanager
def serving(mongo_uri: str, folder: Path, database: str) -> Iterator[Served]:
    port, log = free_port(), folder / "serve.log"
    env = environment("http://127.0.0.1:1", mongo_uri, database) | {
        "PANYU_PORT": str(port),
        "PANYU_CONNECTIONS_PER_ADDRESS": str(EACH),
        "PANYU_TRUSTED_PROXIES": "127.0.0.1",
    }
    command = [sys.executable, "-m", "wechat_backend", "serve", "--processes", str(PROCESSES)]
    with log.open("wb") as output:
        parent = subprocess.Popen(command, env=env, cwd=ROOT, stdout=output, stderr=output)
    try:
        served = Served(parent, port, log)
        served.wait_for("serving", PROCESSES)
        yield served
    finally:
        parent.kill()
        parent.wait()


@pytest.fixture(scope="module")
def served(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(mongo_uri, tmp_path_factory.mktemp("served"), DATABASE) as served:
        yield served


def asked(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


class Crowd:
    """People who ask again and again, each over a connection that is kept, until they are refused.

    `answered` counts; `broken` are requests that were sent and not answered. A connection that the server has
    said it closes, or has closed while nothing was asked, is opened anew.
    """

    def __init__(self, port: int, many: int) -> None:
        self.port, self.answered, self.over = port, 0, False
        self.broken: list[str] = []
        self.threads = [threading.Thread(target=self._ask) for _ in range(many)]
        for thread in self.threads:
            thread.start()

    def _ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self.over:
            try:
                connection.connect()
            except ConnectionRefusedError:
                return
            except OSError as error:
                self.broken.append(f"connecting: {error!r}")
                continue
            self._ask_over(connection)
            connection.close()

    def _ask_over(self, connection: http.client.HTTPConnection) -> None:
        while not self.over and connection.sock:
            try:
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                assert answer.status == 200
                answer.read()
                self.answered += 1
            except (OSError, http.client.HTTPException) as error:
                self.broken.append(repr(error))
                return

    def leave(self) -> None:
        self.over = True
        for thread in self.threads:
            thread.join()


def test_one_that_is_killed_is_started_again(served: Served) -> None:
    before = served.pids
    crowd = Crowd(served.port, 8)
    time.sleep(0.3)
    os.kill(before[0], signal.SIGKILL)
    served.wait_for("process_ended", 1)
    served.wait_for("serving", PROCESSES + 1)
    time.sleep(0.3)
    crowd.leave()
    assert len(crowd.broken) <= 8, "only what the killed one was at"
    figures = served.figures()
    assert abs(figures[HEALTHY] - crowd.answered) <= 8, "what the killed one had counted is kept"
    assert sum(v for name, v in figures.items() if re.match(r"panyu_server_process_ended_total\{", name)) == 1
    assert sum(v for name, v in figures.items() if re.match(r"panyu_server_process\{", name)) == PROCESSES
    assert set(before) & set(served.pids) == set(before[1:])


def test_one_that_is_told_to_end_drops_nothing(served: Served) -> None:
    begun, ended = len(served.told("serving")), len(served.told("process_ended"))
    crowd = Crowd(served.port, 8)
    time.sleep(0.3)
    os.kill(served.pids[0], signal.SIGTERM)
    served.wait_for("process_ended", ended + 1)
    served.wait_for("serving", begun + 1)
    crowd.leave()
    assert not crowd.broken
    assert crowd.answered


async def test_what_is_changed_here_is_shown_there_at_once(served: Served, mongo_uri: str) -> None:
    """By all processes, of which none has made the change; each connection meets one of them."""
    database = await connect(mongo_uri, DATABASE)
    halls = stores_over(database, utc_now, Register()).halls
    for name in ("一楼大厅", "二楼大厅"):
        await halls.put(HALL.model_copy(update={"name": name}), cause_at(utc_now()))
        until = time.monotonic() + PATIENCE
        while not all([name in await asyncio.to_thread(asked, served.port, "/halls") for _ in range(8)]):
            assert time.monotonic() < until
    await database.close()


def test_one_address_has_its_share_of_all_processes(served: Served) -> None:
    """127.0.0.1 is a proxy, and has as many as it likes; another address has its share, and one more for each
    other process that lets one in at the same instant (docs/decisions/0020)."""
    with ExitStack() as stack:
        people = [stack.enter_context(connected(served.port)) for _ in range(4 * EACH)]
        for each in people:
            each.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.5)
        assert 0 < sum(map(is_open, people)) < EACH + len(served.pids)
    time.sleep(0.2)
    late = connected(served.port)
    late.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert late.recv(100).startswith(b"HTTP/1.1 200")
    late.close()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 10, source_address=("127.0.0.3", 0))


def is_open(connection: socket.socket) -> bool:
    """What it was answered is read; whether the server has closed it."""
    connection.setblocking(False)
    try:
        while connection.recv(4096):
            pass
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    return False


def test_none_outlives_the_one_that_started_it(served: Served) -> None:
    """The last test of this server."""
    children = served.pids
    served.parent.kill()
    until = time.monotonic() + PATIENCE
    while any(Path(f"/proc/{pid}/exe").exists() for pid in children):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_whole_ends_without_dropping_a_request(mongo_uri: str, tmp_path: Path) -> None:
    with serving(mongo_uri, tmp_path, "test_processes") as served:
        crowd = Crowd(served.port, 8)
        time.sleep(0.3)
        children = served.pids
        served.parent.send_signal(signal.SIGTERM)
        assert served.parent.wait(20) == 0
        crowd.leave()
        assert not crowd.broken
        assert crowd.answered
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_what_refuses_to_start_ends_all(tmp_path: Path) -> None:
    env = environment("http://127.0.0.1:1", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100", "x")
    ended = subprocess.run(
        [sys.executable, "-m", "wechat_backend", "serve", "--processes", "2"],
        env=env | {"PANYU_PORT": str(free_port())},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.count("PANYU_MONGO_URI: the database does not answer") == 1


def test_connections_of_one_address_count_in_all_processes() -> None:
    board = Board(3)
    rooms: list[Room[str]] = [Room(10, 3, Row(board, number)) for number in range(3)]
    rooms[0].enter("a", "x")
    rooms[1].enter("b", "x")
    assert rooms[2].who_makes_room("x") is None
    rooms[2].enter("c", "x")
    assert rooms[2].who_makes_room("x") == "c"
    assert rooms[2].who_makes_room("y") is None
    rooms[2].work("c")
    with pytest.raises(Full):
        rooms[2].who_makes_room("x")
    rooms[0].leave("a")
    assert rooms[2].who_makes_room("x") is None
    rooms[0].enter("a", "x")
    board.wipe(0)
    assert rooms[2].who_makes_room("x") is None
