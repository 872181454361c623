"""Evidence of a decision, frozen when it is proposed: what it rests on is neither changed nor removed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from models.applications import Applications
from models.blacklist.document import Evidence
from models.blacklist.rules import EvidenceRequired
from models.errors import Refused
from models.events import Cause
from models.materials.store import Materials
from models.people import Applicant
from models.privacy import Privacy
from models.voices import Reviews

CODE = "evidence"
"""Under which the copies are kept, instead of a material's code."""


class EvidenceOfAnother(Refused):
    code = "evidence_of_another"
    message = "所附证据不属于该服务对象"


@dataclass(frozen=True)
class Reference:
    """A record or a file that is to be evidence, by its id."""

    kind: Literal["application", "review", "file"]
    key: str


@dataclass(frozen=True)
class Freezer:
    applications: Applications
    reviews: Reviews
    materials: Materials
    privacy: Privacy

    async def freeze(
        self, references: Sequence[Reference], subject: Applicant, ban: str, by: Cause
    ) -> list[Evidence]:
        """Each of them as it is now: a record sealed with its hash, a file copied.

        Raises:
            Refused: `evidence_required`, there is none; `evidence_of_another`, one is not of the `subject`.
            NotFound: one is not there.
        """
        if not references:
            raise EvidenceRequired
        return [await self._frozen(one, subject, ban, by) for one in dict.fromkeys(references)]

    async def _frozen(self, one: Reference, subject: Applicant, ban: str, by: Cause) -> Evidence:
        if one.kind == "file":
            return await self._file(one.key, subject, ban, by)
        if one.kind == "review":
            review = await self.reviews.get(one.key)
            _check_whose(review, subject)
            return self._record(one, ban, f"评价：{review['item_name']}", review)
        found = await self.applications.get(one.key)
        _check_whose(found, subject)
        record = {**found, "answers": self.applications.answers(found)}
        return self._record(one, ban, f"办件 {found['serial'] or ''}：{found['item_name']}", record)

    def _record(self, one: Reference, ban: str, title: str, record: Mapping[str, Any]) -> Evidence:
        kept = {name: value for name, value in record.items() if name != "events"}
        text = json.dumps(kept, ensure_ascii=False, sort_keys=True, default=_plain)
        return Evidence(
            kind=one.kind,
            key=one.key,
            title=title,
            sha256=sha256(text.encode()).hexdigest(),
            content=self.privacy.sealed(text, context(ban)),
            copy=None,
        )

    async def _file(self, key: str, subject: Applicant, ban: str, by: Cause) -> Evidence:
        found = await self.materials.get(key)
        if found["applicant"] != subject["_id"]:
            _check_whose(await self.applications.get(found["application"]), subject)
        copy = await self.materials.copy(key, ban, CODE, by)
        return Evidence(
            kind="file", key=key, title=copy["name"], sha256=copy["sha256"], content=None, copy=copy["_id"]
        )

    def opened(self, evidence: Evidence, ban: str) -> Any:
        """A record as it was, for those who decide."""
        return (
            json.loads(self.privacy.opened(evidence["content"], context(ban)))
            if evidence["content"]
            else None
        )


def context(ban: str) -> str:
    return f"ban:{ban}:evidence"


def _check_whose(record: Mapping[str, Any], subject: Applicant) -> None:
    if subject["_id"] not in (record["applicant"], record.get("agent")):
        raise EvidenceOfAnother


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not kept as evidence")
