"""A paper on paper: as it goes into an envelope or is read out, with the slip (送达回证) that is signed."""

from dataclasses import dataclass
from datetime import datetime

from models import typed
from models.applications import (
    REMEDY_NOTICE,
    Application,
    Applications,
    can_contest,
    decision_text,
    remedy_periods,
)
from models.blacklist import Bans
from models.blacklist import paper_of as decision_of
from models.events import Cause, Event
from models.papers import Part
from models.people import Applicant, Applicants, RevealNeedsReason
from models.serving import BY_CLERKS, PRINTED, Paper, Serving, ServingMovedOn, Servings, State, name_of
from models.staff import Member


@dataclass(frozen=True)
class PrintedPaper:
    """The words of a paper for its person, who is named in full. `number` says by what the paper is known,
    `about` what else its head names, as label and text; `credential` is the kind and the number of the
    person's card, None where the paper does not name it; `file` is what a file that belongs to it is called,
    `address` where it is sent: each empty where there is none or it is not known."""

    title: str
    number: tuple[str, str]
    name: str
    credential: tuple[str, str] | None
    about: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    office: str
    decided_at: datetime
    file: str
    address: str


@dataclass(frozen=True)
class Printing:
    servings: Servings
    applications: Applications
    bans: Bans
    applicants: Applicants

    async def print_out(
        self, key: str, member: Member, reason: str, by: Cause
    ) -> tuple[Serving, PrintedPaper]:
        """A paper as it is printed while a clerk serves it; who printed it, and why, is recorded first.

        Raises:
            NotFound: `serving_not_found`, also of another department's.
            Forbidden: `scope_missing`.
            BadInput: `reason_required`.
            Conflict: `serving_moved_on`, no clerk is to do anything about it now.
        """
        found = await self.servings.theirs(key, member)
        if not (reason := typed.words(reason)):
            raise RevealNeedsReason
        why = self.servings.privacy.sealed(reason, f"serving:{key}:reason")
        recorded = await self.servings.change(
            key,
            expects={
                "state": State.UNDERWAY.value,
                "step": {"$in": [how.value for how in BY_CLERKS]},
            },
            event=Event(PRINTED, key, by, {"applicant": found["applicant"], "reason": why}),
            otherwise=ServingMovedOn,
        )
        return recorded, await self._paper(recorded)

    async def _paper(self, serving: Serving) -> PrintedPaper:
        person = await self.applicants.get(serving["applicant"])
        if serving["paper"] is Paper.BAN:
            return await self._decision(serving, person)
        return await self._ending(serving, person)

    async def _decision(self, serving: Serving, person: Applicant) -> PrintedPaper:
        ban = await self.bans.get(serving["about"])
        paper = decision_of(ban)
        return PrintedPaper(
            title=paper.title,
            number=("编号", paper.number),
            name=self.applicants.name(person),
            credential=(person["credential"]["label"], self.applicants.number(person)),
            about=(),
            parts=paper.parts,
            office=paper.office,
            decided_at=ban["confirmed_at"] or ban["proposed_at"],
            file="",
            address="",
        )

    async def _ending(self, serving: Serving, person: Applicant) -> PrintedPaper:
        application = await self.applications.get(serving["about"])
        place, result = self.applications.place(application), application["result"]
        return PrintedPaper(
            title=name_of(application, serving["paper"]),
            number=("申请流水号", str(application["serial"])),
            name=self.applicants.name(person),
            credential=None,
            about=(("申请事项", application["item_name"]),),
            parts=tuple(ending_parts(application)),
            office=application["department_name"],
            decided_at=application["timeline"][-1]["at"],
            file=(result and result["file_name"]) or "",
            address=(place and place["address"]) or "",
        )


def ending_parts(application: Application) -> list[Part]:
    """What the applicant's own page says of an outcome against them."""
    parts = []
    if result := application["result"]:
        parts.append(Part("办理结果", (decision_text(application) or "",)))
        parts.append(Part("理由", (result["reason"],)))
    if refusal := application.get("refusal"):
        parts.append(Part("理由", (refusal["reason"],)))
        parts.append(Part("依据", (refusal["basis"],)))
    if can_contest(application):
        told = remedy_periods(application["changed_at"])
        parts.append(Part("救济途径", (REMEDY_NOTICE.format(**told),)))
    return [part for part in parts if any(part.lines)]
