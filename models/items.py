"""Service items and their guides (articles 4.2, 10, 12, 14, 24).

One guide describes the window and the online way of one item, so the two cannot differ. Its shape:

    Guide(item, version, name, department, conditions, time_limit, fees, materials, steps, form, …)

stored in `guides` as `{_id: "<item>@<version>", state: draft | published | superseded, …}`.
A published version is never edited: a change is the next version.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.credentials import ApplicantKind
from models.errors import Conflict, NotFound, Refused
from models.events import Cause, Event
from models.spelling import grams, pieces, plain, rank, spellings
from models.store import Database, Document, Store

A_TRIP = 10_000
"""Documents that the server sends at once, up to 16 MB."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Handling(StrEnum):
    """How an item is handled (article 12)."""

    FORM_GENERATION = "form_generation"  # 生成表单
    PRE_ACCEPTANCE = "pre_acceptance"  # 需补盖章的网办预受理
    FULLY_ONLINE = "fully_online"  # 全流程网办


class MaterialKind(StrEnum):
    """In which forms a material is taken (article 14)."""

    CERTIFICATE = "certificate"
    SIGNED = "signed"
    COPY = "copy"
    ELECTRONIC = "electronic"
    PAPER = "paper"


class Way(StrEnum):
    WINDOW = "window"
    ONLINE = "online"


class Material(Part):
    code: str = Field(pattern=r"^[a-z0-9_]+$")
    name: str
    kinds: list[MaterialKind] = Field(min_length=1)
    required: bool = True
    copies: int = Field(1, ge=0)
    asked: list[Way] = [Way.WINDOW, Way.ONLINE]
    sample: str = ""
    blank: str = ""
    note: str = ""

    @property
    def uploads(self) -> bool:
        """Whether it can be handed in as a file."""
        return any(kind is not MaterialKind.PAPER for kind in self.kinds)


class Step(Part):
    """One step of a process; booking and pre-acceptance are not counted (article 10)."""

    name: str
    kind: Literal["booking", "pre_acceptance", "step"] = "step"


class TimeLimit(Part):
    """In working days, except `on_the_spot`."""

    acceptance: int = Field(5, ge=0, description="from submission to acceptance")
    decision: int = Field(20, ge=0, description="promised, from acceptance to conclusion")
    legal: int = Field(20, ge=0, description="what the law allows")
    on_the_spot: bool = False

    @model_validator(mode="after")
    def _promise_within_law(self) -> "TimeLimit":
        if self.decision > self.legal:
            raise ValueError("a promised time limit is not longer than the legal one")
        return self


class Fees(Part):
    amount: str = "不收费"
    basis: str = ""


class Option(Part):
    value: str
    label: str


class Condition(Part):
    """Shows a question only when the answer to `question` is one of `values`."""

    question: str
    values: list[str] = Field(min_length=1)


class Question(Part):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    kind: Literal["text", "long_text", "number", "date", "choice", "choices", "phone", "credential", "yes_no"]
    required: bool = True
    help: str = ""
    options: list[Option] = []
    when: Condition | None = None
    prefill: Literal["name", "credential_number", "phone"] | None = None
    sensitive: bool = False
    max_length: int = 200
    minimum: float | None = None
    maximum: float | None = None
    latest: Literal["today"] | None = Field(None, description="of a date that lies in the past")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Question":
        if (self.kind in ("choice", "choices")) != bool(self.options):
            raise ValueError(f"{self.name}: options go with choice and choices")
        if self.latest and self.kind != "date":
            raise ValueError(f"{self.name}: only a date has a latest")
        return self


class Section(Part):
    title: str
    questions: list[Question] = Field(min_length=1)


class Form(Part):
    sections: list[Section] = Field(min_length=1)

    def questions(self) -> Iterable[Question]:
        for section in self.sections:
            yield from section.questions

    @model_validator(mode="after")
    def _conditions_look_back(self) -> "Form":
        seen: dict[str, Question] = {}
        for question in self.questions():
            if question.name in seen:
                raise ValueError(f"{question.name}: asked twice")
            if question.when:
                asked = seen.get(question.when.question)
                choices = {option.value for option in asked.options} if asked else set()
                known = choices | ({"yes", "no"} if asked and asked.kind == "yes_no" else set())
                if not known.issuperset(question.when.values):
                    raise ValueError(f"{question.name}: depends on an answer that is not asked for before it")
            seen[question.name] = question
        return self


