"""Has files judged, and pages drawn, in children that can be killed, a few at a time.

Pictures, documents and pages wait in lanes of their own, and of one person's files one is worked on at a
time: so an honest photo waits behind nobody's hostile documents. Starting a child anew for each file takes a
tenth of a second; children kept warm would save that, hold memory all the time, and let one file see what
another left.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from models.materials.inspection import faults
from models.materials.inspection.kinds import HEAD, LARGEST, Lane, lane_of
from models.materials.inspection.limits import LIMITS, MOST_OF_ONE, MOST_WAITING
from models.materials.inspection.scratch import scratch_file

ROOT = Path(__file__).parents[3]


class Inspector:
    """Judges files, and draws pages, for one process."""

    def __init__(self) -> None:
        self.places = {lane: asyncio.Semaphore(limits.at_once) for lane, limits in LIMITS.items()}
        self.turns: dict[tuple[Lane, str], asyncio.Lock] = {}
        self.waiting: Counter[Lane | tuple[Lane, str]] = Counter()

    @asynccontextmanager
    async def cleaned(self, file: BinaryIO, owner: str) -> AsyncIterator[tuple[BinaryIO, str]]:
        """The file as it is kept, with its media type; it has no name, and is gone when it is closed.

        `file` is a real one, read from its beginning; `owner` is the person who sent it.

        Raises:
            MaterialFault: it cannot be taken; see `models.materials.inspection.faults`.
            InspectionBusy: too many are waiting already.
            NoRoomForFiles
        """
        if os.fstat(file.fileno()).st_size > LARGEST:
            raise faults.MaterialTooLarge
        lane = lane_of(os.pread(file.fileno(), HEAD, 0))
        with scratch_file() as out:
            async with self.turn(lane, owner):
                media_type = await _judge(lane, file, out)
            out.seek(0)
            yield out, str(media_type)

    async def draw(self, content: bytes, number: int) -> tuple[int, bytes]:
        """How many pages a document has, and page `number` as a JPEG; nothing of it for number 0.

        The caller has a `turn` in `Lane.PAGES`, and reads the document only then: so few are in memory.

        Raises:
            PageNotFound, PageNotShown
            NoRoomForFiles
        """
        with scratch_file() as file, scratch_file() as out:
            await asyncio.to_thread(file.write, content)
            pages = await _judge(Lane.PAGES, file, out, number)
            out.seek(0)
            return int(pages), await asyncio.to_thread(out.read)

    @asynccontextmanager
    async def turn(self, lane: Lane, owner: str) -> AsyncIterator[None]:
        """Wait until it is the owner's turn, and there is a place in the lane.

        Raises:
            InspectionBusy, ViewerBusy: too many are waiting already.
        """
        one = (lane, owner)
        if self.waiting[lane] >= MOST_WAITING or self.waiting[one] >= MOST_OF_ONE:
            raise LIMITS[lane].busy
        turn = self.turns.setdefault(one, asyncio.Lock())
        self.waiting.update((lane, one))
        try:
            async with turn, self.places[lane]:
                yield
        finally:
            self.waiting.subtract((lane, one))
            if not self.waiting[one]:
                del self.waiting[one], self.turns[one]


async def _judge(lane: Lane, file: BinaryIO, out: BinaryIO, *asked: int) -> Any:
    """What a child found of the file (its media type, or its number of pages), with what it wrote to `out`.

    Raises:
        DomainError: one of `faults`.
    """
    limits = LIMITS[lane]
    child = await _start(lane, file, out, *asked)
    speaking = asyncio.ensure_future(child.communicate())
    try:
        in_time, _ = await asyncio.wait({speaking}, timeout=limits.patience)
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
        said, _ = await speaking
    if not in_time:
        raise limits.exceeded
    ended = child.returncode or 0
    if ended in (-signal.SIGXCPU, -signal.SIGKILL):
        raise limits.exceeded
    if ended < 0:  # a library fell over it
        raise limits.damaged
    if ended:
        raise RuntimeError(f"the inspecting child ended with {ended}")
    verdict = json.loads(said)
    if fault := faults.FAULTS.get(verdict.get("fault")):
        raise fault
    return verdict["found"]


async def _start(lane: Lane, file: BinaryIO, out: BinaryIO, *asked: int) -> Process:
    """Start the child, without this process's environment, which holds keys."""
    file.seek(0)
    number, limits = out.fileno(), LIMITS[lane]
    arguments = (number, os.getpid(), limits.memory, limits.processor, *asked)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "models.materials.inspection.child", lane, *map(str, arguments)),
        stdin=file,
        stdout=PIPE,
        stderr=DEVNULL,
        pass_fds=(number,),
        cwd=ROOT,
        env={"MALLOC_ARENA_MAX": "1"},  # else every thread of a decoder sets aside 64 MB of addresses
    )
