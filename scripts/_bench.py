"""How much each door costs, as a ratio to a bare Tornado handler that reads one document, in the same run.

Everything runs on this machine: an embedded mongod, the bare server, the service, the simulator (which signs
the visitor in) and the load. So the numbers compare doors with each other and with the bare server; they say
nothing about a real machine. Round trips are what the database counted for one request, sessions included.
"""

import argparse
import asyncio
import json
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from pymongo import MongoClient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from wechatpy.crypto import WeChatCrypto  # noqa: E402

from wechat_backend.database.mongod import Mongod  # noqa: E402
from wechat_backend.demo import data as demo_data  # noqa: E402
from wechat_backend.demo import env as demo_env  # noqa: E402
from wechat_backend.dies_with_parent import dying_with_parent  # noqa: E402

CONNECTIONS = 8
COUNTED = 50
"""Requests over which round trips are counted."""
PERSON = "li"
BARE = "one document (bare Tornado)"

Make = Callable[[], bytes]
"""The next request, as it goes over the wire."""


@dataclass(frozen=True)
class Door:
    name: str
    address: str
    make: Make


@dataclass(frozen=True)
class Result:
    """`round_trips` to the database a request; `p95` in seconds."""

    door: Door
    per_second: float
    p95: float
    round_trips: float


Start = Callable[..., subprocess.Popen[bytes]]
"""Starts a process of the service, by its name and arguments."""


def main() -> int:
    parser = argparse.ArgumentParser("bench", description="Measure the doors against a bare Tornado.")
    parser.add_argument("--seconds", type=float, default=3.0, help="of load for each door")
    options = parser.parse_args()
    with (
        embedded("bench") as (server, folder),
        prepared(server, folder) as doors,
        MongoClient[dict[str, Any]](server.uri) as client,
    ):
        results = [asyncio.run(measure(door, options.seconds, client)) for door in doors]
    report(results)
    return 0


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


@contextmanager
def furnished(what: str) -> Iterator[tuple[Start, int, int, Path]]:
    """Panyu's data and the simulator; gives what starts the others, and both ports."""
    with embedded(what) as (server, folder):
        port, simulator_port = free_port(), free_port()
        env = demo_env.complete({}) | demo_env.addresses(port, simulator_port, server.uri)
        asyncio.run(demo_data.furnish(env, reset=False, say=lambda _line: None))
        with processes(env, folder) as start:
            start("simulator", "--port", str(simulator_port))
            yield start, port, simulator_port, folder


@contextmanager
def prepared(server: Mongod, folder: Path) -> Iterator[list[Door]]:
    """The service with Panyu's data and one citizen who has bound, the bare server, and their doors."""
    port, simulator_port, bare_port = free_port(), free_port(), free_port()
    env = demo_env.complete({}) | demo_env.addresses(port, simulator_port, server.uri)
    asyncio.run(demo_data.furnish(env, reset=False, say=lambda _line: None))
    with ExitStack() as stack:
        start = stack.enter_context(processes(env, folder))
        start("simulator", "--port", str(simulator_port))
        start("serve")
        worker = start("worker")
        bare = subprocess.Popen(
            dying_with_parent([sys.executable, __file__, "--bare", str(bare_port), server.uri])
        )
        stack.callback(bare.kill)
        for each in (port, simulator_port, bare_port):
            wait_for(each)
        service, simulator = (f"http://127.0.0.1:{each}" for each in (port, simulator_port))
        token = signed_in(service, simulator)
        worker.terminate()
        worker.wait()
        yield doors(service, f"http://127.0.0.1:{bare_port}", token, env)


@contextmanager
def processes(env: dict[str, str], folder: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        with (folder / f"{arguments[0]}.log").open("wb") as log:
            command = dying_with_parent([sys.executable, "-m", "wechat_backend", *arguments])
            running.append(subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=log))
        return running[-1]

    try:
        yield start
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


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


def doors(service: str, bare: str, token: str, env: dict[str, str]) -> list[Door]:
    item = ask(f"{service}/api/v1/guides?q=jzz&audience=person")["guides"][0]["item"]
    hall = ask(f"{service}/api/v1/halls?item={item}")["halls"][0]["code"]
    own = f"Authorization: Bearer {token}\r\n"
    pages = {
        "a page without the database": "/healthz",
        "guide, page": f"/guides/{item}",
        "guides found by pinyin, page": "/guides?q=jzz",
        "guide, API": f"/api/v1/guides/{item}",
        "guides found by pinyin, API": "/api/v1/guides?q=jzz",
        "slots of a hall, API": f"/api/v1/halls/{hall}/slots?item={item}",
    }
    return [
        Door("fixed words (bare Tornado)", bare, get(bare, "/fixed")),
        Door(BARE, bare, get(bare, "/one")),
        *(Door(name, service, get(service, path)) for name, path in pages.items()),
        Door("who am I, API", service, get(service, "/api/v1/me", own)),
        Door("my applications, API", service, get(service, "/api/v1/applications", own)),
        Door("chat message, AES", service, chat(service, env)),
    ]


