"""Listing on the blacklist: officers, and decisions brought to where a test wants them."""

from dataclasses import dataclass, replace
from datetime import datetime

from models.blacklist import Ban, Ground, How, Reference
from models.events import Cause, Channel
from models.staff import Member, Role
from tests.house.clock import cause_at
from tests.house.house import House

FACTS = "所交居住证明经核实系伪造。"
WORDS = "材料是中介代办的，我不知情。"


def officer(username: str, *roles: Role, department: str | None = None) -> Member:
    """A member of service management, unless `roles` are given."""
    return Member(
        _id=username,
        name=f"{username}的姓名",
        password_hash="",
        department=department,
        roles=list(roles) or [Role.SERVICE_MANAGEMENT],
        halls=[],
        townships=[],
        listed={"standing": "present", "text": username, "roles": ""},
    )


LI, WANG, ZHAO = officer("li"), officer("wang"), officer("zhao")
"""One proposes, one confirms, one decides on appeals."""


@dataclass(frozen=True)
class Listing:
    """`applicant` is the one who is listed; there is an application of theirs that is the evidence."""

    house: House
    applicant: str
    evidence: tuple[Reference, ...]

    def by(self, member: Member, at: datetime | None = None) -> Cause:
        return cause_at(at or self.house.stores.clock(), f"staff:{member['_id']}", Channel.WINDOW)

    async def proposed(self, ground: Ground = Ground.FALSEHOOD, by: Member = LI) -> Ban:
        return await self.house.stores.decisions.propose(
            self.applicant, by, ground, FACTS, list(self.evidence), self.by(by)
        )

    async def confirmed(self, ground: Ground = Ground.FALSEHOOD) -> Ban:
        proposed = await self.proposed(ground)
        return await self.house.stores.decisions.confirm(proposed["_id"], WANG, self.by(WANG))

    async def delivered(
        self, ground: Ground = Ground.FALSEHOOD, how: How = How.LETTER, at: datetime | None = None
    ) -> Ban:
        """At the moment of the clock, unless a test says when; it was decided before that."""
        confirmed = await self.confirmed(ground)
        at = at or self.house.stores.clock()
        by = replace(self.by(LI), at=max(at, self.house.stores.clock()))
        return await self.house.stores.decisions.delivered(confirmed["_id"], how, at, by)
