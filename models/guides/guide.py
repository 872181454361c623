"""办事指南: one record for the window and the online way of an item, so that the two cannot differ."""

from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from models.errors import Refused
from models.events import Channel
from models.guides.form.kinds import too_plain
from models.guides.form.schema import Form, GuidePart
from models.guides.handling import Handling
from models.guides.types import TYPES, ItemType
from models.law import latest
from models.people import Acting, ApplicantKind

ITEM_CODE = "[0-9A-Z]{31}"
"""The department's USCC + 13 characters; also a part of addresses."""
ItemCode = Annotated[str, Field(pattern=f"^{ITEM_CODE}$")]


class NotForApplicant(Refused):
    """The item is for `audience` alone; `others` are those as whom the person may act and whom it is for,
    filled in where the person is known (`handlers.web.visitor`)."""

    code = "not_for_applicant"
    message = "这个事项不面向您当前的办事身份"

    def __init__(self, audience: Sequence[ApplicantKind]) -> None:
        super().__init__()
        self.audience = audience
        self.others: Sequence[Acting] = ()

    @property
    def details(self) -> dict[str, Any]:
        return {"acting": [asdict(other) for other in self.others]}


class OnlineHasMoreSteps(Refused):
    code = "online_has_more_steps"
    message = "网上办理环节（{online}个）不得多于窗口办理环节（{window}个）"


class OnlineAsksForMore(Refused):
    code = "online_asks_for_more"
    message = "网上申请材料不得多于窗口申请材料：{materials}"


class LimitUnfounded(Refused):
    code = "limit_unfounded"
    message = "{type}的法定时限超过{number}个工作日的，须写明依据的法律、法规（{law}）"


class QuestionTooPlain(Refused):
    """A question asks for something private, and its kind does not say so."""

    code = "question_too_plain"
    message = "「{label}」（{name}）涉及个人信息，题型须为{kind}"


class ResultUnnamed(Refused):
    code = "result_unnamed"
    message = "须写明办理结果（结果交付件）的名称和形式"


class NotForKiosks(Refused):
    """A kiosk takes neither paper nor a signature on it: an item that ends at a window is not begun there."""

    code = "not_for_kiosks"
    message = "须到窗口提交纸质材料或签字盖章的事项，不能在自助终端办理"


class MaterialKind(StrEnum):
    """In which forms a material is taken (article 14)."""

    CERTIFICATE = "certificate"
    SIGNED = "signed"
    COPY = "copy"
    ELECTRONIC = "electronic"
    PAPER = "paper"


class Medium(StrEnum):
    """In which a result is handed over."""

    ELECTRONIC = "electronic"  # the electronic document is all that the holder needs
    PAPER = "paper"  # a paper, a card or a booklet goes to the holder


class Way(StrEnum):
    WINDOW = "window"
    ONLINE = "online"


class Offer(StrEnum):
    """Where people are told that an item can be had; `doors` are the channels in which it then is begun."""

    doors: frozenset[Channel]

    def __new__(cls, name: str, *doors: Channel) -> Self:
        member = str.__new__(cls, name)
        member._value_, member.doors = name, frozenset(doors)
        return member

    H5 = "h5", Channel.CHAT, Channel.H5, Channel.WEB
    MINIPROGRAM = "miniprogram", Channel.MINIPROGRAM, Channel.APP
    KIOSK = "kiosk", Channel.KIOSK
    WINDOW = "window", Channel.WINDOW


class Material(GuidePart):
    """`sample` and `blank` say in words what a good one looks like and where an empty form is to be had;
    `sample_file` and `blank_file` are pictures of both, files of `static/papers`."""

    code: str = Field(pattern=r"^[a-z0-9_]+$")
    name: str
    kinds: list[MaterialKind] = Field(min_length=1)
    required: bool = True
    copies: int = Field(1, ge=0)
    asked: list[Way] = [Way.WINDOW, Way.ONLINE]
    sample: str = ""
    sample_file: str = ""
    blank: str = ""
    blank_file: str = ""
    note: str = ""

    @property
    def uploads(self) -> bool:
        """Whether it can be handed in as a file."""
        return any(kind is not MaterialKind.PAPER for kind in self.kinds)

    @property
    def only_way(self) -> Way | None:
        """The one way in which it is asked for; None where both ways ask for it."""
        return self.asked[0] if len(self.asked) == 1 else None


