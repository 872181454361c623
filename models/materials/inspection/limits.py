"""How much the work on one file may take, and how many are worked on at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.errors import DomainError, Unavailable
from models.materials.inspection import faults
from models.materials.inspection.kinds import Lane

MEGABYTE = 1024 * 1024
LARGEST_WRITTEN = 64 * MEGABYTE
"""Bytes that a child may write."""


@dataclass(frozen=True)
class Limits:
    """`memory` is in bytes beyond what the child's own code takes, `processor` and `patience` in seconds;
    `exceeded` is the fault of a file that takes more, `damaged` of one over which a library falls, and `busy`
    what is said where too many wait."""

    at_once: int
    memory: int
    processor: int
    patience: int
    exceeded: type[DomainError]
    damaged: type[DomainError] = faults.MaterialDamaged
    busy: type[Unavailable] = faults.InspectionBusy


LIMITS: Mapping[Lane, Limits] = {
    Lane.PICTURES: Limits(2, 360 * MEGABYTE, 10, 30, faults.TooManyPixels),
    Lane.DOCUMENTS: Limits(1, 128 * MEGABYTE, 6, 20, faults.DocumentTooComplex),
    Lane.PAGES: Limits(2, 256 * MEGABYTE, 5, 15, faults.PageNotShown, faults.PageNotShown, faults.ViewerBusy),
}
"""Measured: a photo of 12 megapixels takes 60 MB and a quarter of a second, the largest that are taken
(24 megapixels in HEIC) 320 MB of addresses and two seconds. A hostile document takes all it is given, which
is why one is judged at a time."""

MOST_WAITING = 40
"""Files in a lane; at the pace of honest ones the last of them waits some ten seconds."""
MOST_OF_ONE = 12
"""Files of one person, of whom one is judged at a time."""
