"""事项类型: what kind of act an item is in the catalogue of government services, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.law import Term


class ItemType(StrEnum):
    PERMIT = "permit"  # 行政许可
    CONFIRMATION = "confirmation"  # 行政确认
    BENEFIT = "benefit"  # 行政给付
    RECORD_FILING = "record_filing"  # 备案
    PUBLIC_SERVICE = "public_service"  # 公共服务
    OTHER = "other"  # 其他


@dataclass(frozen=True, kw_only=True)
class TypeRules:
    """What holds for all items of a type; `law` says where it comes from.

    `label` names the type. `approved` and `denied` name the two decisions, at every door and to staff;
    `plainly` says both as people do, where that differs. `denial` is the paper that tells of the second one.
    Where the outcome is `contestable`, a person who is denied is told of 行政复议 and 行政诉讼. With
    `silent_acceptance` an application that nobody answered in time is accepted (行政许可法 32). `limit` is
    the legal period for a decision, unless another law or regulation, which the guide then names, sets its
    own.
    """

    label: str
    approved: str
    denied: str
    denial: str
    plainly: tuple[str, str] | None = None
    contestable: bool
    law: str
    silent_acceptance: bool = False
    limit: Term | None = None


TYPES: Mapping[ItemType, TypeRules] = {
    ItemType.PERMIT: TypeRules(
        label="行政许可",
        approved="准予许可",
        denied="不予许可",
        denial="决定书",
        plainly=("批准了", "没有批准"),
        contestable=True,
        silent_acceptance=True,
        limit=Term.DECISION,
        law="行政许可法 第二条、第三十二条、第三十八条、第四十二条；行政复议法 第十一条第三项；"
        "行政诉讼法 第十二条第一款第三项",
    ),
    ItemType.CONFIRMATION: TypeRules(
        label="行政确认",
        approved="予以确认",
        denied="不予确认",
        denial="决定书",
        plainly=("确认了", "没有确认"),
        contestable=True,
        law="行政复议法 第十一条第十五项；行政诉讼法 第十二条第一款第十二项",
    ),
    ItemType.BENEFIT: TypeRules(
        label="行政给付",
        approved="予以给付",
        denied="不予给付",
        denial="决定书",
        plainly=("批准发放", "没有批准发放"),
        contestable=True,
        law="行政复议法 第十一条第十二项；行政诉讼法 第十二条第一款第十项",
    ),
    ItemType.RECORD_FILING: TypeRules(
        label="备案",
        approved="已备案",
        denied="不予备案",
        denial="通知书",
        plainly=("备案好了", "没有备案"),
        contestable=True,
        law="行政复议法 第十一条第十五项；行政诉讼法 第十二条第一款第十二项",
    ),
    ItemType.PUBLIC_SERVICE: TypeRules(
        label="公共服务",
        approved="已办好",
        denied="未能办理",
        denial="通知书",
        contestable=False,
        law="最高人民法院关于适用行政诉讼法的解释 第一条第二款第十项",
    ),
    ItemType.OTHER: TypeRules(
        label="其他",
        approved="同意办理",
        denied="不予办理",
        denial="决定书",
        contestable=True,
        law="行政复议法 第十一条第十五项；行政诉讼法 第十二条第一款第十二项",
    ),
}
"""A refused filing is contestable because it touches rights; a public service decides over none."""
