"""Listing on the blacklist: officers, and decisions brought to where a test wants them."""

from dataclasses import dataclass, replace
from datetime import datetime

from models.blacklist import Ban, Flag, FlagReason, Flags, FlagState, Ground, Reference, WantedFlags
from models.events import Cause, Channel
from models.people import Party
from models.serving import How
from models.staff import Member, Role
from tests.files import a_pdf, on_disk
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
CLERK = officer("clerk", Role.WINDOW)
SEEN = "当场辱骂工作人员。"


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
        return await self.arrived(confirmed, at or self.house.stores.clock(), how)

    async def arrived(self, ban: Ban, at: datetime, how: How = How.LETTER) -> Ban:
        """Noted at the moment of the clock, or when it arrived, if that is later."""
        by = replace(self.by(LI), at=max(at, self.house.stores.clock()))
        return await self.house.stores.decisions.delivered(ban["_id"], how, at, by)

    async def flagged(self, *, with_file: bool = False) -> Flag:
        """By a clerk, about the application that is the evidence."""
        about = [one.key for one in self.evidence if one.kind == "application"]
        with on_disk(a_pdf()) as file:
            return await self.house.stores.flags.raise_by_member(
                CLERK,
                self.applicant,
                FlagReason.SEEN,
                about,
                SEEN,
                self.by(CLERK),
                file if with_file else None,
            )

    async def appealed(self, party: Party) -> Ban:
        """Delivered, with an appeal that has a file."""
        stores, by = self.house.stores, self.house.by(f"applicant:{party.id}")
        ban = await self.delivered()
        await stores.appeals.appeal(ban["_id"], party, WORDS, by)
        with on_disk(a_pdf()) as file:
            return await stores.appeals.attach(ban["_id"], party, file, by)


async def open_flags(flags: Flags) -> list[Flag]:
    """The queue, the earliest first."""
    return (await flags.page(LI, WantedFlags((FlagState.OPEN,)), 9)).rows
