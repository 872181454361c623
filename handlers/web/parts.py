"""Parts of pages and answers that are the same for everybody, kept as they were made last."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

MOST_KEPT = 512
"""Parts. The main part of a guide's page takes some 12 kB, and there is one for each item, language and way
to begin it: 55 items take less than 3 MB."""

Made = TypeVar("Made")


class Parts:
    """By what they are of; each with the version of what it was made from (`models.snapshot`)."""

    def __init__(self) -> None:
        self.kept: dict[Hashable, tuple[str, Any]] = {}

    async def get(self, of: Hashable, version: str, make: Callable[[], Awaitable[Made]]) -> Made:
        """The part that was made from this version; it is made if there is none. `version` was asked for
        before anything was read; "" is no version, and nothing made then is kept."""
        known = self.kept.get(of)
        if version and known and known[0] == version:
            found: Made = known[1]
            return found
        made = await make()
        if version:
            self.kept.pop(of, None)
            self.kept[of] = version, made
            if len(self.kept) > MOST_KEPT:
                del self.kept[next(iter(self.kept))]
        return made
