"""The form that was filled in, as it is printed (article 12)."""

from handlers.citizen.applications.page import ApplicationPage
from handlers.web.pages import DOCUMENT_ID
from handlers.web.paper import paper_of
from handlers.web.visitor import bound
from models.applications import has_paper


class PrintPage(ApplicationPage):
    """GET /applications/{id}/print"""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        if not has_paper(case):
            return self.redirect(f"/applications/{key}")
        return self.show_case("citizen/applications/print.html", case, **await paper_of(case, self.services))


ROUTES = [(rf"/applications/{DOCUMENT_ID}/print", PrintPage)]
