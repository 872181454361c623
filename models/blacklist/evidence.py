"""Evidence of a decision, frozen when it is proposed: what it rests on is neither changed nor removed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO

from models.applications import Applications
from models.blacklist.document import Evidence, Kind
from models.blacklist.rules import EvidenceOfAnother, EvidenceRequired
from models.errors import NotFound
from models.events import Cause
from models.materials.store import KeptFile, Materials
from models.people import Applicant
from models.privacy import Privacy
from models.voices import Mark, Reviews

CODE = "evidence"
"""Under which the copies are kept, instead of a material's code."""
HANDED_IN = "工作人员提交的证据"
"""What a file is called that an officer or a clerk handed in."""


class EvidenceNotFound(NotFound):
    code = "evidence_not_found"
    message = "没有找到这项证据"


@dataclass(frozen=True)
class Reference:
    """A record or a file that is to be evidence, by its id."""

    kind: Kind
    key: str


@dataclass(frozen=True)
class Opened:
    """Evidence that an officer looks at: the `record` as it was, None for a file; `unchanged` says whether it
    has the SHA-256 with which it was frozen."""

    evidence: Evidence
    record: Any
    unchanged: bool


@dataclass(frozen=True)
class Freezer:
    applications: Applications
    reviews: Reviews
    materials: Materials
    privacy: Privacy

    async def freeze(
        self,
        references: Sequence[Reference],
        subject: Applicant,
        ban: str,
        by: Cause,
        file: BinaryIO | None = None,
    ) -> list[Evidence]:
        """Each of them as it is now: a record sealed with its hash, a file copied; and a `file` that the
        officer hands in, as `Materials.keep` takes one. A review is one that was set aside.

        Raises:
            Refused: `evidence_required`, there is none; `evidence_of_another`, one is not of the `subject`.
            NotFound: one is not there.
            BadInput: the file cannot be taken; see `models.materials.inspection`.
        """
        if not references and file is None:
            raise EvidenceRequired
        frozen = [await self._frozen(one, subject, ban, by) for one in dict.fromkeys(references)]
        return [*frozen, *([await self._handed_in(file, subject, ban, by)] if file else [])]

    async def _handed_in(self, file: BinaryIO, subject: Applicant, ban: str, by: Cause) -> Evidence:
        kept = await self.materials.keep(subject["_id"], ban, CODE, HANDED_IN, file, by)
        return _of_file(kept["_id"], kept)

    async def _frozen(self, one: Reference, subject: Applicant, ban: str, by: Cause) -> Evidence:
        if one.kind == "file":
            return await self._file(one.key, subject, ban, by)
        if one.kind == "review":
            review = await self.reviews.get(one.key)
            if Mark.SET_ASIDE not in review["marks"]:  # of one that counts nobody is told who gave it
                raise self.reviews.missing
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
        return _of_file(key, copy)

    async def opened(self, evidence: Evidence, ban: str) -> Opened:
        """Evidence as it was, compared with its hash."""
        if (sealed := evidence["content"]) is None:
            _, content = await self.materials.read(str(evidence["copy"]))
            return Opened(evidence, None, sha256(content).hexdigest() == evidence["sha256"])
        text = self.privacy.opened(sealed, context(ban))
        return Opened(evidence, json.loads(text), sha256(text.encode()).hexdigest() == evidence["sha256"])


def context(ban: str) -> str:
    return f"ban:{ban}:evidence"


def _of_file(key: str, kept: KeptFile) -> Evidence:
    return Evidence(
        kind="file", key=key, title=kept["name"], sha256=kept["sha256"], content=None, copy=kept["_id"]
    )


def _check_whose(record: Mapping[str, Any], subject: Applicant) -> None:
    if subject["_id"] not in (record["applicant"], record.get("agent")):
        raise EvidenceOfAnother


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not kept as evidence")
