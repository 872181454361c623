"""The blacklist: what is noticed, what is decided, what is appealed."""

from dataclasses import dataclass

from models.blacklist import Appeals, Bans, Decisions, Flags, Freezer, Malice, Watch
from models.stores.ground import Ground
from models.stores.matters import Matters
from models.stores.people import People
from models.voices import Reviews


@dataclass(frozen=True, kw_only=True)
class Barring:
    flags: Flags
    watch: Watch
    bans: Bans
    decisions: Decisions
    appeals: Appeals
    malice: Malice


def barring(on: Ground, who: People, what: Matters, reviews: Reviews) -> Barring:
    applicants, applications = who.applicants, what.applications
    flags = Flags(on.database, on.privacy, applicants, applications, on.materials)
    bans = Bans(on.database, on.privacy)
    freezer = Freezer(applications, reviews, on.materials, on.privacy)
    decisions = Decisions(bans, applicants, who.agencies, applications, freezer, flags, on.calendar)
    return Barring(
        flags=flags,
        watch=Watch(flags, applications, reviews, what.guides, on.uncivil),
        bans=bans,
        decisions=decisions,
        appeals=Appeals(decisions, on.materials),
        malice=Malice(bans),
    )
