"""Each file is judged in a child that is bounded in time and memory, and that nobody else waits for."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen
from time import sleep
from typing import Any, BinaryIO

import pytest

from models.materials.inspection import inspector as judging
from models.materials.inspection.faults import (
    DocumentTooComplex,
    InspectionBusy,
    MaterialTooLarge,
    PictureTooBright,
    TooManyPixels,
)
from models.materials.inspection.inspector import Inspector
from models.materials.inspection.kinds import LARGEST, Lane
from models.materials.inspection.limits import LIMITS, MOST_OF_ONE, MOST_WAITING
from tests.files import a_pdf, on_disk, photo
from tests.models.materials import bombs

ROOT = Path(__file__).parents[3]


async def judged(inspector: Inspector, content: bytes, owner: str = "p1") -> tuple[bytes, str]:
    with on_disk(content) as file:
        async with inspector.cleaned(file, owner) as (cleaned, media_type):
            return cleaned.read(), media_type


def children() -> list[str]:
    """Of this process: those that judge."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line, status = path.read_bytes(), path.with_name("stat").read_text()
        except OSError:
            continue
        if (
            b"models.materials.inspection.child" in line
            and int(status.rpartition(")")[2].split()[1]) == os.getpid()
        ):
            found.append(path.parent.name)
    return found


async def test_files_come_back_clean_and_no_child_is_left() -> None:
    inspector = Inspector()
    assert await judged(inspector, a_pdf()) == (a_pdf(), "application/pdf")
    content, media_type = await judged(inspector, photo())
    assert (content[:3], media_type) == (b"\xff\xd8\xff", "image/jpeg")
    assert children() == []
    assert not inspector.turns
    assert not any(inspector.waiting.values())


@pytest.mark.parametrize(
    ("bomb", "fault"),
    [
        (bombs.hex_string, DocumentTooComplex),
        (bombs.nested_lists, DocumentTooComplex),
        (lambda: bombs.long_stream(300), DocumentTooComplex),
        (lambda: bombs.one_colour_png(8000), TooManyPixels),
        (lambda: bombs.one_colour_png(6000), PictureTooBright),
    ],
    ids=["hex string", "nested lists", "long stream", "too many pixels", "many pixels"],
)
async def test_what_unfolds_is_refused_in_bounds(bomb, fault) -> None:  # type: ignore[no-untyped-def]
    """A child cannot take more than `LIMITS` allow: what it would need beyond is a refusal."""
    with pytest.raises(fault):
        await judged(Inspector(), bomb())


@pytest.mark.parametrize("bounds", [{"processor": 1}, {"patience": 1}], ids=["processor", "patience"])
async def test_a_child_that_takes_too_long_is_killed(
    bounds: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(LIMITS[Lane.DOCUMENTS], **bounds)
    monkeypatch.setattr(judging, "LIMITS", {**LIMITS, Lane.DOCUMENTS: limits})
    with pytest.raises(DocumentTooComplex):
        await judged(Inspector(), bombs.hex_string(7_500_000))
    assert children() == []


async def test_a_child_has_no_more_memory_than_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = replace(LIMITS[Lane.PICTURES], memory=2_000_000)
    monkeypatch.setattr(judging, "LIMITS", {**LIMITS, Lane.PICTURES: limits})
    with pytest.raises(TooManyPixels):
        await judged(Inspector(), photo())


async def test_a_child_ends_when_nobody_waits_any_more() -> None:
    inspector = Inspector()
    task = asyncio.ensure_future(judged(inspector, bombs.hex_string(7_500_000)))
    while not children():  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert children() == []
    assert await judged(inspector, a_pdf()) == (a_pdf(), "application/pdf")


HOST = """
import asyncio
from models.materials.inspection.inspector import Inspector
from tests.files import on_disk
from tests.models.materials.bombs import hex_string
async def main():
    async with Inspector().cleaned(on_disk(hex_string(7_500_000)), "p1"): pass
asyncio.run(main())
"""


def test_a_child_ends_with_its_parent_and_knows_none_of_its_secrets() -> None:
    environment = {**os.environ, "PANYU_SECRET": "not for the child"}
    with Popen([sys.executable, "-c", HOST], cwd=ROOT, env=environment, stderr=PIPE) as host:
        listed = Path(f"/proc/{host.pid}/task/{host.pid}/children")
        while not (child := listed.read_text().strip()):
            sleep(0.01)
        while b"models.materials.inspection.child" not in Path(f"/proc/{child}/cmdline").read_bytes():
            sleep(0.01)
        assert b"PANYU" not in Path(f"/proc/{child}/environ").read_bytes()
        host.send_signal(signal.SIGKILL)
        host.wait()
    while alive(child):  # else the test's own time runs out
        sleep(0.01)


def alive(process: str) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


async def test_what_is_too_large_is_refused_without_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(judging, "_start")
    with pytest.raises(MaterialTooLarge):
        await judged(Inspector(), b"%PDF-" + bytes(LARGEST))


async def test_a_child_that_fails_of_itself_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "ROOT", ROOT / "docs")
    with pytest.raises(RuntimeError):
        await judged(Inspector(), a_pdf())


class Held:
    """Judging that lasts until it is released; tells what has begun."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[tuple[Lane, str]] = []
        self.release = {lane: asyncio.Event() for lane in Lane}
        monkeypatch.setattr(judging, "_judge", self.judge)

    async def judge(self, lane: Lane, file: BinaryIO, _out: BinaryIO) -> str:
        self.begun.append((lane, file.read()[-2:].decode()))
        await self.release[lane].wait()
        return "application/pdf"

    @asynccontextmanager
    async def uploading(self, inspector: Inspector, *sent: tuple[bytes, str]) -> AsyncIterator[None]:
        tasks = [asyncio.ensure_future(judged(inspector, content, owner)) for content, owner in sent]
        await asyncio.sleep(0.05)
        yield
        for event in self.release.values():
            event.set()
        await asyncio.gather(*tasks)


def document(name: str) -> bytes:
    return b"%PDF-1.4 " + name.encode()


async def test_a_photo_waits_for_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    held, inspector = Held(monkeypatch), Inspector()
    hostile = [(document(f"{n:02}"), f"p{n}") for n in range(20)]
    async with held.uploading(inspector, *hostile):
        assert held.begun == [(Lane.DOCUMENTS, "00")]
        held.release[Lane.PICTURES].set()
        await judged(inspector, b"\xff\xd8\xff p", "p1")


async def test_of_one_person_one_file_is_judged_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    held, inspector = Held(monkeypatch), Inspector()
    photos = [(b"\xff\xd8\xff " + name, owner) for name, owner in ((b"a1", "a"), (b"a2", "a"), (b"b1", "b"))]
    async with held.uploading(inspector, *photos):
        assert held.begun == [(Lane.PICTURES, "a1"), (Lane.PICTURES, "b1")]
    assert held.begun[-1] == (Lane.PICTURES, "a2")


async def test_a_full_lane_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    held, inspector = Held(monkeypatch), Inspector()
    async with held.uploading(inspector, *[(document("mine"), "p1")] * MOST_OF_ONE):
        with pytest.raises(InspectionBusy):
            await judged(inspector, document("more"), "p1")
    held = Held(monkeypatch)
    async with held.uploading(inspector, *[(document("xx"), f"p{n}") for n in range(MOST_WAITING)]):
        with pytest.raises(InspectionBusy):
            await judged(inspector, document("more"), "another")
    assert await judged(inspector, document("more"), "p1")
