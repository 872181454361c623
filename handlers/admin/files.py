"""The files of a 办件: whole, or a page as a picture. What is sent of a file is on record (article 14)."""

from handlers.admin.applications import ApplicationPage
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.applications import files_of
from models.staff import Scope


class FileHandler(ApplicationPage):
    """GET /admin/applications/{id}/files/{file}; each time is on record."""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self, key: str, file: str) -> None:
        await self.check_of_case(key, file)
        self.send_file(*await self.services.materials.view(file, self.by_member()))

    async def check_of_case(self, key: str, file: str) -> None:
        """The file is one that the department has had, or a result that is about to be confirmed.

        Raises:
            Forbidden: the member may not read the case.
            NotFound
        """
        if file not in files_of((await self.load(key)).application):
            await self.services.materials.of(key, "result", file)


class FilePageHandler(FileHandler):
    """GET /admin/applications/{id}/files/{file}/pages/{page}: a page as a picture, as the viewer shows it.

    Leafing through a file is one opening on record (`Materials.open`); the browser keeps no page."""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self, key: str, file: str, number: str) -> None:
        await self.check_of_case(key, file)
        self.send_file(*await self.services.materials.page(file, int(number), self.by_member()))


ROUTES = [
    (rf"/admin/applications/{DOCUMENT_ID}/files/{DOCUMENT_ID}", FileHandler),
    (rf"/admin/applications/{DOCUMENT_ID}/files/{DOCUMENT_ID}/pages/([1-9][0-9]{{0,5}})", FilePageHandler),
]
