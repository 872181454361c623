"""What befalls a kiosk in service: faults, repairs, findings, and its end (articles 18.7, 20.2 and 21)."""

from dataclasses import dataclass
from datetime import date, datetime

from models.errors import NotFound
from models.events import Cause
from models.kiosks.actions import Action
from models.kiosks.document import Finding, Kiosk, OutageCause
from models.kiosks.rules import check_until, words_of
from models.kiosks.store import Kiosks, ended, opened_outage
from models.staff import Member
from models.workdays import local_date


class OutageNotFound(NotFound):
    code = "outage_not_found"
    message = "没有找到该次停用记录"


@dataclass(frozen=True)
class Keeping:
    kiosks: Kiosks

    async def report_fault(
        self, key: str, words: str, cause: OutageCause, member: Member, by: Cause
    ) -> Kiosk:
        """It cannot serve, and waits for its repair.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            BadInput: `kiosk_words_missing`.
            Conflict: `kiosk_moved_on`.
        """
        await self.kiosks.within(key, member, Action.REPORT_FAULT)
        words = words_of(words, "words")
        return await self.kiosks.take(
            Action.REPORT_FAULT,
            key,
            by,
            update={"$push": opened_outage(by.at, cause, words)},
            data={"cause": cause.value},
            reason=words,
        )

    async def repair(self, key: str, member: Member, by: Cause) -> Kiosk:
        """It serves again.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Conflict: `kiosk_moved_on`.
        """
        found = await self.kiosks.within(key, member, Action.REPAIR)
        return await self.kiosks.take(
            Action.REPAIR,
            key,
            by,
            expects={"outages": found["outages"]},
            sets={"outages": ended(found, by.at)},
        )

    async def attribute(
        self, key: str, start: datetime, cause: OutageCause, reason: str, member: Member, by: Cause
    ) -> Kiosk:
        """Say whose fault the time out of service is that began at `start`.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`, `outage_not_found`.
            BadInput: `kiosk_words_missing`.
            Conflict: `kiosk_moved_on`.
        """
        found = await self.kiosks.within(key, member, Action.ATTRIBUTE)
        if not any(one["start"] == start for one in found["outages"]):
            raise OutageNotFound
        return await self.kiosks.take(
            Action.ATTRIBUTE,
            key,
            by,
            expects={"outages.start": start},
            sets={"outages.$.cause": cause.value},
            data={"start": start, "cause": cause.value},
            reason=words_of(reason),
        )

    async def find(self, key: str, finding: Finding, words: str, member: Member, by: Cause) -> Kiosk:
        """Put on record what a ground of retirement rests on.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            BadInput: `kiosk_words_missing`.
            Conflict: `kiosk_moved_on`.
        """
        await self.kiosks.within(key, member, Action.FIND)
        words = words_of(words, "words")
        found = {"at": by.at, "by": by.actor, "words": words}
        return await self.kiosks.take(
            Action.FIND,
            key,
            by,
            sets={f"findings.{finding.value}": found},
            data={"finding": finding.value},
            reason=words,
        )

    async def prolong(self, key: str, use_until: date, member: Member, by: Cause) -> Kiosk:
        """It may be used until another day.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            BadInput: `use_over`.
            Conflict: `kiosk_moved_on`.
        """
        await self.kiosks.within(key, member, Action.PROLONG)
        check_until(use_until, local_date(by.at))
        until = use_until.isoformat()
        return await self.kiosks.take(
            Action.PROLONG, key, by, sets={"use_until": until}, data={"use_until": until}
        )

    async def hand_back(self, key: str, words: str, member: Member, by: Cause) -> Kiosk:
        """A retired one is given back to its owner; `words` say to whom, and in which state.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            BadInput: `kiosk_words_missing`.
            Conflict: `kiosk_moved_on`.
        """
        found = await self.kiosks.within(key, member, Action.HAND_BACK)
        return await self.kiosks.take(
            Action.HAND_BACK,
            key,
            by,
            update={"$unset": {"spot": ""}},
            data={"owner": found["owner"].value},
            reason=words_of(words, "words"),
        )
