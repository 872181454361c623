"""经办人: persons who act for an enterprise or organization once its legal representative agrees (article 7).

An agency names the representative who was asked. Where the register knows another one by now, it counts no
more: `Agencies.end_former` ends it, and nobody acts by it meanwhile.
"""

from datetime import timedelta
from typing import ClassVar

from pymongo import IndexModel

from models.errors import Conflict, NotFound, TooMany
from models.events import Cause, Event
from models.store import Document, Store


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
"""How long each of them counts."""


class Agencies(Store):
    """`{_id: "<person>:<body>", person, body, agent_name, representative, state, asked: last times}`;
    `state` is requested, confirmed or ended."""

    collection = "agencies"
    missing = AgencyNotFound
    tells = ("agency.requested", "agency.confirmed", "agency.ended")
    indexes: ClassVar = [
        IndexModel([("person", 1), ("state", 1)]),
        IndexModel([("representative", 1), ("state", 1)]),
        IndexModel([("body", 1), ("state", 1)]),
    ]

    async def request(self, person: Document, body: Document, by: Cause) -> Document:
        """Ask to act for a body; the legal representative's own request is confirmed at once.

        Raises:
            Conflict: `agency_exists`.
            TooMany: `agency_day_limit`, asked three times within a day.
        """
        key = f"{person['_id']}:{body['_id']}"
        own = person["credential"]["number_index"] == body["representative"]
        state, name = ("confirmed", "agency.confirmed") if own else ("requested", "agency.requested")
        seldom = [
            {f"asked.{ASKED_A_DAY - 1}": {"$exists": False}},
            {"asked.0": {"$lte": by.at - ASKED_WITHIN}},
        ]
        try:
            return await self.upsert(
                {"_id": key, "state": {"$nin": ["requested", "confirmed"]}, "$or": seldom},
                sets={
                    "person": person["_id"],
                    "body": body["_id"],
                    "agent_name": person["masked_name"],
                    "representative": body["representative"],
                    "state": state,
                },
                update={"$push": {"asked": {"$each": [by.at], "$slice": -ASKED_A_DAY}}},
                event=Event(name, key, by),
                otherwise=AgencyExists,
            )
        except AgencyExists:
            if (await self.get(key))["state"] != "ended":
                raise
            raise AgencyDayLimit(retry_after=int(ASKED_WITHIN.total_seconds())) from None

    async def decide(self, key: str, representative: Document, *, confirmed: bool, by: Cause) -> Document:
        """The legal representative confirms or declines.

        Raises:
            Conflict: `agency_not_waiting`, also for somebody who is not the representative.
        """
        state, name = ("confirmed", "agency.confirmed") if confirmed else ("ended", "agency.ended")
        return await self.change(
            key,
            expects={
                "state": "requested",
                "representative": representative["credential"]["number_index"],
            },
            sets={"state": state},
            event=Event(name, key, by),
            otherwise=AgencyNotWaiting,
        )

    async def end(self, key: str, person: Document, by: Cause) -> Document:
        """The agent gives it up, or the representative takes it back.

        Raises:
            Conflict: `agency_ended`, also for somebody who is neither.
        """
        return await self.change(
            key,
            expects={
                "state": {"$ne": "ended"},
                "$or": [
                    {"person": person["_id"]},
                    {"representative": person["credential"]["number_index"]},
                ],
            },
            sets={"state": "ended"},
            event=Event("agency.ended", key, by),
            otherwise=AgencyEnded,
        )

    async def end_former(self, body: Document, by: Cause) -> None:
        """End what a former legal representative was asked for or confirmed; safe to repeat."""
        former = {
            "body": body["_id"],
            "state": {"$ne": "ended"},
            "representative": {"$ne": body["representative"]},
        }
        await self.change_many(
            former, sets={"state": "ended"}, event=lambda key: Event("agency.ended", key, by)
        )

    async def of_person(self, person: str) -> list[Document]:
        query = {"person": person, "state": {"$ne": "ended"}}
        return [agency async for agency in self.documents.find(query, {"events": 0})]

    async def of_representative(self, person: Document) -> list[Document]:
        """What a legal representative has to confirm, or has confirmed."""
        query = {
            "representative": person["credential"]["number_index"],
            "state": {"$ne": "ended"},
            "person": {"$ne": person["_id"]},
        }
        return [agency async for agency in self.documents.find(query, {"events": 0})]

    async def acts(self, person: str, body: Document) -> bool:
        """Whether the body's present legal representative has confirmed this person."""
        query = {
            "_id": f"{person}:{body['_id']}",
            "state": "confirmed",
            "representative": body["representative"],
        }
        return await self.documents.find_one(query, {"_id": 1}) is not None
