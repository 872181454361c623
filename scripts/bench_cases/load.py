"""Requests over connections that stay open, and rounds in which what is compared takes turns."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CONNECTIONS = 16
"""At once, where a case says nothing else."""

Requests = Iterator[bytes]
"""As they go over the wire, one after the other; the load ends with them."""


@dataclass
class Load:
    """What was answered: how long each took in seconds, and how long all took."""

    took: list[float] = field(default_factory=list)
    lasted: float = 0.0
    sizes: list[int] = field(default_factory=list)
    """Bytes of each answer's body."""

    @property
    def per_second(self) -> float:
        return len(self.took) / self.lasted

    def at(self, percent: int) -> float:
        """Seconds within which so many of a hundred were answered."""
        return at(self.took, percent)


def at(took: Sequence[float], percent: int) -> float:
    """Seconds within which so many of a hundred were done."""
    return statistics.quantiles(took, n=100, method="inclusive")[percent - 1]


class Unexpected(Exception):
    """An answer that is no 200."""


async def drive(address: str, people: Sequence[Requests], *, seconds: float = 0) -> Load:
    """Each of `people` asks over a connection of their own, one request after the other, until their
    requests or the time are over.

    Raises:
        Unexpected
    """
    load, began = Load(), time.perf_counter()
    end = began + seconds if seconds else float("inf")
    await asyncio.gather(*(_person(address, requests, load, end) for requests in people))
    load.lasted = time.perf_counter() - began
    return load


async def _person(address: str, requests: Requests, load: Load, end: float) -> None:
    place, clock = urlsplit(address), time.perf_counter
    opened: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    for request in requests:
        if (began := clock()) >= end:
            break
        opened = opened or await asyncio.open_connection(place.hostname, place.port)
        reader, writer = opened
        writer.write(request)
        body, stays = await answer(reader)
        load.took.append(clock() - began)
        load.sizes.append(len(body))
        if not stays:
            writer.close()
            opened = None
    if opened:
        opened[1].close()


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """The body of one answer, and whether the connection stays open.

    Raises:
        Unexpected
    """
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, fields = head.partition(b"content-length:")
    body = await reader.readexactly(int(fields.partition(b"\r\n")[0]))
    if head[9:12] != b"200":
        raise Unexpected(head.decode("latin-1").splitlines()[0] + body[:300].decode("utf-8", "replace"))
    return body, b"connection: close" not in head


@dataclass
class Rounds:
    """Figures by name, one a round; what is told of them are medians."""

    figures: dict[str, list[float]] = field(default_factory=dict)

    def note(self, name: str, figure: float) -> None:
        self.figures.setdefault(name, []).append(figure)

    def median(self, name: str) -> float:
        return statistics.median(self.figures[name])

    def ratio(self, name: str, other: str) -> float:
        """The median of the ratios in each round: what else the machine does meets both."""
        pairs = zip(self.figures[name], self.figures[other], strict=True)
        return statistics.median(one / another for one, another in pairs)


def interleaved(rounds: int, contenders: Mapping[str, Callable[[], float]]) -> Rounds:
    """Each measured in turn in each round; the one that begins is another each time."""
    found, names = Rounds(), list(contenders)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            found.note(name, contenders[name]())
    return found
