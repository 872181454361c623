"""What a step does to people, shown before it is decided: what was confirmed is what is saved."""

from collections.abc import Iterable
from hashlib import sha256

from models.errors import Conflict


class ConsequencesChanged(Conflict):
    code = "consequences_changed"
    message = "预约情况刚刚有变化，请再核对一次"


def mark_of(said: Iterable[str]) -> str:
    """Equal for the same consequences, each of which is one line."""
    return sha256("\n".join(said).encode()).hexdigest()[:16]


def check_mark(mark: str, seen: str | None) -> None:
    """`seen` is the mark of what was confirmed; None where nobody was shown any.

    Raises:
        Conflict: `consequences_changed`.
    """
    if seen not in (None, mark):
        raise ConsequencesChanged
