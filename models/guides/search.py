"""The search of every door: guides in force, and referrals to others.

What a version is found by never changes, so it is read once and then kept. What is in force is asked of the
database each time, or of what is shown from memory; then the answers to short texts are kept as long as what
is shown stays the same.
"""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

from models.guides.catalogue import Catalogue, Entry
from models.guides.guide import Guide
from models.guides.referrals import Referral, Referrals
from models.guides.shown import ShownGuides, ShownReferrals
from models.guides.store import Guides
from models.people import ApplicantKind

LONGEST_KEPT = 40
"""Characters of a text whose answer is kept: longer ones are rarely written twice."""
MOST_KEPT = 1000


@dataclass(frozen=True)
class Hits:
    """What a search hits, in its order: keys of guides, and codes of `referrals`.

    `whole` unless this is only what comes closest. `topics` are the life events to look into instead.
    """

    keys: list[str]
    referrals: dict[str, Referral]
    whole: bool
    topics: list[str]

    @property
    def guides(self) -> list[str]:
        """The keys of the guides alone."""
        return [key for key in self.keys if key not in self.referrals]


@dataclass(frozen=True)
class Found:
    """The same, read."""

    hits: list[Guide | Referral]
    whole: bool
    topics: list[str]

    @property
    def guides(self) -> list[Guide]:
        return [hit for hit in self.hits if isinstance(hit, Guide)]

    @property
    def referrals(self) -> list[Referral]:
        return [hit for hit in self.hits if isinstance(hit, Referral)]

    def is_ours(self, hit: Guide | Referral) -> bool:
        return isinstance(hit, Guide)


class Search:
    """By words, or all guides without; referrals are hit by words and by topic."""

    def __init__(self, guides: Guides | ShownGuides, referrals: Referrals | ShownReferrals) -> None:
        self.guides, self.referrals = guides, referrals
        self.kept: dict[str, Entry] = {}
        self.answers: dict[Hashable, Any] = {}
        self.answered_of: tuple[object, ...] = ()

    async def find(
        self,
        text: str = "",
        *,
        audience: ApplicantKind | None = None,
        topic: str | None = None,
        department: str | None = None,
        limit: int = 100,
    ) -> Found:
        """What fits best comes first, and of what fits as well, what is asked for most."""
        found = await self.hits(text, audience=audience, topic=topic, department=department)
        return await self._read(found, limit)

    async def hits(
        self,
        text: str = "",
        *,
        audience: ApplicantKind | None = None,
        topic: str | None = None,
        department: str | None = None,
    ) -> Hits:
        """As `find`, without reading the guides."""
        asked = text, audience, topic, department
        return await self._once(text, asked, lambda: self._hits(*asked))

    async def _hits(
        self, text: str, audience: ApplicantKind | None, topic: str | None, department: str | None
    ) -> Hits:
        guides = await self._in_force()
        referrals = {one.code: one for one in await self.referrals.all()} if text or topic else {}
        catalogue = Catalogue([*guides, *(one.entry for one in referrals.values())])
        listed = catalogue.find(text, audience=audience, topic=topic, department=department)
        hit = {code: one for code, one in referrals.items() if code in listed.keys}
        return Hits(listed.keys, hit, listed.whole, Catalogue(guides).topics(audience))

    async def spot(self, text: str, *, limit: int = 100) -> Found:
        """What a whole sentence names, among much else; nothing where it names nothing."""
        named = await self._once(text, ("spot", text), lambda: self._spot(text))
        return await self._read(named, limit)

    async def _spot(self, text: str) -> Hits:
        guides = await self._in_force()
        referrals = {one.code: one for one in await self.referrals.all()}
        listed = Catalogue([*guides, *(one.entry for one in referrals.values())]).spotted(text)
        hit = {code: one for code, one in referrals.items() if code in listed.keys}
        return Hits(listed.keys, hit, listed.whole, Catalogue(guides).topics())

    async def _read(self, found: Hits, limit: int) -> Found:
        """The first of what was found."""
        shown = found.keys[:limit]
        own = [key for key in shown if key not in found.referrals]
        read = {guide.key: guide for guide in await self.guides.read(own)}
        hits = [hit for key in shown if (hit := read.get(key) or found.referrals.get(key))]
        return Found(hits, found.whole, [*found.topics])

    async def _once(self, text: str, asked: Hashable, make: Callable[[], Awaitable[Hits]]) -> Hits:
        """What was made before of the same that is shown, or is made now."""
        standing = self._standing()
        if not standing or len(text) > LONGEST_KEPT:
            return await make()
        if not _same(standing, self.answered_of) or len(self.answers) >= MOST_KEPT:
            self.answers, self.answered_of = {}, standing
        if asked not in self.answers:
            made = await make()
            if not _same(standing, self._standing()) or not _same(standing, self.answered_of):
                return made  # it may be of neither
            self.answers[asked] = made
        found: Hits = self.answers[asked]
        return found

    def _standing(self) -> tuple[object, ...]:
        """What is shown now; nothing while that is asked of the database."""
        if isinstance(self.guides, ShownGuides) and isinstance(self.referrals, ShownReferrals):
            guides, referrals = self.guides.standing, self.referrals.standing
            return (*guides, *referrals) if guides and referrals else ()
        return ()

    async def topics(self, audience: ApplicantKind | None = None) -> list[str]:
        """The life events of all guides, those first that are asked for most."""
        return Catalogue(await self._in_force()).topics(audience)

    async def _in_force(self) -> list[Entry]:
        keys = await self.guides.in_force()
        new = await self.guides.entries([key for key in keys if key not in self.kept])
        known = self.kept | {entry.key: entry for entry in new}
        self.kept = {key: known[key] for key in keys if key in known}
        return list(self.kept.values())


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether these are the very same things."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