class Step(GuidePart):
    """One step of a process; booking and pre-acceptance are not counted (article 10)."""

    name: str
    kind: Literal["booking", "pre_acceptance", "step"] = "step"


class TimeLimit(GuidePart):
    """In working days, except `on_the_spot`."""

    acceptance: int = Field(5, ge=0, description="from submission to acceptance")
    decision: int = Field(20, ge=0, description="promised, from acceptance to conclusion")
    legal: int = Field(20, ge=0, description="what the law allows")
    basis: str = Field("", description="the law that sets `legal`, where it is not the usual one")
    on_the_spot: bool = False

    @model_validator(mode="after")
    def _promise_within_law(self) -> "TimeLimit":
        if self.decision > self.legal:
            raise ValueError("a promised time limit is not longer than the legal one")
        return self


class Fees(GuidePart):
    amount: str = "不收费"
    basis: str = ""


class Guide(GuidePart):
    """办事指南, with everything that article 24 lists. Codes of departments are 18-character USCCs."""

    item: ItemCode = Field(description="department's USCC + 13 characters")
    version: int = Field(1, ge=1)
    type: ItemType = Field(ItemType.OTHER, description="事项类型; guides of early versions have none")
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
    channels: list[Offer] = Field(min_length=1)
    deliverable: str = Field("", description="name of the result; guides of early versions may have none")
    deliverable_in: list[Medium] = Field(
        [Medium.ELECTRONIC, Medium.PAPER],
        min_length=1,
        description="on paper alone where the electronic record does not stand for it, as of a passport",
    )
    several: bool = Field(False, description="one applicant may have several under way: of houses, cars")
    form: Form

    @property
    def key(self) -> str:
        return f"{self.item}@{self.version}"

    @property
    def online(self) -> bool:
        """Whether the application itself is made online, and not only its printed form (article 12)."""
        return self.handling is not Handling.FORM_GENERATION

    def offered_in(self, channel: Channel) -> bool:
        return any(channel in offer.doors for offer in self.channels)

    def online_materials(self) -> list[Material]:
        return [material for material in self.materials if Way.ONLINE in material.asked]


def check_audience(guide: Guide, kind: ApplicantKind) -> None:
    """An item is begun, and booked, by those whom it is for (article 24).

    Raises:
        Refused: `not_for_applicant`.
    """
    if kind not in guide.audience:
        raise NotForApplicant(guide.audience)


def check_publishable(guide: Guide) -> None:
    """Articles 10 and 14: online is never more work than the window. Article 15: it ends with a result that
    can be handed over. 行政许可法 42: a permit's limit.

    Raises:
        Refused: `online_has_more_steps`, `online_asks_for_more`, `result_unnamed`, `limit_unfounded`,
            `question_too_plain` or `not_for_kiosks`.
    """
    _check_limit(guide)
    _check_kinds(guide)
    _check_kiosk(guide)
    if not guide.deliverable:
        raise ResultUnnamed
    window, online = (
        sum(step.kind == "step" for step in steps) for steps in (guide.window_steps, guide.online_steps)
    )
    if online > window:
        raise OnlineHasMoreSteps(online=online, window=window)
    extra = [material.name for material in guide.online_materials() if Way.WINDOW not in material.asked]
    if extra:
        raise OnlineAsksForMore(materials="、".join(extra))


def _check_limit(guide: Guide) -> None:
    """
    Raises:
        Refused: `limit_unfounded`.
    """
    rules, limit = TYPES[guide.type], guide.time_limit
    if rules.limit is None or limit.basis:
        return
    usual = latest(rules.limit)
    if limit.legal > usual.number:
        raise LimitUnfounded(type=rules.label, number=usual.number, law=f"{usual.law}{usual.article}")


def _check_kinds(guide: Guide) -> None:
    """
    Raises:
        Refused: `question_too_plain`.
    """
    for question in guide.form.questions():
        if kind := too_plain(question.kind, question.label, question.name):
            raise QuestionTooPlain(label=question.label, name=question.name, kind=kind.value)


def _check_kiosk(guide: Guide) -> None:
    """
    Raises:
        Refused: `not_for_kiosks`.
    """
    paper = any(one.required and not one.uploads for one in guide.online_materials())
    if Offer.KIOSK in guide.channels and (guide.handling is not Handling.FULLY_ONLINE or paper):
        raise NotForKiosks


def guide_of(document: dict[str, Any]) -> Guide:
    return Guide.model_validate({name: document[name] for name in Guide.model_fields if name in document})
