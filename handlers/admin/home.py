"""/admin: the home page of the member."""

from handlers.admin.panel import PanelPage
from handlers.web.staff import needs


class HomePage(PanelPage):
    """GET /admin"""

    @needs()
    async def get(self) -> None:
        self.show("admin/empty.html")


ROUTES = [(r"/admin/?", HomePage)]