class Guide(Part):
    """办事指南, with everything that article 24 lists. Codes of departments are 18-character USCCs."""

    item: str = Field(pattern=r"^[0-9A-Z]{31}$", description="department's USCC + 13 characters")
    version: int = Field(1, ge=1)
    name: str
    name_en: str = ""
    summary: str
    department: str
    audience: list[ApplicantKind] = Field(min_length=1)
    topics: list[str] = Field(min_length=1, description="life events, 主题")
    keywords: list[str] = []
    basis: list[str] = Field(min_length=1, description="legal basis")
    conditions: list[str] = Field(min_length=1)
    time_limit: TimeLimit = TimeLimit()
    fees: Fees = Fees()
    materials: list[Material]
    window_steps: list[Step] = Field(min_length=1)
    online_steps: list[Step] = Field(min_length=1)
    handling: Handling
    visits: int = Field(ge=0, description="how many visits the online way takes")
    trust_first: bool = Field(False, description="先信任后审核: accepted now, materials to follow")
    places: list[str] = Field(min_length=1, description="codes of halls with a window for it")
    group: str = Field(description="item group whose windows serve it")
    consult_phone: str
    complaint_phone: str
    channels: list[Literal["wechat", "miniprogram", "kiosk", "window"]] = Field(min_length=1)
    deliverable: str = Field("", description="name of the result, empty where there is none")
    form: Form

    @property
    def key(self) -> str:
        return f"{self.item}@{self.version}"

    def online_materials(self) -> list[Material]:
        return [material for material in self.materials if Way.ONLINE in material.asked]


def check_publishable(guide: Guide) -> None:
    """Articles 10 and 14: online is never more work than the window.

    Raises:
        Refused: `online_has_more_steps` or `online_asks_for_more`.
    """
    window, online = (
        sum(step.kind == "step" for step in steps) for steps in (guide.window_steps, guide.online_steps)
    )
    if online > window:
        raise Refused(
            "online_has_more_steps",
            "网上办理环节（{online}个）不得多于窗口办理环节（{window}个）",
            online=online,
            window=window,
        )
    extra = [material.name for material in guide.online_materials() if Way.WINDOW not in material.asked]
    if extra:
        raise Refused(
            "online_asks_for_more",
            "网上申请材料不得多于窗口申请材料：{materials}",
            materials="、".join(extra),
        )


class Department(Part):
    """事项服务主体; `code` is its USCC, `short` what people call it."""

    code: str = Field(pattern=r"^[0-9A-Z]{18}$")
    name: str
    name_en: str = ""
    short: str
    phone: str
    address: str


class Departments(Store):
    """One document each: `{_id: USCC, name, name_en, short, phone, address}`."""

    collection = "departments"
    missing = NotFound("department_not_found", "没有找到该部门")

    async def put(self, department: Department, by: Cause) -> bool:
        """Keep a department as it is described; False if that changed nothing."""
        code, content = department.code, department.model_dump(exclude={"code"})
        known = await self.documents.find_one({"_id": code})
        if known is None:
            await self.add({"_id": code, **content}, Event("department.added", code, by))
            return True
        if content.items() <= known.items():
            return False
        changed = Event("department.changed", code, by)
        await self.change(code, expects={}, sets=content, event=changed, otherwise=self.missing)
        return True

    async def all(self) -> list[Document]:
        return [d async for d in self.documents.find({}, {"events": 0}).sort("_id", ASCENDING)]


