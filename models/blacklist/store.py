"""Decisions on the blacklist in MongoDB: one document each, one guarded write a step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from pymongo import DESCENDING, IndexModel

from models.blacklist.document import GROUNDS, SHOWN, AppealState, Ban, FindingState, Ground, State
from models.blacklist.in_force import InForce, Known
from models.blacklist.rules import BanNotFound
from models.paging import Order, Page, count_in, page_in
from models.people import ApplicantKind
from models.privacy import Privacy
from models.serving import How
from models.staff import Member, Scope, check_district
from models.store import Database, Document, Store, part
from models.workdays import local_moment

PROPOSED, DECLINED, CONFIRMED = "ban.proposed", "ban.declined", "ban.confirmed"
DELIVERED, EXPIRED = "ban.delivered", "ban.expired"
APPEALED, APPEAL_FILED = "ban.appealed", "ban.appeal_filed"
KEPT, LIFTED, DELISTED = "ban.kept", "ban.lifted", "ban.delisted"
MALICE_PROPOSED, MALICE_CONFIRMED, MALICE_DECLINED = (
    "ban.malice_proposed",
    "ban.malice_confirmed",
    "ban.malice_declined",
)
EVIDENCE_VIEWED = "ban.evidence_viewed"
EXPIRY = "ban.expiry"
PAPER = "ban.paper"
"""What is planned where a decision is there to be served, and where it is no decision any more."""
KEPT_BACK = frozenset(
    {
        "applicant",
        "keys",
        "running",
        "flag",
        "proposed_by",
        "proposed_at",
        "confirmed_by",
        "evidence",
        "masked_name",
    }
)
"""Of what a person is given of their own: no ids, no officers, and of evidence not the copies."""


@dataclass(frozen=True)
class Wanted:
    """Which decisions a list has: those in `states`; of the confirmed ones those that wait to be delivered
    (`unread`), or that bar at a moment; on one ground; proposed in the month that begins on a day."""

    states: tuple[State, ...] = tuple(State)
    unread: bool = False
    barring_at: datetime | None = None
    ground: Ground | None = None
    month: date | None = None

    def query(self) -> Document:
        asked: Document = {"state": {"$in": [state.value for state in self.states]}}
        if self.unread:
            asked["until"] = None
        elif self.barring_at:
            asked["until"] = {"$gt": self.barring_at}
        if self.ground:
            asked["ground"] = self.ground.value
        if self.month:
            end = (self.month + timedelta(days=31)).replace(day=1)
            begin = local_moment(self.month, time.min)
            asked["proposed_at"] = {"$gte": begin, "$lt": local_moment(end, time.min)}
        return asked

    @property
    def order(self) -> Order:
        """What waits for an officer or for its delivery, the longest first; else the latest."""
        return Order("proposed_at", latest_first=not (self.unread or self.states == (State.PROPOSED,)))


@dataclass(frozen=True)
class WantedAppeals:
    """Those in `states`; with `overdue_at` those that were due before a moment."""

    states: tuple[AppealState, ...]
    overdue_at: datetime | None = None

    def query(self) -> Document:
        asked: Document = {"appeal.state": {"$in": [state.value for state in self.states]}}
        return asked | ({"appeal.due_at": {"$lt": self.overdue_at}} if self.overdue_at else {})

    @property
    def order(self) -> Order:
        return Order("appeal.due_at", latest_first=AppealState.OPEN not in self.states)


class Bans(Store[Ban]):
    """Reads decisions and opens what is sealed in them; what officers and people do is in `decisions` and
    `appeals`."""

    collection = "bans"
    missing = BanNotFound
    tells = (
        PROPOSED,
        DECLINED,
        CONFIRMED,
        DELIVERED,
        EXPIRED,
        APPEALED,
        APPEAL_FILED,
        KEPT,
        LIFTED,
        DELISTED,
        MALICE_PROPOSED,
        MALICE_CONFIRMED,
        MALICE_DECLINED,
        EVIDENCE_VIEWED,
    )
    plans = (EXPIRY, PAPER)
    indexes: ClassVar = [
        IndexModel("running", unique=True, partialFilterExpression={"running": {"$exists": True}}),
        IndexModel(
            [("year", DESCENDING), ("sequence", DESCENDING)],
            unique=True,
            name="number",
            partialFilterExpression={"sequence": {"$exists": True}},
        ),
        IndexModel([("keys", 1), ("proposed_at", DESCENDING)], name="keys"),
        IndexModel(
            [
                ("state", 1),
                ("proposed_at", DESCENDING),
                ("_id", DESCENDING),
                ("until", 1),
                ("ground", 1),
            ],
            name="listed",
        ),
        IndexModel(
            [("state", 1), ("until", 1), ("proposed_at", 1), ("_id", 1), ("ground", 1)], name="unread"
        ),
        IndexModel([("appeal.state", 1), ("appeal.due_at", 1), ("_id", 1)], name="appeals"),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy, self.now_in_force = privacy, InForce(self.documents)

    def shaped(self, document: Document) -> Ban:
        key = document["_id"]
        opened = {name: self._opened(key, document[name]) for name in ("facts", "reason")}
        if appeal := document["appeal"]:
            words = {name: self._opened(key, appeal[name]) for name in ("words", "reason")}
            opened["appeal"] = {**appeal, **words, "state": AppealState(appeal["state"])}
        if delivered := document["delivered"]:
            opened["delivered"] = {**delivered, "how": How(delivered["how"])}
        if finding := document.get("malice"):
            facts = self._opened(key, finding["facts"])
            opened["malice"] = {**finding, "facts": facts, "state": FindingState(finding["state"])}
        enums = {
            "kind": ApplicantKind(document["kind"]),
            "ground": GROUNDS[document["ground"]],
            "state": State(document["state"]),
        }
        return super().shaped({**document, **opened, **enums})

    def sealed(self, key: str, words: str) -> Any:
        """What was written in a decision or an appeal, as it is kept."""
        return self.privacy.sealed(words, f"ban:{key}:words")

    def _opened(self, key: str, kept: Any) -> Any:
        return self.privacy.opened(kept, f"ban:{key}:words")

    async def in_force(self, keys: list[str], at: datetime) -> Ban | None:
        """The decision that keeps one of these from applying online at a moment, if there is one."""
        found = await self.now_in_force.ask(Known(frozenset(keys), at))
        return None if found is None else self.shaped(found)

    async def of_keys(self, keys: list[str]) -> list[Ban]:
        """All decisions on one who is known by one of these, the latest first."""
        query = {"keys": {"$in": keys}, "state": {"$in": [state.value for state in SHOWN]}}
        found = self.documents.find(query, {"events": 0}).sort("proposed_at", DESCENDING)
        return await self._each(found)

    async def of_keys_whole(self, keys: list[str]) -> list[Ban]:
        """As `of_keys`, with what was proposed and came to nothing, for those who decide."""
        found = self.documents.find({"keys": {"$in": keys}}, {"events": 0}).sort("proposed_at", DESCENDING)
        return await self._each(found)

    async def page(
        self, member: Member, wanted: Wanted, limit: int, *, after: str = "", before: str = ""
    ) -> Page[Ban]:
        """
        Raises:
            PageUnknown: `after` or `before` is no place of a list.
            Forbidden: `scope_missing`.
        """
        check_district(member, Scope.BLACKLIST_DECIDE)
        return await page_in(self, wanted.query(), wanted.order, limit, after=after, before=before)

    async def count(self, member: Member, wanted: Wanted) -> int:
        """Counted no further than `paging.ENOUGH` and one."""
        check_district(member, Scope.BLACKLIST_DECIDE)
        return await count_in(self, wanted.query())

    async def appeals(
        self, member: Member, wanted: WantedAppeals, limit: int, *, after: str = "", before: str = ""
    ) -> Page[Ban]:
        """Decisions with their appeals; those that wait by the day on which they are due.

        Raises:
            PageUnknown: `after` or `before` is no place of a list.
            Forbidden: `scope_missing`.
        """
        check_district(member, Scope.APPEALS_DECIDE)
        return await page_in(self, wanted.query(), wanted.order, limit, after=after, before=before)

    async def count_appeals(self, member: Member, wanted: WantedAppeals) -> int:
        check_district(member, Scope.APPEALS_DECIDE)
        return await count_in(self, wanted.query())

    async def next_number(self, year: int) -> int:
        """One more than the last number of a year. Of two who take it at once the index lets one through."""
        last = await self.documents.find_one({"year": year}, {"sequence": 1}, sort=[("sequence", DESCENDING)])
        return int(last["sequence"]) + 1 if last else 1

    async def files_held(self, keys: Iterable[str]) -> set[str]:
        """Ids of the files that belong to any of these decisions: copies of evidence, and of appeals."""
        look = {"evidence.copy": 1, "appeal.files.file": 1}
        found = self.documents.find({"_id": {"$in": sorted(keys)}}, look)
        return {file async for one in found for file in files_of(one)}

    async def export(self, keys: list[str]) -> list[Document]:
        """All decisions on a person, for that person."""
        return [
            {
                **part(one, KEPT_BACK),
                "evidence": [each["title"] for each in one["evidence"]],
                "appeal": part(one["appeal"], frozenset({"decided_by"})) if one["appeal"] else None,
                "malice": part(one["malice"], frozenset({"proposed_by"})) if is_malice(one) else None,
            }
            for one in await self.of_keys(keys)
        ]


def files_of(ban: Mapping[str, Any]) -> set[str]:
    """Ids of the copies of its evidence, and of the files of its appeal."""
    copies = {each["copy"] for each in ban["evidence"] if each["copy"]}
    return copies | {each["file"] for each in (ban.get("appeal") or {}).get("files", ())}


def is_malice(ban: Ban) -> bool:
    """Whether it was found, by two officers, to be malice."""
    return "malice" in ban and ban["malice"]["state"] is FindingState.CONFIRMED


def new_key() -> str:
    return uuid4().hex
