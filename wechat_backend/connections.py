"""The open connections: how many there are, in all and from one address, and which of them only wait."""

from collections import Counter
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

Guest = TypeVar("Guest", bound=Hashable)


class Full(Exception):
    """No place is free, and no connection only waits."""


class Tally(Protocol):
    """What other processes have of an origin, and are told of ours (`wechat_backend.board.Row`)."""

    def elsewhere(self, origin: str) -> int: ...

    def note(self, origin: str | None, change: int) -> None: ...

    def leads(self) -> bool: ...


class Room(Generic[Guest]):
    """`places` in all and `each` for those of one origin; an origin of None is not counted by itself.

    Of several processes each has `places` of its own, and those of an origin count in all of them (`tally`).
    Two that let one in at the same moment can exceed `each` by one. Where an origin has its share, a guest of
    this process makes room, or the new one is turned away.
    """

    def __init__(self, places: int, each: int, tally: Tally) -> None:
        self.places, self.each, self.tally = places, each, tally
        self._origins: dict[Guest, str | None] = {}
        self._count: Counter[str | None] = Counter()
        self._waiting: dict[Guest, None] = {}
        self._waiting_of: dict[str | None, dict[Guest, None]] = {}

    def __len__(self) -> int:
        return len(self._origins)

    def who_makes_room(self, origin: str | None) -> Guest | None:
        """The guest who must leave before one more of `origin` can enter; None, if there is a place.

        Raises:
            Full
        """
        if origin is not None and self._count[origin] + self.tally.elsewhere(origin) >= self.each:
            leaving = next(iter(self._waiting_of.get(origin, ())), None)
        elif len(self) >= self.places:
            leaving = self.longest_waiting()
        else:
            return None
        if leaving is None:
            raise Full
        return leaving

    def longest_waiting(self) -> Guest | None:
        return next(iter(self._waiting), None)

    def enter(self, guest: Guest, origin: str | None) -> None:
        self._origins[guest] = origin
        self._change(origin, 1)
        self.wait(guest)

    def wait(self, guest: Guest) -> None:
        """From now on the guest waits, behind all others who do."""
        if guest in self._origins:
            self.work(guest)
            self._waiting[guest] = None
            self._waiting_of.setdefault(self._origins[guest], {})[guest] = None

    def work(self, guest: Guest) -> None:
        """The guest waits no more."""
        self._waiting.pop(guest, None)
        origin = self._origins.get(guest)
        if (others := self._waiting_of.get(origin)) is not None:
            others.pop(guest, None)
            if not others:
                del self._waiting_of[origin]

    def leave(self, guest: Guest) -> None:
        """Can be repeated."""
        if guest not in self._origins:
            return
        self.work(guest)
        self._change(self._origins.pop(guest), -1)

    def _change(self, origin: str | None, change: int) -> None:
        self._count[origin] += change
        if not self._count[origin]:
            del self._count[origin]
        self.tally.note(origin, change)
