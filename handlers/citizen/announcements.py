"""公告: papers that could not be handed to their people, and are published instead."""

from datetime import timedelta

from handlers.web.pages import CitizenPage
from models.serving import served_by_notice

SHOWN = timedelta(days=180)
"""After its publication."""


class AnnouncementsPage(CitizenPage):
    """GET /announcements: whose paper waits, in part, and by when it counts as delivered."""

    async def get(self) -> None:
        found = await self.services.servings.published(self.now - SHOWN)
        departments = {one.code: one for one in await self.services.shown.departments.all()}
        calendar = self.services.calendar
        self.show(
            "citizen/announcements.html",
            announcements=[
                (one, departments.get(one["department"]), served_by_notice(one["published_at"], calendar))
                for one in found
            ],
        )


ROUTES = [(r"/announcements", AnnouncementsPage)]
