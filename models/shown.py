"""What rarely changes and is only shown, of one process."""

from dataclasses import dataclass
from typing import Self

from models.guides import (
    Departments,
    Guides,
    Referrals,
    ShownDepartments,
    ShownGuides,
    ShownReferrals,
    Uses,
    kept_guides,
    kept_uses,
)
from models.places import Halls, ShownHalls
from models.snapshot import Kept, Snapshot
from models.store import Database


@dataclass(frozen=True)
class Shown:
    """`snapshot` keeps the others true, where somebody follows it; else they ask the database."""

    snapshot: Snapshot
    guides: ShownGuides
    departments: ShownDepartments
    referrals: ShownReferrals
    halls: ShownHalls

    @property
    def version(self) -> str:
        """Of all that is described: guides, departments, referrals and places; "" while it is not known."""
        of = (self.guides.kept, self.departments.kept, self.referrals.kept, self.halls.kept)
        return self.snapshot.version(*of)

    @classmethod
    def over(
        cls,
        database: Database,
        guides: Guides,
        departments: Departments,
        referrals: Referrals,
        halls: Halls,
        uses: Uses,
    ) -> Self:
        in_force, asked_for = kept_guides(guides), kept_uses(uses)
        of_departments = Kept(departments, departments.shaped)
        of_referrals, of_halls = Kept(referrals, referrals.shaped), Kept(halls, halls.shaped)
        snapshot = Snapshot(database, [in_force, asked_for, of_departments, of_referrals, of_halls])
        return cls(
            snapshot,
            ShownGuides(guides, snapshot, in_force, asked_for),
            ShownDepartments(departments, snapshot, of_departments),
            ShownReferrals(referrals, snapshot, of_referrals),
            ShownHalls(halls, snapshot, of_halls),
        )
