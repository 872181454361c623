"""The appeal against a decision (article 28): once, within 30 working days, decided by a third officer."""

from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from models.blacklist import rules
from models.blacklist.decisions import TRIES, Decisions
from models.blacklist.document import AppealState, Ban, State
from models.blacklist.officers import check_another
from models.blacklist.store import APPEAL_FILED, APPEALED, KEPT, LIFTED, PAPER
from models.events import Cause, Event, Plan
from models.materials.store import Materials
from models.people import Party
from models.staff import Member, Scope, check_district
from models.store import ChangedMeanwhile, Document, entry

CODE = "appeal"
"""Under which the files are kept, instead of a material's code."""


@dataclass(frozen=True)
class Appeals:
    """An appeal is a part of its decision's document, so that both change in one write."""

    decisions: Decisions
    materials: Materials

    async def appeal(self, key: str, party: Party, words: str, by: Cause) -> Ban:
        """
        Raises:
            NotFound: `ban_not_found`.
            BadInput: `appeal_words_required`.
            Refused, Conflict: see `rules.check_appeal`.
        """
        for _ in range(TRIES):
            found = await self.decisions.own(key, party)
            rules.check_appeal(found, by.at)
            with suppress(ChangedMeanwhile):
                return await self._file(found, words, by)
        raise ChangedMeanwhile

    async def _file(self, found: Ban, words: str, by: Cause) -> Ban:
        """
        Raises:
            BadInput: `appeal_words_required`.
            ChangedMeanwhile: it was appealed against, or is not in the state in which it was `found`.
        """
        key, bans = found["_id"], self.decisions.bans
        made = {
            "state": AppealState.OPEN.value,
            "words": bans.sealed(key, rules.written(words, rules.AppealWordsRequired)),
            "files": [],
            "by": by.actor,
            "at": by.at,
            "due_at": rules.answer_due(by.at, self.decisions.calendar),
            "reason": bans.sealed(key, ""),
            "decided_at": None,
            "decided_by": "",
        }
        event = Event(APPEALED, key, by)
        return await bans.change(
            key,
            expects={"state": found["state"].value, "appeal": None},
            sets={"appeal": made},
            update={"$push": {"timeline": entry(event)}},
            event=event,
            otherwise=ChangedMeanwhile,
        )

    async def open_own(self, key: str, party: Party) -> Ban:
        """A decision of one's own whose appeal takes another file.

        Raises:
            NotFound: `ban_not_found`.
            Conflict: `appeal_decided`, also where there is none.
            Refused: `too_many_files`.
        """
        found = await self.decisions.own(key, party)
        if found["appeal"] is None or not rules.is_appealed(found):
            raise rules.AppealDecided
        if len(found["appeal"]["files"]) >= rules.MOST_FILES:
            raise rules.TooManyFiles(most=rules.MOST_FILES)
        return found

    async def attach(self, key: str, party: Party, file: BinaryIO, by: Cause) -> Ban:
        """Add a file to an appeal that waits for its decision.

        Raises:
            see `open_own`.
            BadInput: the file cannot be taken; see `models.materials.inspection`.
        """
        found = await self.open_own(key, party)
        number = len(found["appeal"]["files"]) + 1 if found["appeal"] else 1
        kept = await self.materials.keep(party.id, key, CODE, f"申诉材料{number}", file, by)
        try:
            return await self.decisions.bans.change(
                key,
                expects={
                    "appeal.state": AppealState.OPEN.value,
                    f"appeal.files.{rules.MOST_FILES - 1}": {"$exists": False},
                },
                update={"$push": {"appeal.files": {"file": kept["_id"], "name": kept["name"]}}},
                event=Event(APPEAL_FILED, key, by),
                otherwise=ChangedMeanwhile,
            )
        except ChangedMeanwhile:
            await self.materials.drop(kept["_id"], by)
            await self.open_own(key, party)  # says what is in the way
            raise

    async def seen(self, key: str, member: Member) -> Ban:
        """A decision with its appeal, for those who decide on appeals.

        Raises:
            NotFound: `ban_not_found`, also where there is no appeal.
            Forbidden: `scope_missing`.
        """
        check_district(member, Scope.APPEALS_DECIDE)
        found = await self.decisions.bans.get(key)
        if found["appeal"] is None:
            raise self.decisions.bans.missing
        return found

    async def decide(self, key: str, member: Member, reason: str, by: Cause, *, lifted: bool) -> Ban:
        """Lift the decision, or keep it, with a reason; by neither of the two who made it.

        Raises:
            Forbidden: `scope_missing`.
            Refused: `same_officer`.
            BadInput: `reason_required`.
            Conflict: `appeal_decided`.
        """
        check_district(member, Scope.APPEALS_DECIDE)
        found, bans = await self.decisions.bans.get(key), self.decisions.bans
        check_another([*found["proposed_by"], *found["confirmed_by"]], by)
        words = rules.written(reason, rules.ReasonRequired)
        sets: Document = {
            "appeal.state": (AppealState.LIFTED if lifted else AppealState.KEPT).value,
            "appeal.reason": bans.sealed(key, words),
            "appeal.decided_at": by.at,
            "appeal.decided_by": by.actor,
        }
        plans = (Plan(PAPER, by.at),) if lifted else ()
        event = Event(LIFTED if lifted else KEPT, key, by, plans=plans)
        update: Document = {"$push": {"timeline": entry(event)}}
        if lifted:
            sets |= {"state": State.LIFTED.value, "ended_at": by.at}
            update["$unset"] = {"running": ""}
        return await bans.change(
            key,
            expects={"appeal.state": AppealState.OPEN.value},
            sets=sets,
            update=update,
            event=event,
            otherwise=rules.AppealDecided,
        )
