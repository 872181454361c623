"""A real `mongod` of our own on loopback: for the demo and the tests, never for production.

It runs as a replica set of one, so that transactions and change streams are there, and dies with the
process that started it.
"""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from wechat_backend.dies_with_parent import dying_with_parent

REPLICA_SET = "panyu"
START_SECONDS = 60.0
STOP_SECONDS = 1.0
OPTIONS = [
    "--replSet", REPLICA_SET,
    "--bind_ip", "127.0.0.1",
    "--nounixsocket",
    "--wiredTigerCacheSizeGB", "0.25",
    "--oplogSize", "256",
    "--setParameter", "diagnosticDataCollectionEnabled=false",
    "--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100",
    "--setParameter", "transactionLifetimeLimitSeconds=30",
]  # fmt: skip
PACKAGES = {
    "libcurl.so.4": "libcurl4",
    "liblzma.so.5": "liblzma5",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
}
"""Shared libraries of the wheel's mongod → the Debian packages that bring them."""
ALREADY_INITIALIZED = 23


class MongodError(Exception):
    """The embedded server cannot run; the message says what to do."""


def find_mongod() -> Path:
    """A `mongod` on PATH if it is newer than the one from the wheel, else that.

    Raises:
        MongodError: there is neither.
    """
    packaged = Path(
        sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages/fiftyone/db/bin/mongod"
    )
    installed = shutil.which("mongod")
    found = [path for path in (packaged, Path(installed) if installed else None) if path and path.exists()]
    if len(found) > 1:
        found.sort(key=_version, reverse=True)
    if not found:
        raise MongodError(
            "No mongod: scripts/run installs one on Linux x86-64; elsewhere put MongoDB 6.0 or later "
            "on PATH, or point PANYU_MONGO_URI to a replica set."
        )
    return found[0]


def _version(binary: Path) -> tuple[int, ...]:
    """`db version v6.0.5` → (6, 0, 5); (0,) if it does not run."""
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.search(r"v(\d+)\.(\d+)\.(\d+)", said)
    return tuple(map(int, version.groups())) if version else (0,)


class Mongod:
    """One running server. `uri` is for clients; `log` is where it says what it does."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        """Start on `port` (a free one if None or taken) with its data in `folder`; does not wait.

        Raises:
            MongodError: there is no server to run.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        self.port = port if port and is_free(port) else free_port()
        self.start()

    def start(self) -> None:
        """Start it, or start it again; call from the main thread (see `dies_with_parent`)."""
        command = [str(find_mongod()), "--dbpath", str(self.folder), "--port", str(self.port), *OPTIONS]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603
                dying_with_parent(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?replicaSet={REPLICA_SET}"

    def wait(self) -> Mongod:
        """Return when it is the primary of its replica set.

        Raises:
            MongodError: it died, or took too long.
        """
        deadline = time.monotonic() + START_SECONDS
        with MongoClient[dict[str, Any]](
            "127.0.0.1", self.port, directConnection=True, serverSelectionTimeoutMS=200
        ) as client:
            while not self._is_primary(client):
                if self.process.poll() is not None:
                    raise MongodError(self._explain())
                if time.monotonic() > deadline:
                    self.stop()
                    raise MongodError(f"mongod was not ready within {START_SECONDS:.0f} s; see {self.log}")
                time.sleep(0.05)
        return self

    def stop(self) -> None:
        """End it cleanly, or by force if that takes too long."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()

    def _is_primary(self, client: MongoClient[dict[str, Any]]) -> bool:
        try:
            hello = client.admin.command("hello")
            if not hello.get("isWritablePrimary"):
                self._configure(client, hello)
        except PyMongoError:
            return False
        return bool(hello.get("isWritablePrimary"))

    def _configure(self, client: MongoClient[dict[str, Any]], hello: dict[str, Any]) -> None:
        """Make the set on the first run; give its member the new port when that has changed."""
        if not hello.get("isreplicaset"):
            return  # it is a set and about to elect itself
        host = f"127.0.0.1:{self.port}"
        try:
            first = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": host}]}
            client.admin.command("replSetInitiate", first)
        except OperationFailure as error:
            if error.code != ALREADY_INITIALIZED:
                raise
            kept = client.admin.command("replSetGetConfig")["config"]
            kept["members"][0]["host"] = host
            client.admin.command("replSetReconfig", kept, force=True)

    def _explain(self) -> str:
        said = self.log.read_text(errors="replace")
        missing = re.search(r"error while loading shared libraries: ([^:\s]+)", said)
        if missing:
            package = PACKAGES.get(missing[1])
            remedy = f"run: apt-get install {package}" if package else "install the package that brings it"
            return f"mongod needs {missing[1]}; {remedy}"
        if self.process.returncode == -signal.SIGILL:
            return "mongod needs a processor with AVX; point PANYU_MONGO_URI to a replica set elsewhere"
        if "DBPathInUse" in said:
            return f"another mongod uses the data beside {self.log}; stop it first"
        return f"mongod ended with {self.process.returncode}; see {self.log}"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
