"""How much a bench does, on what, and what it finds out."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property

from _machine import Town, demo_town

Figures = dict[str, float]
"""What a case found, by the keys that it is known for."""


@dataclass
class Ground:
    """What cases have in common; it is made when it is first asked for, and goes with `stack`."""

    stack: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def town(self) -> Town:
        return self.stack.enter_context(demo_town("bench"))


@dataclass(frozen=True)
class Effort:
    """`rounds` are measured one after the other, each with all that is compared, for so many `seconds` each;
    what is told is their median. `quiet` is how long in seconds nothing happens where that is measured."""

    rounds: int
    seconds: float
    people: int
    """Who walk at once."""
    writes: int
    """Bookings or submissions of a round."""
    changes: int
    """Of which somebody is told."""
    quiet: float
    requests: int
    """After which memory is looked at again."""
    lasting: float
    """Seconds of some visits, after which it is looked at once more."""
    largest: int
    """Documents of a collection that has grown."""
    samples: int
    """How often each thing is asked of a collection of one size."""
    kiosks: float
    """Seconds of heartbeats."""
    profiled: bool = False
    """Whether the processor time of ours is taken apart, in another round."""


FULL = Effort(
    rounds=7,
    seconds=4,
    people=200,
    writes=300,
    changes=1200,
    quiet=120,
    requests=20_000,
    lasting=3600,
    largest=1_000_000,
    samples=200,
    kiosks=300,
)
QUICK = Effort(
    rounds=3,
    seconds=1.5,
    people=200,
    writes=100,
    changes=200,
    quiet=25,
    requests=1000,
    lasting=0,
    largest=100_000,
    samples=40,
    kiosks=30,
)
