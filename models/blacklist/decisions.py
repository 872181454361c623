"""The decision to list somebody: proposed, confirmed by another, delivered, ended (article 28)."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from pymongo.errors import DuplicateKeyError

from models.applications import Applications
from models.blacklist import rules
from models.blacklist.document import SHOWN, STANDS, AppealState, Ban, Ground, State
from models.blacklist.evidence import EvidenceNotFound, Freezer, Opened, Reference
from models.blacklist.flags import Flag, Flags
from models.blacklist.officers import check_another, check_reads, people_of
from models.blacklist.store import (
    CONFIRMED,
    DECLINED,
    DELISTED,
    DELIVERED,
    EVIDENCE_VIEWED,
    EXPIRED,
    EXPIRY,
    PAPER,
    PROPOSED,
    Bans,
    new_key,
)
from models.errors import Conflict
from models.events import Cause, Event, Plan
from models.people import Agencies, Applicant, Applicants, Party, known_by, party_known_by
from models.schedule import Due, Overtaken, held
from models.serving import How
from models.staff import Member, Scope, check_district
from models.store import ChangedMeanwhile, Document, entry
from models.workdays import Workdays, local_date

TRIES = 5


class NumberTaken(Conflict):
    code = "number_taken"
    message = "系统繁忙，请稍后再试"


@dataclass(frozen=True)
class History:
    """All that is kept of one person or body, under each of their cards; the latest first."""

    person: Applicant
    decisions: list[Ban]
    flags: list[Flag]


@dataclass(frozen=True)
class Decisions:
    """Each verb is one write, guarded by what the decision must still be."""

    bans: Bans
    applicants: Applicants
    agencies: Agencies
    applications: Applications
    freezer: Freezer
    flags: Flags
    calendar: Workdays

    async def check(self, party: Party, by: Cause) -> None:
        """Beginning and submitting applications online is what a decision in force blocks, and nothing else.
        It holds for the person, for whomever they act, and for the body, whoever acts for it.

        Raises:
            Blacklisted, BodyBlacklisted
        """
        if by.channel not in rules.ONLINE:
            return
        privacy = self.applicants.privacy
        found = await self.bans.in_force(party_known_by(privacy, party), by.at)
        if found is None or found["until"] is None:
            return
        of_agent = set(known_by(privacy, party.agent)) & set(found["keys"])
        raise rules.Blacklisted(found["until"]) if of_agent else rules.BodyBlacklisted(found["until"])

    async def propose(
        self,
        applicant: str,
        member: Member,
        ground: Ground,
        facts: str,
        evidence: list[Reference],
        by: Cause,
        *,
        flag: str | None = None,
        file: BinaryIO | None = None,
    ) -> Ban:
        """Propose to list a person or body; what the proposal rests on is frozen, also a `file` that the
        officer hands in. It may be what comes of a `flag`, which is closed with that.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `facts_required`.
            Refused: see `Freezer.freeze`.
            Conflict: `already_listed` or `flag_closed`, also where another officer is first.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        facts = rules.written(facts, rules.FactsRequired)
        subject, key = await self.applicants.get(applicant), new_key()
        keys = known_by(self.applicants.privacy, subject)
        if await self.bans.documents.find_one({"running": {"$in": keys}}, {"_id": 1}):
            raise rules.AlreadyListed
        event = Event(PROPOSED, key, by, {"ground": ground.value})
        proposed = {
            **_of(subject, keys),
            "ground": ground.value,
            "facts": self.bans.sealed(key, facts),
            "evidence": await self.freezer.freeze(evidence, subject, key, by, file),
            **self._undecided(event),
        }
        for _ in range(TRIES):
            with suppress(ChangedMeanwhile):  # another officer lists the same one, or closes the flag
                return await self._add(proposed, event, flag)
        raise ChangedMeanwhile

    def _undecided(self, event: Event) -> Document:
        """What is known of a decision that is proposed by this."""
        return {
            "_id": event.about,
            "state": State.PROPOSED.value,
            "proposed_by": people_of(event.cause),
            "proposed_at": event.cause.at,
            "confirmed_by": [],
            "confirmed_at": None,
            "delivered": None,
            "until": None,
            "appeal_until": None,
            "appeal": None,
            "reason": self.bans.sealed(event.about, ""),
            "ended_at": None,
            "timeline": [entry(event)],
        }

    async def _add(self, proposed: Document, event: Event, flag: str | None) -> Ban:
        try:
            if flag is None:
                return await self.bans.add(proposed, event)
            async with self.bans.database.transaction() as session:
                await self.flags.take(flag, proposed["_id"], event.cause, session)
                return await self.bans.add({**proposed, "flag": flag}, event, session)
        except DuplicateKeyError:
            raise rules.AlreadyListed from None

    async def decline(self, key: str, member: Member, reason: str, by: Cause) -> Ban:
        """Nothing comes of a proposal: its own officer takes it back, or another does not agree.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `reason_required`.
            Conflict: `ban_decided`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        words = rules.written(reason, rules.ReasonRequired)
        sets = {"state": State.DECLINED.value, "reason": self.bans.sealed(key, words), "ended_at": by.at}
        return await self._step(key, {State.PROPOSED}, sets, Event(DECLINED, key, by), over=True)

    async def confirm(self, key: str, member: Member, by: Cause) -> Ban:
        """A second officer agrees: from now on it is a decision with a number, which waits to be delivered.

        Raises:
            Forbidden: `scope_missing`.
            Refused: `same_officer`.
            Conflict: `ban_decided`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        found = await self.bans.get(key)
        check_another(found["proposed_by"], by)
        year = local_date(by.at).year
        for _ in range(TRIES):
            sets = {
                "state": State.CONFIRMED.value,
                "confirmed_by": people_of(by),
                "confirmed_at": by.at,
                "year": year,
                "sequence": await self.bans.next_number(year),
            }
            with suppress(DuplicateKeyError):  # another decision took the number
                return await self._step(
                    key, {State.PROPOSED}, sets, Event(CONFIRMED, key, by, plans=(Plan(PAPER, by.at),))
                )
        raise NumberTaken

    async def delivered(self, key: str, how: How, at: datetime, by: Cause) -> Ban:
        """Record how and when it reached its person: its effect, the three months and the time for an appeal
        begin with that. What was recorded first counts; recording it again changes nothing.

        Raises:
            Conflict: `nothing_to_deliver`.
            BadInput: `delivery_time_wrong`.
        """
        for _ in range(TRIES):
            found = await self.bans.get(key)
            if found["delivered"]:
                return found
            rules.check_delivery(found, how, at, by.at, self.calendar)
            with suppress(ChangedMeanwhile):
                return await self._deliver(found, how, at, by)
        raise ChangedMeanwhile

    async def _deliver(self, found: Ban, how: How, at: datetime, by: Cause) -> Ban:
        """In one transaction with the drafts that may be handed in just now for or by whom it lists: a
        submission that looked before this write is refused by its own (`Filing.submit`)."""
        key, until = found["_id"], rules.end_of(at)
        event = Event(DELIVERED, key, by, {"how": how.value}, plans=(Plan(EXPIRY, until),))
        sets = {
            "delivered": {"how": how.value, "at": at, "noted_at": by.at, "by": by.actor},
            "until": until,
            "appeal_until": rules.appeal_end(at, self.calendar),
        }
        theirs = await self._applying(found)
        async with self.bans.database.transaction() as session:
            changed = await self.bans.change(
                key,
                expects={"state": State.CONFIRMED.value, "delivered": None},
                sets=sets,
                update={"$push": {"timeline": entry(event)}},
                event=event,
                otherwise=ChangedMeanwhile,
                session=session,
            )
            await self.applications.bar(theirs, key, by, session)
        return changed

    async def _applying(self, ban: Ban) -> list[str]:
        """Whose drafts the listed one may hand in: their own under each card, and those of bodies."""
        same = await self.applicants.known_by(ban["keys"])
        agencies = [agency for person in same for agency in await self.agencies.of_person(person)]
        return [*same, *(agency["body"] for agency in agencies)]

    async def opened(self, key: str, party: Party, by: Cause) -> Ban:
        """The person opens the decision on their own page, and has it with that.

        Raises:
            NotFound: `ban_not_found`.
        """
        found = await self.own(key, party)
        if rules.is_unread(found):
            return await self.delivered(key, How.OWN_PAGE, by.at, by)
        return found

    async def delist(self, key: str, member: Member, reason: str, by: Cause) -> Ban:
        """It was proven not to have been on purpose: the effect ends at once, at any time, also after its
        last day, since others were told of it. An appeal that waits is answered by that.

        Raises:
            Forbidden: `scope_missing`.
            BadInput: `reason_required`.
            Conflict: `ban_decided`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        found = await self.bans.get(key)
        words = self.bans.sealed(key, rules.written(reason, rules.ReasonRequired))
        sets: dict[str, Any] = {"state": State.DELISTED.value, "reason": words, "ended_at": by.at}
        if rules.is_appealed(found):
            sets |= {
                "appeal.state": AppealState.LIFTED.value,
                "appeal.reason": words,
                "appeal.decided_at": by.at,
                "appeal.decided_by": by.actor,
            }
        expects = {"appeal.state": found["appeal"]["state"].value if found["appeal"] else None}
        return await self._step(
            key,
            STANDS,
            sets,
            Event(DELISTED, key, by, plans=(Plan(PAPER, by.at),)),
            over=True,
            expects=expects,
        )

    async def expire(self, due: Due, by: Cause) -> bool:
        """Its last day is over; the effect has ended with that already."""
        expired = self._step(
            due.about,
            {State.CONFIRMED},
            {"state": State.EXPIRED.value, "ended_at": by.at},
            due.event(EXPIRED, by),
            over=True,
            expects={"until": due.at},
            otherwise=Overtaken,
        )
        return await held(expired, self.bans.missing)

    async def own(self, key: str, party: Party) -> Ban:
        """A decision on the person, or on the body for whom they act.

        Raises:
            NotFound: `ban_not_found`, also for another's.
        """
        found = await self.bans.get(key)
        theirs = party_known_by(self.applicants.privacy, party)
        if found["state"] not in SHOWN or not set(theirs) & set(found["keys"]):
            raise self.bans.missing
        return found

    async def of_party(self, party: Party) -> list[Ban]:
        """All decisions on the person and on the body for whom they act, the latest first."""
        return await self.bans.of_keys(party_known_by(self.applicants.privacy, party))

    async def seen(self, key: str, member: Member) -> Ban:
        """A decision, for those who decide.

        Raises:
            NotFound: `ban_not_found`.
            Forbidden: `scope_missing`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        return await self.bans.get(key)

    async def evidence(self, key: str, number: int, member: Member, by: Cause) -> Opened:
        """Evidence of a decision, counted from 1; who looked is on record, since it is whole.

        Raises:
            NotFound: `ban_not_found` or `evidence_not_found`.
            Forbidden: `scope_missing`.
        """
        check_reads(member)
        found = await self.bans.get(key)
        if not 1 <= number <= len(found["evidence"]):
            raise EvidenceNotFound
        await self.bans.note(key, Event(EVIDENCE_VIEWED, key, by, {"number": number}))
        return await self.freezer.opened(found["evidence"][number - 1], key)

    async def history(self, applicant: str, member: Member) -> History:
        """All that is kept of a person or body, for those who decide.

        Raises:
            NotFound: there is no such applicant.
            Forbidden: `scope_missing`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        person = await self.applicants.get(applicant)
        keys = known_by(self.applicants.privacy, person)
        same = await self.applicants.known_by(keys)
        return History(person, await self.bans.of_keys_whole(keys), await self.flags.of_applicants(same))

    async def _step(
        self,
        key: str,
        before: Collection[State],
        sets: Document,
        event: Event,
        *,
        over: bool = False,
        expects: Document | None = None,
        otherwise: type[Conflict] = rules.BanDecided,
    ) -> Ban:
        update: Document = {"$push": {"timeline": entry(event)}}
        if over:
            update["$unset"] = {"running": ""}
        return await self.bans.change(
            key,
            expects={"state": {"$in": sorted(before)}, **(expects or {})},
            sets=sets,
            update=update,
            event=event,
            otherwise=otherwise,
        )


def _of(subject: Applicant, keys: list[str]) -> Document:
    """Whom a proposal is about, and by what they are known."""
    return {
        "applicant": subject["_id"],
        "kind": subject["kind"].value,
        "masked_name": subject["masked_name"],
        "keys": keys,
        "running": keys,
    }
