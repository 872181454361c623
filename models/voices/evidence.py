"""Files that show what a department disputes a review for: added until service management asks the person.

From then on they are frozen: none is added or removed, and each has its SHA-256 in the dispute.
"""

from dataclasses import dataclass
from typing import BinaryIO

from models.errors import Conflict, DomainError, Forbidden, NotFound, Refused
from models.events import Cause, Event
from models.materials.store import KeptFile, Materials
from models.staff import Member, Scope, check_scope, reaches
from models.voices.document import Dispute, DisputeState, GivenReview
from models.voices.reviews import Reviews

CODE = "dispute"
"""Under which the files are kept, instead of a material's code."""
MOST_FILES = 5


class EvidenceFrozen(Conflict):
    code = "evidence_frozen"
    message = "异议已进入征询或已有决定，证据不能再增减"


class TooMuchEvidence(Refused):
    code = "too_much_evidence"
    message = "证据文件最多{most}份"


class EvidenceNotShown(Forbidden):
    code = "evidence_not_shown"
    message = "证据文件只供提出异议的部门负责人和政务管理科查看"


class DisputeFileNotFound(NotFound):
    code = "dispute_file_not_found"
    message = "没有找到这份证据"


@dataclass(frozen=True)
class DisputeFiles:
    reviews: Reviews
    materials: Materials

    async def check_open(self, ref: str, member: Member) -> GivenReview:
        """A review whose dispute takes another file of this member's.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `review_not_found`, also where it is not of the department.
            Conflict: `evidence_frozen`, also where it is not disputed.
            Refused: `too_much_evidence`.
        """
        check_scope(member, Scope.DISPUTES_RAISE)
        found = await self.reviews.get_by_ref(ref)
        if not reaches(member, Scope.DISPUTES_RAISE, found["department"] or ""):
            raise self.reviews.missing
        dispute = found["dispute"]
        if not takes_files(dispute):
            raise EvidenceFrozen
        if dispute and len(dispute["files"]) >= MOST_FILES:
            raise TooMuchEvidence(most=MOST_FILES)
        return found

    async def attach(self, ref: str, member: Member, file: BinaryIO, by: Cause) -> GivenReview:
        """Add a file to a dispute.

        Raises:
            see `check_open`.
            BadInput: the file cannot be taken; see `models.materials.inspection`.
        """
        found = await self.check_open(ref, member)
        matter, dispute = found["_id"], found["dispute"]
        number = len(dispute["files"]) + 1 if dispute else 1
        kept = await self.materials.keep(found["applicant"], matter, CODE, f"证据{number}", file, by)
        line = {"file": kept["_id"], "name": kept["name"], "sha256": kept["sha256"], "at": by.at}
        try:
            return await self.reviews.change(
                matter,
                expects={
                    "dispute.state": DisputeState.RAISED.value,
                    f"dispute.files.{MOST_FILES - 1}": {"$exists": False},
                },
                update={"$push": {"dispute.files": line}},
                event=Event("review.evidence_added", matter, by, {"sha256": kept["sha256"]}),
                otherwise=EvidenceFrozen,
            )
        except DomainError:  # it was asked about meanwhile, or others added theirs
            await self.materials.drop(kept["_id"], by)
            raise

    async def view(self, ref: str, number: int, member: Member, by: Cause) -> tuple[KeptFile, bytes]:
        """A file, counted from 1, for who disputes or decides; that it was looked at is on record.

        Raises:
            NotFound: `review_not_found`, `evidence_not_found`.
            Forbidden: `evidence_not_shown`.
        """
        found = await self.reviews.seen(ref, member)
        if not sees_evidence(member, found):
            raise EvidenceNotShown
        files = found["dispute"]["files"] if found["dispute"] else []
        if not 1 <= number <= len(files):
            raise DisputeFileNotFound
        return await self.materials.view(files[number - 1]["file"], by)


def takes_files(dispute: Dispute | None) -> bool:
    return dispute is not None and dispute["state"] is DisputeState.RAISED


def sees_evidence(member: Member, review: GivenReview) -> bool:
    """Others of the department do not: what shows what happened may show who gave the review."""
    office = review["department"] or ""
    return any(reaches(member, scope, office) for scope in (Scope.DISPUTES_RAISE, Scope.DISPUTES_DECIDE))
