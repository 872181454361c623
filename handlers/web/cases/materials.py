"""Uploading, seeing and removing the materials of one's own application (articles 11, 14)."""

from typing import Any

from handlers.web.cases.page import CasePage
from handlers.web.uploads import Upload
from handlers.web.visitor import Auth, bound, declared
from models.applications import OwnCase, State, current_files, open_materials
from models.applications.papers import check_asked
from models.applications.progress import open_supplement, unreplaced
from models.errors import DomainError
from models.events import Cause
from models.materials.inspection.kinds import LARGEST
from models.materials.store import Materials


class MaterialsPage(CasePage):
    """GET /applications/{id}/materials: of a draft, and what was to follow."""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        if case.state is State.SUPPLEMENT_REQUESTED:
            return self.redirect(f"{self.root}/{key}")
        if case.state is not State.DRAFT and not open_materials(case.application):
            return self.redirect(f"{self.root}/{key}")
        return self.show_case(template_of(case), case, **page_values(case))


class UploadHandler(Upload, CasePage):
    """POST /applications/{id}/materials/{code}: one file (multipart field `file`)."""

    @bound
    async def permit(self, key: str, code: str) -> None:
        check_asked(await self.load(key), code)

    def by_sender(self) -> Cause:
        return self.by_party()

    async def get(self, key: str, _code: str) -> None:
        self.redirect(f"{self.root}/{key}/materials")

    @declared(Auth.APPLICANT)  # checked by `take`, once the form is read
    async def post(self, key: str, code: str) -> None:
        self.read_form()
        await self.take(key, code)

    @bound
    async def take(self, key: str, code: str) -> None:
        case = await self.load(key)
        try:
            await self.services.papers.hand_in(case, code, self.received_file(), self.by_party())
        except DomainError as error:
            if self.by_script:
                return self.tell_error(error)
            values = page_values(case) | {"errors": {code: self.text(error)}, "error": error}
            return self.show_case(template_of(case), case, given=self.shown(case), **values)
        if self.by_script:
            return self.tell({"kept": True})
        return self.see_other(back(self.root, case, code))


class RemoveHandler(CasePage):
    """POST /applications/{id}/materials/{code}/remove"""

    @bound
    async def post(self, key: str, code: str) -> None:
        case = await self.load(key)
        await self.services.papers.take_back(case, code, self.by_party())
        self.see_other(back(self.root, case, code))


class FileHandler(CasePage):
    """GET /applications/{id}/files/{file}: a material of one's own, or the result."""

    @bound
    async def get(self, key: str, file: str) -> None:
        found = await self.services.filing.own(key, self.bound_party())
        if file not in current_files(found):
            raise Materials.missing
        kept, content = await self.services.materials.read(file)
        self.send_file(kept, content)


def back(root: str, case: OwnCase, code: str) -> str:
    """To where the file was handed in, or to the application when nothing more is to follow."""
    path = f"{root}/{case.key}"
    if case.state is State.SUPPLEMENT_REQUESTED:
        return f"{path}/supplement#{code}"
    more = case.state is State.DRAFT or open_materials(case.application) - {code}
    return f"{path}/materials#{code}" if more else path


def template_of(case: OwnCase) -> str:
    """The page on which files are handed in just now."""
    pages = {State.DRAFT: "materials", State.SUPPLEMENT_REQUESTED: "supplement"}
    return f"{pages.get(case.state, 'follow')}.html"


def page_values(case: OwnCase) -> dict[str, Any]:
    """What both pages with uploads show: each online material, and what has been handed in for it."""
    asked = open_materials(case.application)
    return {
        "materials": [m for m in case.guide.online_materials() if m.code in asked],
        "kept": {paper["code"]: paper for paper in case.application["materials"] if paper["file"]},
        "supplement": open_supplement(case.application),
        "unreplaced": unreplaced(case.application),
        "largest": LARGEST,
    }
