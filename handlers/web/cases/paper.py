"""The form that was filled in, as it is printed (article 12)."""

from handlers.web.cases.page import CasePage
from handlers.web.paper import paper_of
from handlers.web.visitor import bound
from models.applications import has_paper


class PrintPage(CasePage):
    """GET /applications/{id}/print"""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        if not has_paper(case):
            return self.redirect(f"{self.root}/{key}")
        return self.show_case("print.html", case, **await paper_of(case, self.services))
