"""Decisions on the blacklist in MongoDB: one document each, one guarded write a step."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from pymongo import DESCENDING, IndexModel

from models.blacklist.document import GROUNDS, SHOWN, AppealState, Ban, FindingState, How, State
from models.blacklist.rules import BanNotFound
from models.people import ApplicantKind
from models.privacy import Privacy
from models.store import Database, Document, Store, part

PROPOSED, DECLINED, CONFIRMED = "ban.proposed", "ban.declined", "ban.confirmed"
DELIVERED, EXPIRED = "ban.delivered", "ban.expired"
APPEALED, APPEAL_FILED = "ban.appealed", "ban.appeal_filed"
KEPT, LIFTED, DELISTED = "ban.kept", "ban.lifted", "ban.delisted"
MALICE_PROPOSED, MALICE_CONFIRMED, MALICE_DECLINED = (
    "ban.malice_proposed",
    "ban.malice_confirmed",
    "ban.malice_declined",
)
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
        IndexModel([("state", 1), ("proposed_at", DESCENDING)], name="state"),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.database, self.privacy = database, privacy

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
        return await self._first(
            {"keys": {"$in": keys}, "state": State.CONFIRMED.value, "until": {"$gt": at}}
        )

    async def of_keys(self, keys: list[str]) -> list[Ban]:
        """All decisions on one who is known by one of these, the latest first."""
        query = {"keys": {"$in": keys}, "state": {"$in": [state.value for state in SHOWN]}}
        found = self.documents.find(query, {"events": 0}).sort("proposed_at", DESCENDING)
        return await self._each(found)

    async def next_number(self, year: int) -> int:
        """One more than the last number of a year. Of two who take it at once the index lets one through."""
        last = await self.documents.find_one({"year": year}, {"sequence": 1}, sort=[("sequence", DESCENDING)])
        return int(last["sequence"]) + 1 if last else 1

    async def files_held(self, keys: Iterable[str]) -> set[str]:
        """Ids of the files that belong to any of these decisions: copies of evidence, and of appeals."""
        look = {"evidence.copy": 1, "appeal.files.file": 1}
        held: set[str] = set()
        async for one in self.documents.find({"_id": {"$in": sorted(keys)}}, look):
            held |= {each["copy"] for each in one["evidence"] if each["copy"]}
            held |= {each["file"] for each in (one.get("appeal") or {}).get("files", ())}
        return held

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


def is_malice(ban: Ban) -> bool:
    """Whether it was found, by two officers, to be malice."""
    return "malice" in ban and ban["malice"]["state"] is FindingState.CONFIRMED


def new_key() -> str:
    return uuid4().hex
