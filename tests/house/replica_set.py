"""Three real `mongod`s on one machine, and the ways in which their primary can be lost."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from wechat_backend.database.mongod import REPLICA_SET, Mongod

Mend = Callable[[], None]
"""Undoes a loss, as far as the set does not do so itself."""

SECONDS = 60.0
"""How long an election, or a member's way back, may last."""


class ReplicaSet:
    """`election` is how long the others do without a primary before they choose a new one, in seconds."""

    def __init__(self, folder: Path, election: float = 1.0) -> None:
        """Start it and wait until it is whole; call from the main thread (`dies_with_parent`)."""
        self.members = [Mongod(folder / f"mongo{number}") for number in range(3)]
        self.config = {
            "_id": REPLICA_SET,
            "members": [{"_id": n, "host": _host(member)} for n, member in enumerate(self.members)],
            "settings": {
                "electionTimeoutMillis": round(election * 1000),
                "heartbeatIntervalMillis": round(min(2.0, election / 4) * 1000),
            },
        }
        _until(lambda: all(_hello(member) for member in self.members), "all members answer")
        with _direct(self.members[0], 10.0) as client:
            client.admin.command("replSetInitiate", self.config)
        self.wait()

    @property
    def uri(self) -> str:
        hosts = ",".join(_host(member) for member in self.members)
        return f"mongodb://{hosts}/?replicaSet={REPLICA_SET}"

    def wait(self) -> None:
        """Return when there is a primary, and the others follow it."""

        def whole() -> bool:
            said = [_hello(member) for member in self.members]
            return sum(each.get("isWritablePrimary", False) for each in said) == 1 and all(
                each.get("isWritablePrimary") or each.get("secondary") for each in said
            )

        _until(whole, "the set is whole")

    def primary(self) -> Mongod:
        found: list[Mongod] = []

        def seen() -> bool:
            found[:] = [member for member in self.members if _hello(member).get("isWritablePrimary")]
            return bool(found)

        _until(seen, "there is a primary")
        return found[0]

    def lose(self, how: str) -> Mend:
        """Lose the primary by one of `LOSSES`; what is returned mends the set and waits until it is whole."""
        member = self.primary()
        mend = LOSSES[how](self, member)

        def mended() -> None:
            mend()
            self.wait()

        return mended

    def stop(self) -> None:
        for member in self.members:
            if member.process.poll() is None:
                member.process.send_signal(signal.SIGCONT)
            member.process.kill()
            member.stop()


def _step_down(_: ReplicaSet, member: Mongod) -> Mend:
    """Another takes its place at once, as when servers are updated."""
    with _direct(member, 10.0) as client:
        client.admin.command({"replSetStepDown": 8, "secondaryCatchUpPeriodSecs": 2})
    return lambda: None


def _leaderless(trio: ReplicaSet, member: Mongod) -> Mend:
    """It steps down, and nobody takes its place for eight seconds."""
    _freeze(trio, member, 8)
    return lambda: None


def _frozen(trio: ReplicaSet, member: Mongod) -> Mend:
    """It steps down, and nobody takes its place until that is mended."""
    _freeze(trio, member, round(SECONDS))
    return lambda: _thaw(trio)


def _freeze(trio: ReplicaSet, member: Mongod, seconds: int) -> None:
    for other in trio.members:
        if other is not member:
            with _direct(other, 10.0) as client:
                client.admin.command({"replSetFreeze": seconds})
    with _direct(member, 10.0) as client:
        client.admin.command({"replSetStepDown": seconds, "secondaryCatchUpPeriodSecs": 0, "force": True})


def _thaw(trio: ReplicaSet) -> None:
    for member in trio.members:
        with _direct(member, 10.0) as client:
            client.admin.command({"replSetFreeze": 0})


def _pause(_: ReplicaSet, member: Mongod) -> Mend:
    """It hangs, with all its connections open."""
    os.kill(member.process.pid, signal.SIGSTOP)
    return lambda: os.kill(member.process.pid, signal.SIGCONT)


def _kill(_: ReplicaSet, member: Mongod) -> Mend:
    member.process.kill()
    member.process.wait()
    return member.start


LOSSES: Mapping[str, Callable[[ReplicaSet, Mongod], Mend]] = {
    "step_down": _step_down,
    "leaderless": _leaderless,
    "frozen": _frozen,
    "pause": _pause,
    "kill": _kill,
}


def _host(member: Mongod) -> str:
    return f"127.0.0.1:{member.port}"


def _direct(member: Mongod, seconds: float) -> MongoClient[dict[str, Any]]:
    milliseconds = round(seconds * 1000)
    return MongoClient(
        "127.0.0.1",
        member.port,
        directConnection=True,
        serverSelectionTimeoutMS=milliseconds,
        socketTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
    )


def _hello(member: Mongod) -> dict[str, Any]:
    """What a member says of itself; nothing if it does not answer."""
    try:
        with _direct(member, 0.5) as client:
            return dict(client.admin.command("hello"))
    except PyMongoError:
        return {}


def _until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {SECONDS:.0f} s: {what}")
        time.sleep(0.05)