def get(address: str, path: str, more: str = "") -> Make:
    request = f"GET {path} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n{more}\r\n".encode()
    return lambda: request


def chat(address: str, env: dict[str, str]) -> Make:
    """A text message that nobody has sent before, encrypted and signed as WeChat does."""
    crypto = WeChatCrypto(env["PANYU_WECHAT_TOKEN"], env["PANYU_WECHAT_AES_KEY"], env["PANYU_WECHAT_APPID"])

    def make() -> bytes:
        stamp, nonce = str(int(time.time())), secrets.token_hex(8)
        xml = (
            "<xml><ToUserName>gh_panyu</ToUserName><FromUserName>openid-of-the-bench</FromUserName>"
            f"<CreateTime>{stamp}</CreateTime><MsgType>text</MsgType><Content>居住证</Content>"
            f"<MsgId>{secrets.randbelow(10**15)}</MsgId></xml>"
        )
        body: bytes = crypto.encrypt_message(xml, nonce, stamp).encode()
        parts = sorted((env["PANYU_WECHAT_TOKEN"], stamp, nonce))
        query = urlencode(
            {
                "timestamp": stamp,
                "nonce": nonce,
                "encrypt_type": "aes",
                "signature": sha1("".join(parts).encode(), usedforsecurity=False).hexdigest(),
                "msg_signature": body.split(b"<MsgSignature><![CDATA[")[1].split(b"]")[0].decode(),
            }
        )
        head = f"POST /wechat/callback?{query} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
        return f"{head}Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    return make


async def measure(door: Door, seconds: float, client: MongoClient[dict[str, Any]]) -> Result:
    await drive(door, 1, until=time.monotonic() + 0.3)  # warm
    before = operations(client)
    await drive(door, 1, most=COUNTED)
    round_trips = (operations(client) - before - 1) / COUNTED  # one was the counting itself
    began = time.monotonic()
    took = await drive(door, CONNECTIONS, until=began + seconds)
    per_second = len(took) / (time.monotonic() - began)
    return Result(door, per_second, statistics.quantiles(took, n=20)[-1], round_trips)


def operations(client: MongoClient[dict[str, Any]]) -> int:
    """All that the database has been asked so far; `hello` of idle connections is not counted."""
    status = client.admin.command("serverStatus")
    greetings = sum(status["metrics"]["commands"][name]["total"] for name in ("hello", "isMaster"))
    return int(sum(status["opcounters"].values()) - greetings)


async def drive(door: Door, connections: int, *, until: float = 0, most: int = 0) -> list[float]:
    """Ask over and over again; how long each answer took."""
    took: list[float] = []

    async def one() -> None:
        place = urlsplit(door.address)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        while len(took) < most if most else time.monotonic() < until:
            began = time.perf_counter()
            writer.write(door.make())
            await answer(reader, door)
            took.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return took


async def answer(reader: asyncio.StreamReader, door: Door) -> None:
    """Read one answer to its end.

    Raises:
        RuntimeError: it is no 200.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    if " 200 " not in head.split("\r\n")[0]:
        raise RuntimeError(f"{door.name}: {head.splitlines()[0]}")
    length = next(line for line in head.splitlines() if line.startswith("content-length:"))
    await reader.readexactly(int(length.partition(":")[2]))


def report(results: list[Result]) -> None:
    base = next(result for result in results if result.door.name == BARE)
    print(f"{'door':<34}{'requests/s':>12}{'of bare':>10}{'p95':>10}{'round trips':>13}")
    for result in results:
        print(
            f"{result.door.name:<34}{result.per_second:>12.0f}{result.per_second / base.per_second:>10.2f}"
            f"{result.p95 / base.p95:>9.1f}x{result.round_trips:>13.1f}"
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Return when somebody listens there."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"nobody listens on {port}")


async def serve_bare(port: int, uri: str) -> None:
    """What one cannot do without: Tornado, and one document by its key."""
    from pymongo import AsyncMongoClient  # noqa: PLC0415 - only the bare server needs these
    from tornado.web import Application, RequestHandler  # noqa: PLC0415

    guides = AsyncMongoClient[dict[str, Any]](uri)["panyu_demo"]["guides"]
    key = (await guides.find_one({}, {"_id": 1}) or {})["_id"]

    class Fixed(RequestHandler):
        async def get(self) -> None:
            self.finish({"status": "ok"})

    class One(RequestHandler):
        async def get(self) -> None:
            found = await guides.find_one({"_id": key}) or {}
            self.finish({"name": found["name"]})

    Application([("/fixed", Fixed), ("/one", One)], log_function=lambda _handler: None).listen(
        port, "127.0.0.1"
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        asyncio.run(serve_bare(int(sys.argv[2]), sys.argv[3]))
    sys.exit(main())
