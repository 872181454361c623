"""The papers of an application: a file handed in for a material, taken back, or dropped with its draft."""

from dataclasses import dataclass
from typing import BinaryIO

from models.applications import Applications, check_open
from models.errors import DomainError, NotFound
from models.events import Cause
from models.guides import Guide
from models.materials.store import Materials
from models.people.parties import Party
from models.store import Document


class MaterialUnknown(NotFound):
    code = "material_not_asked"
    message = "该事项不需要这项材料"


@dataclass(frozen=True)
class Papers:
    """Keeps applications and files together: a file that no application holds any more is dropped."""

    applications: Applications
    materials: Materials

    async def hand_in(
        self, party: Party, found: Document, guide: Guide, code: str, name: str, file: BinaryIO, by: Cause
    ) -> None:
        """Keep a file as one of the materials that the guide asks for online, and of no other (article 14).

        Raises:
            NotFound: `material_not_asked`.
            Refused, Conflict: not now; see `check_open`.
            BadInput: the file cannot be taken; see `models.materials.inspection`.
        """
        check_asked(found, guide, code)
        material = await self.materials.keep(party.id, found["_id"], code, name, file, by)
        try:
            unneeded = await self.applications.attach(found["_id"], party, guide, code, material, by)
        except DomainError:  # it has moved on meanwhile
            await self.materials.drop(material["_id"], by)
            raise
        if unneeded:
            await self.materials.drop(unneeded, by)

    async def take_back(self, party: Party, found: Document, code: str, by: Cause) -> None:
        """Take a material off the application again.

        Raises:
            Refused, Conflict: see `Applications.detach`.
        """
        if unneeded := await self.applications.detach(found["_id"], party, code, by):
            await self.materials.drop(unneeded, by)

    async def discard(self, party: Party, key: str, by: Cause) -> None:
        """Take a draft away, and then the files that were uploaded for it.

        Raises:
            Conflict: see `Applications.discard`.
        """
        found = await self.applications.discard(key, party, by)
        for material in found["materials"]:
            if material["file"]:
                await self.materials.drop(material["file"], by)


def check_asked(found: Document, guide: Guide, code: str) -> None:
    """
    Raises:
        NotFound: `material_not_asked`.
        Refused, Conflict: not now; see `check_open`.
    """
    if code not in {material.code for material in guide.online_materials() if material.uploads}:
        raise MaterialUnknown
    check_open(found, code)
