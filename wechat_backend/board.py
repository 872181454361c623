"""What the processes of one web server know of each other: a piece of memory that they share.

It is made before they are forked off. Each writes a row of its own, which nobody else writes while it lives,
and reads those of the others; so there is no lock that one that is killed could keep.
"""

from mmap import mmap

BUCKETS = 1 << 16
"""Addresses are counted by their hash, which is salted anew at each start and the same in all that are forked
off. Two that meet in one bucket are counted as one."""
SERVING, TOTAL, COUNTS = 0, 1, 2
"""Where a row keeps whether its process serves, how many connections it has, and those of each address."""
ROW = COUNTS + BUCKETS
CELL = 4
"""Bytes of a number."""
LEAD = 4
"""Connections by which a process may have more than another without leaving the next ones to it."""


class Board:
    """One row for each of so many `processes`, which are numbered from 0."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self._cells = memoryview(mmap(-1, processes * ROW * CELL)).cast("I")

    def serves(self, process: int) -> bool:
        return bool(self._cells[process * ROW + SERVING])

    def wipe(self, process: int) -> None:
        """It has ended: it serves nobody, and its connections are gone."""
        self._cells[process * ROW : (process + 1) * ROW] = memoryview(bytes(ROW * CELL)).cast("I")


class Row:
    """What one process writes, and what it reads of the others."""

    def __init__(self, board: Board, process: int) -> None:
        self.process, self.processes = process, board.processes
        self._cells, self._begin = board._cells, process * ROW
        self._others = [number * ROW for number in range(board.processes) if number != process]

    def serve(self) -> None:
        self._cells[self._begin + SERVING] = 1

    def elsewhere(self, origin: str) -> int:
        """How many connections of an address the other processes have."""
        cell = COUNTS + hash(origin) % BUCKETS
        return sum(self._cells[row + cell] for row in self._others)

    def note(self, origin: str | None, change: int) -> None:
        """So many connections have come, or gone where `change` is negative; None is no address to count."""
        self._cells[self._begin + TOTAL] += change
        if origin is not None:
            self._cells[self._begin + COUNTS + hash(origin) % BUCKETS] += change

    def leads(self) -> bool:
        """Whether another process that serves has fewer connections."""
        own = self._cells[self._begin + TOTAL]
        return any(
            self._cells[row + TOTAL] + LEAD < own for row in self._others if self._cells[row + SERVING]
        )


def alone() -> Row:
    """That of a web server which is one process."""
    return Row(Board(1), 0)
