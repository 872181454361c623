"""办事指南, for anybody (articles 7, 24)."""

from pydantic import Field

from handlers.api import guide as shape
from handlers.api.contract import Answer, Asked, Endpoint, PageQuery, Resource, Said, operation, page
from handlers.api.halls import Hall, halls_shown
from handlers.api.receiving import Receiving, receiving
from models import guides
from models.guides import Guide, Handling, ItemType, Offer
from models.guides.store import GuideNotFound
from models.people import ApplicantKind
from models.store import PageUnknown


class GuidesQuery(PageQuery):
    q: str = Field("", max_length=50, description="words, pinyin, its initials, or English")
    audience: ApplicantKind | None = None
    topic: str = Field("", max_length=50)
    department: str = Field("", max_length=18)


class GuideLine(Answer):
    item: str
    version: int
    name: str = Field(description="in Chinese")
    name_en: str
    summary: Said
    department: str
    audience: list[ApplicantKind]
    topics: list[str]
    type: ItemType
    handling: Handling
    visits: int
    on_the_spot: bool
    channels: list[Offer]


class Referral(Answer):
    """What others do: it is applied for there, never here."""

    code: str
    name: str = Field(description="in Chinese")
    name_en: str
    who: Said = Field(description="who does it")
    why: Said = Field(description="why it is not done here")
    where: Said = Field(description="address, or where such places are")
    phone: str
    website: str


class GuideList(Answer):
    guides: list[GuideLine]
    referrals: list[Referral] = Field(description="with the first page alone")
    whole: bool = Field(description="false where this is only what comes closest to `q`")
    next: str | None


class Department(Answer):
    code: str
    name: str = Field(description="in Chinese")
    name_en: str
    short: Said
    phone: str
    address: Said = Field(description="empty where it is not known")


class FullGuide(shape.Guide):
    """A published guide, with its department and the places where it is handled."""

    department_details: Department
    halls: list[Hall]
    receiving: list[Receiving] = Field(description="ways of receiving the result; the first is the usual one")


class Departments(Answer):
    departments: list[Department]


class TopicsQuery(Asked):
    audience: ApplicantKind | None = None


class Topics(Answer):
    topics: list[str]
    labels: dict[str, Said] = Field(description="topic → its words")


class GuidesResource(Resource):
    @operation("Find guides", asks=GuidesQuery, answers=GuideList, errors=(PageUnknown,))
    async def get(self, asked: GuidesQuery) -> GuideList:
        self.shown_version()
        found = await self.services.search.hits(
            asked.q,
            audience=asked.audience,
            topic=asked.topic or None,
            department=asked.department or None,
        )
        shown, following = page(found.guides, lambda key: key.partition("@")[0], asked)
        return GuideList(
            guides=[_line(each) for each in await self.services.shown.guides.read(shown)],
            referrals=[_referral(each) for each in found.referrals.values() if not asked.after],
            whole=found.whole,
            next=following,
        )


class GuideResource(Resource):
    @operation("Read one guide whole", answers=FullGuide, errors=(GuideNotFound,))
    async def get(self, item: str) -> FullGuide:
        version = self.shown_version()
        guide = await self.services.shown.guides.published(item)
        return await self.services.parts.get((FullGuide, guide.key), version, lambda: self.whole(guide))

    async def whole(self, guide: Guide) -> FullGuide:
        department = await self.services.shown.departments.get(guide.department)
        return FullGuide(
            **{name: getattr(guide, name) for name in shape.Guide.model_fields},
            department_details=_department(department),
            halls=halls_shown(await self.services.shown.halls.those(guide.places)),
            receiving=receiving(guide),
        )


class DepartmentsResource(Resource):
    @operation("List the departments", answers=Departments)
    async def get(self) -> Departments:
        self.shown_version()
        found = await self.services.shown.departments.all()
        return Departments(departments=[_department(each) for each in found])


class TopicsResource(Resource):
    @operation("List the life events that guides are about", asks=TopicsQuery, answers=Topics)
    async def get(self, asked: TopicsQuery) -> Topics:
        topics = await self.services.search.topics(asked.audience)
        return Topics(topics=topics, labels={topic: topic for topic in topics})


def _line(guide: Guide) -> GuideLine:
    values = {name: getattr(guide, name) for name in GuideLine.model_fields if name != "on_the_spot"}
    return GuideLine(**values, on_the_spot=guide.time_limit.on_the_spot)


def _referral(found: guides.Referral) -> Referral:
    return Referral.model_validate(found)


def _department(found: guides.Department) -> Department:
    return Department.model_validate(found)


ENDPOINTS = [
    Endpoint("/guides", GuidesResource),
    Endpoint("/guides/{item}", GuideResource),
    Endpoint("/departments", DepartmentsResource),
    Endpoint("/topics", TopicsResource),
]
