"""办事指南: found and read by anybody, signed in or not (articles 7 and 24)."""

from pydantic import BaseModel

from handlers.web.pages import CitizenPage, steps_of
from models.guides import ITEM_CODE, Guide
from models.people import ApplicantKind


class GuidesQuery(BaseModel):
    q: str = ""
    audience: ApplicantKind | None = None
    topic: str = ""
    department: str = ""


class GuidesPage(CitizenPage):
    """GET /guides?q=&audience=&topic=&department="""

    async def get(self) -> None:
        asked = self.query(GuidesQuery)
        self.shown_version()
        found = await self.services.search.find(
            asked.q[:50],
            audience=asked.audience,
            topic=asked.topic or None,
            department=asked.department or None,
        )
        self.show(
            "citizen/guides.html",
            asked=asked,
            found=found,
            departments={d.code: d for d in await self.services.shown.departments.all()},
        )


class GuidePage(CitizenPage):
    """GET /guides/{item}: everything that article 24 lists."""

    async def get(self, item: str) -> None:
        version = self.shown_version()
        guide = await self.services.shown.guides.published(item)
        of = ("guide", guide.key, self.locale.code, guide.offered_in(self.channel))
        main = await self.services.parts.get(of, version, lambda: self.main(guide))
        self.show("citizen/guide.html", guide=guide, main=main)

    async def main(self, guide: Guide) -> bytes:
        """The part that is the same for everybody with this language and way to begin."""
        return self.render_string(
            "citizen/parts/guide.html",
            guide=guide,
            steps=steps_of(guide),
            offered=guide.offered_in(self.channel),
            department=await self.services.shown.departments.get(guide.department),
            places=await self.services.shown.halls.those(guide.places),
        )


ROUTES = [
    (r"/guides", GuidesPage),
    (rf"/guides/({ITEM_CODE})", GuidePage),
]
