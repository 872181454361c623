"""Files: the materials of one's own application, and the result (articles 11, 14, 15)."""

from handlers.api.application import Application, ApplicationBase
from handlers.api.applications import MOVED
from handlers.api.contract import Endpoint, File, Media, operation
from handlers.web.uploads import Upload
from handlers.web.visitor import Auth, bound
from models.applications import ApplicationNotFound
from models.applications.papers import MaterialUnknown, check_asked
from models.applications.rules import MaterialNotAsked
from models.events import Cause
from models.materials.inspection.faults import (
    InspectionBusy,
    MaterialActive,
    MaterialDamaged,
    MaterialEncrypted,
    MaterialKindNotAccepted,
    MaterialTooLarge,
    MaterialUnclear,
    NoRoomForFiles,
)
from models.materials.store import FileNotFound, Materials

KINDS = ("application/pdf", "image/jpeg", "image/png")
UPLOAD = Media((*KINDS, "image/heic", "image/webp", "multipart/form-data"))
NOT_TAKEN = (
    MaterialTooLarge,
    MaterialKindNotAccepted,
    MaterialDamaged,
    MaterialUnclear,
    MaterialEncrypted,
    MaterialActive,
    InspectionBusy,
    NoRoomForFiles,
)
"""Why a file that is handed in is not taken."""
NOT_THERE = (ApplicationNotFound, FileNotFound)


class FileBase(ApplicationBase):
    async def file(self, kept: str | None) -> File:
        if not kept:
            raise Materials.missing
        document, content = await self.services.materials.read(kept)
        return File(content, document["media_type"], document["name"])


class MaterialResource(Upload, FileBase):
    plain = True

    @bound
    async def permit(self, key: str, code: str) -> None:
        check_asked(await self.load(key), code)

    def by_sender(self) -> Cause:
        return self.by_party()

    @operation("One's own uploaded file", auth=Auth.APPLICANT, answers=Media(KINDS), errors=NOT_THERE)
    async def get(self, key: str, code: str) -> File:
        found = await self.services.filing.own(key, self.bound_party())
        files = [each["file"] for each in found["materials"] if each["code"] == code]
        return await self.file(files[0] if files else None)

    @operation(
        "Hand in a material, in place of the one before",
        auth=Auth.APPLICANT,
        asks=UPLOAD,
        answers=Application,
        errors=(
            *NOT_TAKEN,
            ApplicationNotFound,
            MaterialUnknown,
            *MOVED,
            MaterialNotAsked,
        ),
    )
    async def put(self, key: str, code: str) -> Application:
        case = await self.load(key)
        await self.services.papers.hand_in(case, code, self.received_file(), self.by_party())
        return await self.shown(await self.load(key))

    @operation(
        "Take a material back",
        auth=Auth.APPLICANT,
        answers=Application,
        errors=(ApplicationNotFound, *MOVED, MaterialNotAsked),
    )
    async def delete(self, key: str, code: str) -> Application:
        await self.services.papers.take_back(await self.load(key), code, self.by_party())
        return await self.shown(await self.load(key))


class DeliverableResource(FileBase):
    @operation(
        "The result, where it is electronic", auth=Auth.APPLICANT, answers=Media(KINDS), errors=NOT_THERE
    )
    async def get(self, key: str) -> File:
        found = await self.services.filing.own(key, self.bound_party())
        return await self.file(found["result"] and found["result"]["deliverable"])


ENDPOINTS = [
    Endpoint("/applications/{application}/materials/{code}", MaterialResource),
    Endpoint("/applications/{application}/deliverable", DeliverableResource),
]
