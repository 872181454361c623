"""What phones remember from one start to the next, in one file: read at the start, written after changes.

Whatever belongs to the platforms (tokens, codes, what was called and recorded) is not in it.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from simulator.people import Population, Taken
from simulator.state import Simulator
from simulator.wechat.messages import Chat, Entry

PAUSE_SECONDS = 0.5
"""Seconds from a change to its writing, so that many changes are written at once."""
MEDIA = "/media/"

log = structlog.get_logger("panyu.simulator")


class ShortMessage(BaseModel):
    id: str
    at: AwareDatetime
    phone: str
    person: str
    template: str
    parameters: dict[str, str]
    text: str
    out_id: str | None


class Conversation(BaseModel):
    entries: list[Entry]
    seen: int


class Remembered(BaseModel):
    """The file. `chats` and `jars` are by person, `sms_seen` by phone, `media` by id: what the chats show;
    `registered` is who came to live here since the first start.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
    version: Literal[1]
    following: dict[str, AwareDatetime]
    blocked: list[str]
    chats: dict[str, Conversation]
    media: dict[str, tuple[str, bytes]]
    sms: list[ShortMessage]
    sms_seen: dict[str, int]
    jars: dict[str, dict[str, str]]
    menu: dict[str, Any] | None
    registered: Population = Population()


def remembered(simulator: Simulator) -> Remembered:
    wechat, aliyun = simulator.wechat, simulator.aliyun
    chats = {
        person: Conversation(entries=chat.entries, seen=chat.seen) for person, chat in wechat.chats.of.items()
    }
    shown = {
        entry.content["url"] for chat in chats.values() for entry in chat.entries if entry.kind == "image"
    }
    return Remembered(
        version=1,
        following=wechat.following,
        blocked=sorted(wechat.blocking),
        chats=chats,
        media={key: picture for key, picture in wechat.media.items() if MEDIA + key in shown},
        sms=[ShortMessage.model_validate(each) for each in aliyun.messages if each["person"]],
        sms_seen=aliyun.seen,
        jars=simulator.jars.kept,
        menu=wechat.menu,
        registered=simulator.people.added(),
    )


def recall(simulator: Simulator, known: Remembered) -> None:
    """Give a simulator that has just started what phones remember."""
    wechat, aliyun = simulator.wechat, simulator.aliyun
    with suppress(Taken):
        simulator.settle(known.registered)
    wechat.following, wechat.blocking = known.following, set(known.blocked)
    wechat.menu, wechat.media = known.menu, known.media
    for person, conversation in known.chats.items():
        wechat.chats.of[person] = Chat(conversation.entries, conversation.seen)
        wechat.chats.number = max(
            wechat.chats.number, conversation.seen, *(entry.number for entry in conversation.entries)
        )
    aliyun.messages = [each.model_dump() | {"at": each.at.isoformat()} for each in known.sms]
    aliyun.seen = known.sms_seen
    simulator.jars.kept = known.jars


def read(file: Path) -> Remembered | None:
    """What the file holds; None where there is no file, or one that cannot be read, which is renamed."""
    try:
        return Remembered.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        aside = file.with_name(f"{file.name}.damaged")
        with suppress(OSError):
            file.replace(aside)
        log.warning("memory_put_aside", file=str(aside), reason=_reason(error))
        return None


def write(file: Path, known: Remembered) -> None:
    """Replace `file` in one step; only its owner may read it."""
    new = file.with_name(f"{file.name}.new")
    try:
        new.touch(mode=0o600)
        new.write_text(known.model_dump_json(), "utf-8")
        new.replace(file)
    except (OSError, ValueError) as error:
        log.warning("memory_not_written", file=str(file), reason=_reason(error))


def _reason(error: OSError | ValueError) -> str:
    """What is wrong, without anything that phones remember."""
    if isinstance(error, OSError):
        return str(error)
    if not isinstance(error, ValidationError):
        return type(error).__name__
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ": ".join([*map(str, first["loc"]), first["msg"]])


class Memory:
    """Make it inside the event loop, before the simulator is asked anything."""

    def __init__(self, simulator: Simulator, file: Path) -> None:
        self.simulator, self.file = simulator, file
        if known := read(file):
            recall(simulator, known)
        self.stale, self.ending = asyncio.Event(), asyncio.Event()
        simulator.listeners.add(self.stale.set)
        self.keeping = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Write for the last time."""
        self.ending.set()
        self.stale.set()
        await self.keeping

    async def _keep(self) -> None:
        while not self.ending.is_set():
            await self.stale.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.ending.wait(), PAUSE_SECONDS)
            self.stale.clear()
            await asyncio.to_thread(write, self.file, remembered(self.simulator))
