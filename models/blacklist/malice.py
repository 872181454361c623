"""Confirmed malice: a finding of its own beside a decision, without which the social credit system hears of
nothing (article 28)."""

from dataclasses import dataclass

from models.blacklist import rules
from models.blacklist.document import STANDS, Ban, FindingState
from models.blacklist.officers import check_another, people_of
from models.blacklist.store import MALICE_CONFIRMED, MALICE_DECLINED, MALICE_PROPOSED, Bans
from models.errors import Conflict
from models.events import Cause, Event
from models.staff import Member, Scope, check_district
from models.store import Document, entry


class FindingDecided(Conflict):
    code = "finding_decided"
    message = "对恶意的认定已提出或已处理，或者该决定尚未送达、已不再执行"


@dataclass(frozen=True)
class Malice:
    """A part of its decision's document: what is lifted takes the finding along."""

    bans: Bans

    async def propose(self, key: str, member: Member, facts: str, by: Cause) -> Ban:
        """Propose to find that a delivered decision, which stands, is about malice.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `facts_required`.
            Conflict: `finding_decided`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        made = {
            "state": FindingState.PROPOSED.value,
            "facts": self.bans.sealed(key, rules.written(facts, rules.FactsRequired)),
            "proposed_by": people_of(by),
            "at": by.at,
            "decided_at": None,
        }
        expects = {"malice": None, "delivered": {"$ne": None}}
        return await self._step(key, expects, {"malice": made}, MALICE_PROPOSED, by)

    async def confirm(self, key: str, member: Member, by: Cause) -> Ban:
        """Another officer agrees; the social credit system is told.

        Raises:
            Forbidden: `scope_missing`.
            Refused: `same_officer`.
            Conflict: `finding_decided`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        found = await self.bans.get(key)
        check_another((found.get("malice") or {"proposed_by": []})["proposed_by"], by)
        return await self._decide(key, FindingState.CONFIRMED, MALICE_CONFIRMED, by)

    async def decline(self, key: str, member: Member, by: Cause) -> Ban:
        """Nothing comes of it.

        Raises:
            Forbidden: `scope_missing`.
            Conflict: `finding_decided`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        return await self._decide(key, FindingState.DECLINED, MALICE_DECLINED, by)

    async def _decide(self, key: str, state: FindingState, name: str, by: Cause) -> Ban:
        expects = {"malice.state": FindingState.PROPOSED.value}
        sets = {"malice.state": state.value, "malice.decided_at": by.at}
        return await self._step(key, expects, sets, name, by)

    async def _step(self, key: str, expects: Document, sets: Document, name: str, by: Cause) -> Ban:
        event = Event(name, key, by)
        stands = {"state": {"$in": sorted(STANDS)}}
        return await self.bans.change(
            key,
            expects={**stands, **expects},
            sets=sets,
            update={"$push": {"timeline": entry(event)}},
            event=event,
            otherwise=FindingDecided,
        )
