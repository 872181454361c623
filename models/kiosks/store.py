"""Kiosks in MongoDB: one document each, one guarded write a step."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from models.events import Cause, Event, Plan
from models.kiosks.actions import STEPS, Action
from models.kiosks.document import (
    LIVE,
    CommandName,
    Consumable,
    Custody,
    Finding,
    Ground,
    Kiosk,
    Network,
    Outage,
    OutageCause,
    Owner,
    Paper,
    Peripheral,
    Retirement,
    State,
    Supplier,
)
from models.kiosks.rules import KioskMovedOn, KioskNotFound
from models.privacy import Privacy
from models.staff import Member, ScopeMissing, reaches, scopes_of, serves
from models.store import Database, Document, Refusal, Store, entry, unique_text

BEGIN, END, RETIREMENT = "kiosk.suspension_begin", "kiosk.suspension_end", "kiosk.retirement"
TELL = "kiosk.tell_visitors"
"""What is planned: both ends of a suspension, the day of leaving, and that people are told."""

WAITING = ("unposted", "undecided")
"""Marks of kiosks that wait for somebody, which are True while they do: one index each."""
PLACED = ("state", "department", "hall", "township")
"""What the panel's list is narrowed by besides."""


class Kiosks(Store[Kiosk]):
    collection = "kiosks"
    missing = KioskNotFound
    tells = (*(step.event for step in STEPS.values()),)
    plans = (BEGIN, END, RETIREMENT, TELL)
    indexes: ClassVar = [
        unique_text("spot"),
        unique_text("activation.index"),
        IndexModel([("department", ASCENDING), ("state", ASCENDING)], name="department"),
        IndexModel([("hall", ASCENDING), ("state", ASCENDING)], name="hall"),
        IndexModel([("state", ASCENDING)], name="state"),
        IndexModel(
            [("suspension.start", ASCENDING), ("hall", ASCENDING)],
            name="announced",
            partialFilterExpression={"suspension.start": {"$exists": True}},
        ),
        IndexModel([(name, ASCENDING) for name in ("name", "_id", *WAITING, *PLACED)], name="name"),
        *(
            IndexModel(
                [(name, ASCENDING) for name in (mark, *PLACED)],
                name=mark,
                partialFilterExpression={mark: True},
            )
            for mark in WAITING
        ),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    def shaped(self, document: Document) -> Kiosk:
        card, retirement = document["card"], document["retirement"]
        device, suspension = document["device"], document["suspension"]
        if card:
            card = {**card, "contact": self.privacy.opened(card["contact"], _about_card(document["_id"]))}
        return super().shaped(
            {
                **document,
                "state": State(document["state"]),
                "network": Network(document["network"]),
                "owner": Owner(document["owner"]),
                "device": {**device, "peripherals": [Peripheral(one) for one in device["peripherals"]]},
                "consumables": {
                    Consumable(what): Supplier(who) for what, who in document["consumables"].items()
                },
                "papers": {Paper(what): file for what, file in document["papers"].items()},
                "card": card,
                "suspension": _suspension(suspension) if suspension else None,
                "suspensions": [_suspension(one) for one in document["suspensions"]],
                "outages": [{**one, "cause": OutageCause(one["cause"])} for one in document["outages"]],
                "findings": {Finding(what): found for what, found in document["findings"].items()},
                "retirement": _grounded(retirement) if retirement else None,
                "commands": [{**one, "name": CommandName(one["name"])} for one in document["commands"]],
                "dismissed": [_grounded(one) for one in document["dismissed"]],
            }
        )

    def seal_contact(self, key: str, contact: Any) -> Any:
        """Whom to call when a card is swallowed, as it is kept."""
        return self.privacy.sealed(contact, _about_card(key))

    async def within(self, key: str, member: Member, action: Action) -> Kiosk:
        """A kiosk with which a member may do this: of their department, or in a hall that they serve.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`, also where the member does not reach it.
        """
        if scopes_of(member).isdisjoint(STEPS[action].scopes):
            raise ScopeMissing
        found = await self.get(key)
        if not may(member, found, action):
            raise self.missing
        return found

    async def take(
        self,
        action: Action,
        key: str,
        by: Cause,
        *,
        expects: Document | None = None,
        sets: Document | None = None,
        update: Document | None = None,
        data: Document | None = None,
        plans: tuple[Plan, ...] = (),
        reason: str = "",
        event: Event | None = None,
        otherwise: Refusal = KioskMovedOn,
    ) -> Kiosk:
        """Take a step from the states in which it can be taken, as its record says; of a plan with its event.

        Raises:
            NotFound: `kiosk_not_found`.
            DomainError: `otherwise`, where it is in another state, or not as `expects` says.
        """
        step, update = STEPS[action], update or {}
        event = event or Event(step.event, key, by, data or {}, plans=plans)
        moved: Document = {"state": step.after.value} if step.after else {}
        return await self.change(
            key,
            expects={"state": {"$in": sorted(step.before)}, **(expects or {})},
            sets={**moved, **(sets or {})},
            update={**update, "$push": {**update.get("$push", {}), "timeline": entry(event, reason)}},
            event=event,
            otherwise=otherwise,
        )

    async def find(self, key: str) -> Kiosk | None:
        return await self._first({"_id": key})

    async def one_of(self, query: Document) -> Kiosk | None:
        return await self._first(query)

    async def those(self, keys: Iterable[str]) -> list[Kiosk]:
        """The kiosks with these ids; one that is gone is left out."""
        query = {"_id": {"$in": sorted(set(keys))}}
        return await self._each(self.documents.find(query, {"events": 0, "timeline": 0}))

    async def beside(self, key: str, hall: str) -> list[Kiosk]:
        """The others of a hall that are in service."""
        query = {"hall": hall, "state": State.IN_SERVICE.value, "_id": {"$ne": key}}
        return await self._each(self.documents.find(query, {"events": 0, "timeline": 0}))

    async def to_look_at(self) -> list[Kiosk]:
        """Those that could be proposed to retire."""
        query = {"state": {"$in": sorted(LIVE)}, "retirement": None}
        return await self._each(self.documents.find(query, {"events": 0, "timeline": 0}))

    async def files_held(self, keys: Iterable[str]) -> set[str]:
        """Ids of the files that belong to any of these kiosks: papers and letters."""
        held: set[str] = set()
        async for one in self.documents.find({"_id": {"$in": sorted(keys)}}):
            with_letters = [one["suspension"], *one["suspensions"], one["retirement"], *one["dismissed"]]
            letters = [each["letter"] for each in with_letters if each and each["letter"]]
            held |= {*one["papers"].values(), *(letter["file"] for letter in letters)}
        return held


def may(member: Member, kiosk: Kiosk, action: Action) -> bool:
    """Whether a scope for the action takes a member as far as this kiosk."""
    hall, township = kiosk["hall"] or "", kiosk["township"] or ""
    return any(
        reaches(member, scope, kiosk["department"]) or serves(member, scope, hall, township)
        for scope in STEPS[action].scopes
    )


def nothing_came_of(proposal: Retirement, reason: str, by: Cause) -> Document:
    """The operator that keeps a proposal to retire, with its letter, among those that were dismissed."""
    kept = {
        "ground": proposal["ground"].value,
        "occasion": proposal["occasion"],
        "letter": proposal["letter"],
        "at": by.at,
        "by": by.actor,
        "reason": reason,
    }
    return {"dismissed": kept}


def opened_outage(start: datetime, cause: OutageCause, reason: str) -> Document:
    """The operator that adds a time out of service which begins."""
    return {"outages": {"start": start, "end": None, "cause": cause.value, "reason": reason}}


def ended(kiosk: Kiosk, end: datetime) -> list[Outage]:
    """Its times out of service, of which none lasts longer than to `end`."""
    return [one if one["end"] else {**one, "end": max(one["start"], end)} for one in kiosk["outages"]]


def _about_card(key: str) -> str:
    return f"kiosk:{key}:card"


def _suspension(document: Document) -> Document:
    return {**document, "custody": Custody(document["custody"])}


def _grounded(document: Document) -> Document:
    return {**document, "ground": Ground(document["ground"])}
