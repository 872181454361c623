"""An honest photo's answer while hostile files are judged, and the memory of all processes together.

The judging alone, as the web server does it: no database, no HTTP. Many people send hostile files, and one a
photo of 12 megapixels, all the time. Exits with 1 when an answer or the memory is beyond what it may be.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from models.errors import DomainError  # noqa: E402
from models.materials.inspection.inspector import Inspector  # noqa: E402
from tests.files import on_disk  # noqa: E402
from tests.models.materials import bombs  # noqa: E402

WORST = 5.0
"""Seconds within which an honest photo is answered."""
MOST_MORE = 300
"""Megabytes of all processes together, more than before."""
PHOTOS = 10
SENDERS = 8
HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "hex string of 35 million pairs": bombs.hex_string,
    "hex string just below the limit": lambda: bombs.hex_string(8_000_000),
    "nested lists": bombs.nested_lists,
    "stream of 2 GB": bombs.long_stream,
    "picture of 64 megapixels": lambda: bombs.one_colour_png(8000),
}


def photo() -> bytes:
    image = Image.new("RGB", (4000, 3000), "#d8d8d0")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(60)
    for line in range(40):
        draw.text((40, 40 + 72 * line), f"residence permit {line} " * 4, fill="#111", font=font)
    out = BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


async def judge(inspector: Inspector, content: bytes, owner: str) -> float:
    began = time.monotonic()
    with on_disk(content) as file, suppress(DomainError):
        async with inspector.cleaned(file, owner):
            pass
    return time.monotonic() - began


async def keep_sending(inspector: Inspector, content: bytes, owner: str) -> None:
    while True:
        await judge(inspector, content, owner)
        await asyncio.sleep(0)


def memory() -> float:
    """Megabytes of this process and its children; what they share is counted once."""
    own = [os.getpid(), *map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())]
    return sum(map(share, own)) / 1024


def share(process: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


async def watch(peaks: list[float]) -> None:
    while True:
        peaks.append(memory())
        await asyncio.sleep(0.02)


async def trial(content: bytes, honest: bytes) -> tuple[float, float, float]:
    """Seconds in the median and at worst, and megabytes more."""
    inspector, before, peaks = Inspector(), memory(), [0.0]
    hostile = [keep_sending(inspector, content, f"hostile {n}") for n in range(SENDERS)] if content else []
    tasks = [asyncio.ensure_future(one) for one in (*hostile, watch(peaks))]
    await asyncio.sleep(1)
    answers = sorted([await judge(inspector, honest, "honest") for _ in range(PHOTOS)])
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return answers[PHOTOS // 2], answers[-1], max(peaks) - before


async def main() -> int:
    honest, well = photo(), True
    print(f"{'meanwhile':<34}{'kB':>6}{'median s':>10}{'worst s':>9}{'MB more':>9}")
    for name, make in HOSTILE.items():
        content = make()
        median, worst, more = await trial(content, honest)
        well &= worst <= WORST and more <= MOST_MORE
        print(f"{name:<34}{len(content) // 1000:>6}{median:>10.2f}{worst:>9.2f}{more:>9.0f}")
    print(f"\nload of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
