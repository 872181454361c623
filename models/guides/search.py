"""The search of every door: guides in force, and referrals to others.

What is in force is asked of the database each time. What a version is found by never changes, so it is read
once and then kept.
"""

from dataclasses import dataclass

from models.guides.catalogue import Catalogue, Entry
from models.guides.guide import Guide
from models.guides.referrals import Referral, Referrals
from models.guides.shown import ShownGuides, ShownReferrals
from models.guides.store import Guides
from models.people import ApplicantKind


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
        shown = found.keys[:limit]
        own = [key for key in shown if key not in found.referrals]
        read = {guide.key: guide for guide in await self.guides.read(own)}
        hits = [hit for key in shown if (hit := read.get(key) or found.referrals.get(key))]
        return Found(hits, found.whole, found.topics)

    async def hits(
        self,
        text: str = "",
        *,
        audience: ApplicantKind | None = None,
        topic: str | None = None,
        department: str | None = None,
    ) -> Hits:
        """As `find`, without reading the guides."""
        guides = await self._in_force()
        referrals = {one.code: one for one in await self.referrals.all()} if text or topic else {}
        catalogue = Catalogue([*guides, *(one.entry for one in referrals.values())])
        listed = catalogue.find(text, audience=audience, topic=topic, department=department)
        hit = {code: one for code, one in referrals.items() if code in listed.keys}
        return Hits(listed.keys, hit, listed.whole, Catalogue(guides).topics(audience))

    async def spot(self, text: str, *, limit: int = 100) -> Found:
        """What a whole sentence names, among much else; nothing where it names nothing."""
        guides = await self._in_force()
        referrals = {one.code: one for one in await self.referrals.all()}
        catalogue = Catalogue([*guides, *(one.entry for one in referrals.values())])
        listed = catalogue.spotted(text)
        keys = listed.keys[:limit]
        read = {
            guide.key: guide
            for guide in await self.guides.read([key for key in keys if key not in referrals])
        }
        hits = [hit for key in keys if (hit := read.get(key) or referrals.get(key))]
        return Found(hits, listed.whole, Catalogue(guides).topics())

    async def topics(self, audience: ApplicantKind | None = None) -> list[str]:
        """The life events of all guides, those first that are asked for most."""
        return Catalogue(await self._in_force()).topics(audience)

    async def _in_force(self) -> list[Entry]:
        keys = await self.guides.in_force()
        new = await self.guides.entries([key for key in keys if key not in self.kept])
        known = self.kept | {entry.key: entry for entry in new}
        self.kept = {key: known[key] for key in keys if key in known}
        return list(self.kept.values())
