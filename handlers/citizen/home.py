"""The first page."""

from handlers.web.pages import CitizenPage


class HomePage(CitizenPage):
    """GET /"""

    async def get(self) -> None:
        self.show("citizen/home.html", topics=await self.services.search.topics())


ROUTES = [(r"/", HomePage)]
