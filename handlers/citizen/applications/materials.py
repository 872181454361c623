"""Uploading, seeing and removing the materials of one's own application (articles 11, 14)."""

from handlers.citizen.applications.page import ApplicationPage, is_draft
from handlers.web.pages import DOCUMENT_ID
from handlers.web.uploads import Upload
from handlers.web.visitor import Auth, bound, declared
from models.applications import State, current_files, open_materials
from models.applications.papers import check_asked
from models.errors import DomainError
from models.events import Cause
from models.guides import Guide
from models.materials.inspection.kinds import LARGEST
from models.materials.store import Materials
from models.store import Document

CODE = r"([a-z0-9_]+)"


class MaterialsPage(ApplicationPage):
    """GET /applications/{id}/materials: of a draft, and what was to follow."""

    @bound
    async def get(self, key: str) -> None:
        found, guide = await self.load(key)
        if found["state"] == State.SUPPLEMENT_REQUESTED or not (is_draft(found) or open_materials(found)):
            return self.redirect(f"/applications/{key}")
        return self.show(template_of(found), **page_values(found, guide))


class UploadHandler(Upload, ApplicationPage):
    """POST /applications/{id}/materials/{code}: one file (multipart field `file`)."""

    @bound
    async def permit(self, key: str, code: str) -> None:
        check_asked(*await self.load(key), code)

    def by_sender(self) -> Cause:
        return self.by_party()

    async def get(self, key: str, _code: str) -> None:
        self.redirect(f"/applications/{key}/materials")

    @declared(Auth.APPLICANT)  # checked by `take`, once the form is read
    async def post(self, key: str, code: str) -> None:
        self.read_form()
        await self.take(key, code)

    @bound
    async def take(self, key: str, code: str) -> None:
        found, guide = await self.load(key)
        try:
            name, file = self.received_file()
            await self.services.papers.hand_in(
                self.bound_party(), found, guide, code, name, file, self.by_party()
            )
        except DomainError as error:
            if self.by_script:
                return self.tell_error(error)
            values = page_values(found, guide) | {"errors": {code: self.text(error)}, "error": error}
            values["given"] = self.shown(found)
            return self.show(template_of(found), **values)
        if self.by_script:
            return self.tell({"kept": True})
        return self.see_other(back(found, code))


class RemoveHandler(ApplicationPage):
    """POST /applications/{id}/materials/{code}/remove"""

    @bound
    async def post(self, key: str, code: str) -> None:
        found, _ = await self.load(key)
        await self.services.papers.take_back(self.bound_party(), found, code, self.by_party())
        self.see_other(back(found, code))


class FileHandler(ApplicationPage):
    """GET /applications/{id}/files/{file}: a material of one's own, or the result."""

    @bound
    async def get(self, key: str, file: str) -> None:
        found = await self.services.applications.find(key, self.bound_party())
        if file not in current_files(found):
            raise Materials.missing
        kept, content = await self.services.materials.read(file, None)
        self.send_file(kept, content)


def back(found: Document, code: str) -> str:
    """To where the file was handed in, or to the application when nothing more is to follow."""
    path = f"/applications/{found['_id']}"
    if found["state"] == State.SUPPLEMENT_REQUESTED:
        return f"{path}/supplement#{code}"
    return f"{path}/materials#{code}" if is_draft(found) or open_materials(found) - {code} else path


def template_of(found: Document) -> str:
    """The page on which files are handed in just now."""
    pages = {State.DRAFT: "materials", State.SUPPLEMENT_REQUESTED: "supplement"}
    return f"citizen/applications/{pages.get(State(found['state']), 'follow')}.html"


def asked_for(found: Document) -> Document | None:
    """The supplement that the applicant has still to answer."""
    waiting = found["state"] == State.SUPPLEMENT_REQUESTED
    return dict(found["supplements"][-1]) if waiting else None


def page_values(found: Document, guide: Guide) -> Document:
    """What both pages with uploads show: each online material, and what has been handed in for it."""
    asked = open_materials(found)
    return {
        "application": found,
        "guide": guide,
        "materials": [m for m in guide.online_materials() if m.code in asked],
        "kept": {m["code"]: m for m in found["materials"] if m["file"]},
        "supplement": asked_for(found),
        "largest": LARGEST,
    }


ROUTES = [
    (rf"/applications/{DOCUMENT_ID}/materials", MaterialsPage),
    (rf"/applications/{DOCUMENT_ID}/materials/{CODE}", UploadHandler),
    (rf"/applications/{DOCUMENT_ID}/materials/{CODE}/remove", RemoveHandler),
    (rf"/applications/{DOCUMENT_ID}/files/{DOCUMENT_ID}", FileHandler),
]
