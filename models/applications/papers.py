"""The papers of an application: a file handed in for a material, taken back, or dropped with its draft."""

from dataclasses import dataclass
from typing import BinaryIO

from models.applications import rules
from models.applications.actions import FOLLOWED, State
from models.applications.case import OwnCase
from models.applications.document import Application, Paper, PaperState
from models.applications.filing import Filing
from models.applications.store import Applications
from models.errors import Conflict, DomainError, NotFound, Refused
from models.events import Cause, Event
from models.guides import Guide
from models.materials.store import KeptFile, Materials
from models.people import Party
from models.store import entry

CHANGED = "application.material_changed"
HANDED_IN = frozenset({State.GENERATED, State.SUBMITTED, State.ACCEPTED, State.PAUSED})
"""States in which a file cannot be taken back; a material that was to follow can still be handed in."""


class MaterialUnknown(NotFound):
    code = "material_not_asked"
    message = "该事项不需要这项材料"


class MaterialNotYours(Refused):
    code = "material_not_yours"
    message = "该文件不属于本次申请"


@dataclass(frozen=True)
class Papers:
    """Keeps applications and files together: a file that no application holds any more is dropped."""

    applications: Applications
    filing: Filing
    materials: Materials

    async def hand_in(self, case: OwnCase, code: str, file: BinaryIO, by: Cause) -> None:
        """Keep a file as one of the materials that the guide asks for online, and of no other (article 14).

        Raises:
            NotFound: `material_not_asked`.
            Refused, Conflict: not now; see `check_asked`.
            BadInput: the file cannot be taken; see `models.materials.inspection`.
        """
        check_asked(case, code)
        called = next(one.name for one in case.guide.materials if one.code == code)
        material = await self.materials.keep(case.party.id, case.key, code, called, file, by)
        try:
            unneeded = await self.attach(case, code, material, by)
        except DomainError:  # it has moved on meanwhile
            await self.materials.drop(material["_id"], by)
            raise
        if unneeded:
            await self.materials.drop(unneeded, by)

    async def take_back(self, case: OwnCase, code: str, by: Cause) -> None:
        """Take a material off the application again; see `detach`."""
        if unneeded := await self.detach(case, code, by):
            await self.materials.drop(unneeded, by)

    async def discard(self, key: str, party: Party, by: Cause) -> None:
        """Take a draft away, and then the files that were uploaded for it; doing it again changes nothing.

        Raises:
            ApplicationNotFound: there is none, or it is another applicant's.
            Conflict: see `Filing.discard`.
        """
        found = await self.applications.get(key)
        if not _is_discarded(found, party):
            try:
                await self.filing.discard(found, party, by)
            except Conflict:  # of two at once the second finds the first
                if not _is_discarded(await self.applications.get(key), party):
                    raise
        for paper in found["materials"]:
            if paper["file"]:
                await self.materials.drop(paper["file"], by)

    async def attach(self, case: OwnCase, code: str, material: KeptFile, by: Cause) -> str | None:
        """Attach a kept file to a material; returns the file that it replaces, if the department has not
        had that.

        The application is read again, since judging the file took seconds.

        Raises:
            NotFound: `material_not_asked`.
            Refused: `material_not_asked`, `material_not_yours`.
            Conflict: `already_submitted` or `application_moved_on`.
        """
        case = case.changed_to(await self.applications.get(case.key))
        check_asked(case, code)
        if material["applicant"] != case.party.id or material["application"] != case.key:
            raise MaterialNotYours
        return await self._put(case.application, code, by, file=material["_id"], name=material["name"])

    async def detach(self, case: OwnCase, code: str, by: Cause) -> str | None:
        """Take a file off a material, unless it has been handed in; returns it, if the department has not
        had it. Doing it again changes nothing.

        Raises:
            Refused: `material_not_asked`.
            Conflict: `already_submitted` or `application_moved_on`.
        """
        if case.state in HANDED_IN:
            raise rules.moved_on(case.state)
        rules.check_open(case.application, code)
        if not _file_of(case.application, code):
            return None
        try:
            return await self._put(case.application, code, by, file=None, name=None)
        except rules.ApplicationMovedOn:  # of two at once the second finds the first
            now = await self.applications.get(case.key)
            if now["state"] is not case.state or _file_of(now, code):
                raise
            return None

    async def _put(
        self, found: Application, code: str, by: Cause, *, file: str | None, name: str | None
    ) -> str | None:
        """Change one material; others may change at the same time."""
        followed = found["state"] in HANDED_IN
        event = Event(FOLLOWED if followed else CHANGED, found["_id"], by, {"code": code})
        before = _paper_of(found, code)
        expected = {"code": code, "file": before["file"], "state": before["state"].value}
        changed = await self.applications.change(
            found["_id"],
            expects={"state": found["state"].value, "materials": {"$elemMatch": expected}},
            sets={
                "materials.$.file": file,
                "materials.$.file_name": name,
                "materials.$.state": (PaperState.SUBMITTED if file else PaperState.MISSING).value,
                "changed_at": by.at,
            },
            update={"$push": {"timeline": entry(event)}} if followed else None,
            event=event,
            otherwise=rules.ApplicationMovedOn,
        )
        return before["file"] if before["file"] not in rules.files_of(changed) else None


def _is_discarded(found: Application, party: Party) -> bool:
    """Whether it was a draft of the party's own, which they have deleted."""
    return found["state"] is State.DISCARDED and found["applicant"] == party.id


def _paper_of(found: Application, code: str) -> Paper:
    return next(paper for paper in found["materials"] if paper["code"] == code)


def _file_of(found: Application, code: str) -> str | None:
    return _paper_of(found, code)["file"]


def check_asked(case: OwnCase, code: str) -> None:
    """
    Raises:
        NotFound: `material_not_asked`, the guide does not ask for it online.
        Refused: `material_not_asked`, the supplement does not.
        Conflict: `already_submitted` or `application_moved_on`.
    """
    if code not in uploaded(case.guide):
        raise MaterialUnknown
    rules.check_open(case.application, code)


def uploaded(guide: Guide) -> set[str]:
    """Codes of the materials that can be handed in as files."""
    return {material.code for material in guide.online_materials() if material.uploads}
