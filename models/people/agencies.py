"""经办人: persons who act for an enterprise or organization once its legal representative agrees (article 7).

An agency names the legal representative who was asked. Once the register names another representative, the
agency is no longer valid: `Agencies.acts` refuses it, and `Agencies.end_former` ends it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from pymongo import IndexModel

from models.errors import Conflict, NotFound, TooMany
from models.events import Cause, Event
from models.people.applicants import Applicant
from models.store import Document, Record, Store


class AgencyNotFound(NotFound):
    code = "agency_not_found"
    message = "没有找到该经办关系"


class AgencyExists(Conflict):
    code = "agency_exists"
    message = "您已申请或已是该单位的经办人"


class AgencyDayLimit(TooMany):
    code = "agency_day_limit"
    message = "今天申请次数已达上限，请明天再试"


class AgencyNotWaiting(Conflict):
    code = "agency_not_waiting"
    message = "该申请不在等待您确认的状态"


class AgencyEnded(Conflict):
    code = "agency_ended"
    message = "该经办关系已结束"


ASKED_A_DAY = 3
"""Requests of one person for one body: the representative hears of each by WeChat or SMS."""
ASKED_WITHIN = timedelta(days=1)
"""How long a request counts."""


class AgencyState(StrEnum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    ENDED = "ended"


class Agency(Record):
    """`_id` is `<person>:<body>`; `agent_name` is masked; `representative` is the number index of the one who
    was asked, `asked` when (the last times)."""

    person: str
    body: str
    agent_name: str
    representative: str
    state: AgencyState
    asked: list[datetime]


def is_waiting(agency: Agency) -> bool:
    """Whether the legal representative still has to answer."""
    return agency["state"] is AgencyState.REQUESTED


def is_confirmed(agency: Agency) -> bool:
    """Whether the legal representative has agreed that the person acts for the body."""
    return agency["state"] is AgencyState.CONFIRMED


NOT_ENDED = {"$ne": AgencyState.ENDED}
NO_AGENCY = {"$nin": [AgencyState.REQUESTED, AgencyState.CONFIRMED]}
"""Ended, or not there yet."""


class Agencies(Store[Agency]):
    collection = "agencies"
    missing = AgencyNotFound
    tells = ("agency.requested", "agency.confirmed", "agency.ended")
    indexes: ClassVar = [
        IndexModel([("person", 1), ("state", 1)]),
        IndexModel([("representative", 1), ("state", 1)]),
        IndexModel([("body", 1), ("state", 1)]),
    ]

    def shaped(self, document: Document) -> Agency:
        return super().shaped({**document, "state": AgencyState(document["state"])})

    async def request(self, person: Applicant, body: Applicant, by: Cause) -> Agency:
        """Ask to act for a body; the legal representative's own request is confirmed at once.

        Raises:
            Conflict: `agency_exists`.
            TooMany: `agency_day_limit`, asked three times within a day.
        """
        key = f"{person['_id']}:{body['_id']}"
        own = person["credential"]["number_index"] == body["representative"]
        state = AgencyState.CONFIRMED if own else AgencyState.REQUESTED
        seldom = [
            {f"asked.{ASKED_A_DAY - 1}": {"$exists": False}},
            {"asked.0": {"$lte": by.at - ASKED_WITHIN}},
        ]
        try:
            return await self.upsert(
                {
                    "_id": key,
                    "state": NO_AGENCY,
                    "$or": seldom,
                },
                sets={
                    "person": person["_id"],
                    "body": body["_id"],
                    "agent_name": person["masked_name"],
                    "representative": body["representative"],
                    "state": state.value,
                },
                update={"$push": {"asked": {"$each": [by.at], "$slice": -ASKED_A_DAY}}},
                event=Event(f"agency.{state}", key, by),
                otherwise=AgencyExists,
            )
        except AgencyExists:
            if (await self.get(key))["state"] is not AgencyState.ENDED:
                raise
            raise AgencyDayLimit(retry_after=int(ASKED_WITHIN.total_seconds())) from None

    async def check_askable(self, person: Applicant, body: Applicant, by: Cause) -> None:
        """Refuse what needs no look into the register. A request of more than a day ago may name a
        representative who is none any more: the register is then asked again.

        Raises:
            Conflict: `agency_exists`.
            TooMany: `agency_day_limit`.
        """
        known = await self._first({"_id": f"{person['_id']}:{body['_id']}"})
        if known is None:
            return
        fresh = known["asked"][-1] > by.at - ASKED_WITHIN
        same = known["representative"] == body["representative"]
        if known["state"] is not AgencyState.ENDED and same and fresh:
            raise AgencyExists
        if len(known["asked"]) == ASKED_A_DAY and known["asked"][0] > by.at - ASKED_WITHIN:
            raise AgencyDayLimit(retry_after=int(ASKED_WITHIN.total_seconds()))

    async def decide(self, key: str, representative: Applicant, *, confirmed: bool, by: Cause) -> Agency:
        """The legal representative confirms or declines; doing it again changes nothing.

        Raises:
            Conflict: `agency_not_waiting`, also for a person who is not the representative.
        """
        state = AgencyState.CONFIRMED if confirmed else AgencyState.ENDED
        asked = {"representative": representative["credential"]["number_index"]}
        return await self._settle(key, AgencyState.REQUESTED, asked, state, AgencyNotWaiting, by)

    async def end(self, key: str, person: Applicant, by: Cause) -> Agency:
        """The agent gives it up, or the representative takes it back; doing it again changes nothing.

        Raises:
            Conflict: `agency_ended`, for a person who is neither.
        """
        number = person["credential"]["number_index"]
        concerned = {"$or": [{"person": person["_id"]}, {"representative": number}]}
        return await self._settle(key, NOT_ENDED, concerned, AgencyState.ENDED, AgencyEnded, by)

    async def _settle(
        self,
        key: str,
        before: Any,
        concerned: Document,
        state: AgencyState,
        otherwise: type[Conflict],
        by: Cause,
    ) -> Agency:
        """Write the new state for one whom the agency concerns, where it is as `before`.

        Raises:
            Conflict: `otherwise`.
        """
        try:
            return await self.change(
                key,
                expects={"state": before, **concerned},
                sets={"state": state.value},
                event=Event(f"agency.{state}", key, by),
                otherwise=otherwise,
            )
        except otherwise:
            if found := await self._first({"_id": key, "state": state, **concerned}):
                return found
            raise

    async def end_former(self, body: Applicant, by: Cause) -> None:
        """End what a former legal representative was asked for or confirmed; safe to repeat."""
        former = {
            "body": body["_id"],
            "state": NOT_ENDED,
            "representative": {"$ne": body["representative"]},
        }
        await self.change_many(
            former, sets={"state": AgencyState.ENDED.value}, event=lambda key: Event("agency.ended", key, by)
        )

    async def of_person(self, person: str) -> list[Agency]:
        query = {"person": person, "state": NOT_ENDED}
        return await self._each(self.documents.find(query, {"events": 0}))

    async def of_representative(self, person: Applicant) -> list[Agency]:
        """What a legal representative has to confirm, or has confirmed."""
        query = {
            "representative": person["credential"]["number_index"],
            "state": NOT_ENDED,
            "person": {"$ne": person["_id"]},
        }
        return await self._each(self.documents.find(query, {"events": 0}))

    async def acts(self, person: str, body: Applicant) -> bool:
        """Whether the body's present legal representative has confirmed this person."""
        query = {
            "_id": f"{person}:{body['_id']}",
            "state": AgencyState.CONFIRMED,
            "representative": body["representative"],
        }
        return await self.documents.find_one(query, {"_id": 1}) is not None
