"""公开回复: what departments answered to bad reviews, for everybody to read (article 17)."""

from pydantic import BaseModel, Field

from handlers.web.figures import names_of_parts
from handlers.web.pages import CitizenPage
from models.voices import Cut, Kind, tags_of_version

REPLIES_A_PAGE = 20


class RepliesQuery(BaseModel):
    kind: Kind = Kind.SERVICE
    item: str = Field("", max_length=40)
    after: str = Field("", max_length=64)
    before: str = Field("", max_length=64)


class RepliesPage(CitizenPage):
    """GET /replies?kind=&item=&after=&before="""

    async def get(self) -> None:
        asked, services = self.query(RepliesQuery), self.services
        places = {"after": asked.after, "before": asked.before}
        page = await services.replies.page(asked.kind, asked.item, REPLIES_A_PAGE, **places)
        self.show(
            "citizen/replies.html",
            asked=asked,
            kinds=Kind,
            guide=await services.guides.published(asked.item) if asked.item else None,
            page=page,
            names=await names_of_parts(services, self.locale.code),
            Cut=Cut,
            tags_of=tags_of_version,
        )


ROUTES = [(r"/replies", RepliesPage)]