class Guides(Store):
    """All versions of all guides; at most one published version an item."""

    collection = "guides"
    missing = NotFound("guide_not_found", "没有找到该事项的办事指南")
    indexes: ClassVar = [
        IndexModel(
            "item", unique=True, partialFilterExpression={"state": "published"}, name="published_item"
        ),
        IndexModel([("state", 1), ("grams", 1)], name="search"),
        IndexModel([("state", 1), ("topics", 1), ("name", 1)], name="topic"),
        IndexModel([("state", 1), ("department", 1), ("name", 1)], name="department"),
    ]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database

    async def published(self, item: str) -> Guide:
        """The version of an item's guide in force.

        Raises:
            NotFound: `guide_not_found`.
        """
        found = await self.documents.find_one({"item": item, "state": "published"})
        if found is None:
            raise self.missing
        return guide_of(found)

    async def version(self, key: str) -> Guide:
        """The very version (`item@version`) under which something was done."""
        return guide_of(await self.get(key))

    async def search(
        self,
        text: str = "",
        *,
        audience: ApplicantKind | None = None,
        topic: str | None = None,
        department: str | None = None,
        limit: int = 100,
    ) -> list[Guide]:
        """Published guides whose name, keywords or pinyin contain `text`, names first, then by name."""
        keys = await self.ranked(text, audience=audience, topic=topic, department=department)
        return await self.read(keys[:limit])

    async def ranked(
        self,
        text: str = "",
        *,
        audience: ApplicantKind | None = None,
        topic: str | None = None,
        department: str | None = None,
    ) -> list[str]:
        """The keys of all that `search` finds."""
        wanted = plain(text)
        query: Document = {"state": "published"}
        if text.strip() and not wanted:
            return []
        if wanted:
            query["grams"] = {"$all": pieces(wanted)}
        query |= {
            name: value
            for name, value in (("audience", audience), ("topics", topic), ("department", department))
            if value
        }
        hits = self.documents.find(query, {"name": 1, "keywords": 1, "spellings": 1}).batch_size(A_TRIP)
        ranked = [
            (place, hit["name"], hit["_id"])
            async for hit in hits
            if (place := rank(wanted, hit["name"], hit["keywords"], hit["spellings"])) is not None
        ]
        return [key for _, _, key in sorted(ranked)]

    async def read(self, keys: Sequence[str]) -> list[Guide]:
        """The versions with these keys, in their order."""
        if not keys:
            return []
        unread = {"grams": 0, "spellings": 0, "events": 0}
        found = self.documents.find({"_id": {"$in": keys}}, unread).batch_size(A_TRIP)
        guides = {document["_id"]: guide_of(document) async for document in found}
        return [guides[key] for key in keys if key in guides]

    async def topics(self, audience: ApplicantKind | None = None) -> list[str]:
        query: Document = {"state": "published"} | ({"audience": audience} if audience else {})
        return sorted(await self.documents.distinct("topics", query))

    async def put(self, guide: Guide, by: Cause) -> bool:
        """Publish a guide unless this very version is in force or was; see `publish`."""
        known = await self.documents.find_one({"_id": guide.key})
        if known and known["state"] != "draft" and guide_of(known) == guide:
            return False
        await self.publish(guide, by)
        return True

    async def publish(self, guide: Guide, by: Cause) -> Guide:
        """Put the next version of a guide in force; the one before is kept as superseded.

        The new version is written as a draft first; the two change places in one transaction.

        Raises:
            Refused: see `check_publishable`.
            Conflict: `guide_version_taken`, the version is published already with other content;
                `guide_version_older`, a later one is in force; `changed_meanwhile`.
        """
        check_publishable(guide)
        content = guide.model_dump(mode="json")
        earlier = await self.documents.find_one({"_id": guide.key})
        if earlier and guide_of(earlier) != guide:
            raise Conflict("guide_version_taken", "该版本的办事指南已发布，修改须使用新的版本号")
        if earlier and earlier["state"] == "published":
            return guide
        await self._check_newest(guide)
        if not earlier:
            spelled = spellings(guide.name, guide.name_en, *guide.keywords)
            search = {"spellings": spelled, "grams": grams(spelled)}
            draft = {"_id": guide.key, "state": "draft", **search, "drafted_at": by.at, **content}
            try:
                await self.add(draft, Event("guide.drafted", guide.key, by))
            except DuplicateKeyError:  # somebody else was first: with the same content or another?
                return await self.publish(guide, by)
        async with self.database.transaction() as session:
            superseded = Event("guide.superseded", guide.key, by)
            await self.documents.update_many(
                {"item": guide.item, "state": "published", "version": {"$lt": guide.version}},
                {"$set": {"state": "superseded"}, "$push": {"events": superseded.document()}},
                session=session,
            )
            await self._check_newest(guide, session)
            await self.change(
                guide.key,
                expects={"state": "draft"},
                sets={"state": "published", "published_at": by.at},
                event=Event("guide.published", guide.key, by),
                otherwise=Conflict("guide_version_taken", "该版本的办事指南已发布，修改须使用新的版本号"),
                session=session,
            )
        return guide

    async def _check_newest(self, guide: Guide, session: Any = None) -> None:
        later = {"item": guide.item, "state": "published", "version": {"$gt": guide.version}}
        if await self.documents.find_one(later, {"_id": 1}, session=session):
            raise Conflict("guide_version_older", "已有更新版本的办事指南，修改须使用新的版本号")


def guide_of(document: dict[str, Any]) -> Guide:
    return Guide.model_validate({name: document[name] for name in Guide.model_fields if name in document})
