"""The open connections: how many there are, in all and from one address, and which of them only wait."""

from collections import Counter
from collections.abc import Hashable
from typing import Generic, TypeVar

Guest = TypeVar("Guest", bound=Hashable)


class Full(Exception):
    """No place is free, and no connection only waits."""


class Room(Generic[Guest]):
    """`places` in all and `each` for those of one origin; an origin of None is not counted by itself."""

    def __init__(self, places: int, each: int) -> None:
        self.places, self.each = places, each
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
        if origin is not None and self._count[origin] >= self.each:
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
        self._count[origin] += 1
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
        origin = self._origins.pop(guest)
        self._count[origin] -= 1
        if not self._count[origin]:
            del self._count[origin]
