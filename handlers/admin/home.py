"""/admin: to the first page that the member may use."""

from handlers.admin.panel import MENU, PanelPage
from handlers.web.staff import needs
from models.staff import scopes_of


class HomePage(PanelPage):
    """GET /admin"""

    @needs()
    async def get(self) -> None:
        own = scopes_of(self.signed_in_member())
        pages = [path for scope, path, _ in MENU if scope in own]
        if pages:
            return self.redirect(pages[0])
        return self.show("admin/empty.html")


ROUTES = [(r"/admin/?", HomePage)]
