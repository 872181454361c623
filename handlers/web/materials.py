"""Handing in a material of one's own application, and taking it back (article 14)."""

from typing import BinaryIO

from handlers.web.services import Services
from models.applications import check_open
from models.errors import DomainError, NotFound
from models.events import Cause
from models.guides import Guide
from models.people.parties import Party
from models.store import Document


class MaterialUnknown(NotFound):
    code = "material_not_asked"
    message = "该事项不需要这项材料"


async def hand_in(
    services: Services,
    party: Party,
    found: Document,
    guide: Guide,
    code: str,
    name: str,
    file: BinaryIO,
    by: Cause,
) -> None:
    """Keep a file as one of the materials that the guide asks for online, and of no other (article 14).

    Raises:
        NotFound: `material_not_asked`.
        Refused, Conflict: not now; see `check_open`.
        BadInput: the file cannot be taken; see `models.materials.inspection`.
    """
    check_asked(found, guide, code)
    material = await services.materials.keep(party.id, found["_id"], code, name, file, by)
    try:
        unneeded = await services.applications.attach(found["_id"], party, guide, code, material, by)
    except DomainError:  # it has moved on meanwhile
        await services.materials.drop(material["_id"], by)
        raise
    if unneeded:
        await services.materials.drop(unneeded, by)


def check_asked(found: Document, guide: Guide, code: str) -> None:
    """
    Raises:
        NotFound: `material_not_asked`.
        Refused, Conflict: not now; see `check_open`.
    """
    if code not in {material.code for material in guide.online_materials() if material.uploads}:
        raise MaterialUnknown
    check_open(found, code)


async def take_back(services: Services, party: Party, found: Document, code: str, by: Cause) -> None:
    """Take a material off the application again."""
    if unneeded := await services.applications.detach(found["_id"], party, code, by):
        await services.materials.drop(unneeded, by)


async def discard(services: Services, party: Party, key: str, by: Cause) -> None:
    """Take a draft away, and then the files that were uploaded for it."""
    found = await services.applications.discard(key, party, by)
    for material in found["materials"]:
        if material["file"]:
            await services.materials.drop(material["file"], by)
