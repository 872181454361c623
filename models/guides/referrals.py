"""What people look for here and others do: who does it, and how they are reached."""

from functools import cached_property

from pydantic import Field
from pymongo import ASCENDING

from models.described import Coded, Described
from models.errors import NotFound
from models.guides.catalogue import Entry
from models.people import ApplicantKind


class ReferralNotFound(NotFound):
    code = "referral_not_found"
    message = "没有找到该指引"


class Referral(Coded):
    """It is shown where it is found, and never applied for."""

    code: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    name_en: str
    keywords: list[str] = []
    topics: list[str] = Field(min_length=1, description="life events, 主题")
    audience: list[ApplicantKind] = [ApplicantKind.PERSON]
    who: str = Field(description="who does it")
    why: str = Field(description="why it is not done here")
    where: str = Field(description="address, or where such places are")
    phone: str = Field("", description="to ask; empty where there is none")
    website: str = Field("", pattern="^(https://.+)?$")
    spellings: list[str] = Field([], description="pinyin and initials; made when it is loaded")

    @cached_property
    def entry(self) -> Entry:
        """What it is found by; no guide has a key like its code.

        Its name counts as a keyword, so that our own come first where both fit.
        """
        return Entry(
            key=self.code,
            name="",
            name_en=self.name_en,
            keywords=[self.name, *self.keywords],
            topics=self.topics,
            audience=self.audience,
            department="",
            spellings=self.spellings,
        )


class Referrals(Described[Referral]):
    """A document is a `Referral` by its code."""

    collection = "referrals"
    model = Referral
    missing = ReferralNotFound
    tells = ("referral.added", "referral.changed")

    async def all(self) -> list[Referral]:
        return await self._each(self.documents.find({}, {"events": 0}).sort("_id", ASCENDING))
