"""好差评: one review for each matter, five levels, and a reason with a bad one (articles 17 and 23.7).

Levels and tag codes are those of the national 好差评 interface; 2 and 1 are 差评.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pymongo import DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models import typed
from models.errors import BadInput, Conflict, Refused
from models.events import Cause, Channel, Event
from models.people import Party
from models.privacy import Privacy
from models.store import Database, Document, Record, Store, part


class NotFinished(Refused):
    code = "not_finished"
    message = "办结（或预约办理完毕）后才能评价"


class LevelInvalid(BadInput):
    code = "level_invalid"
    message = "请选择满意程度"
    field = "level"


class TagsInvalid(BadInput):
    code = "tags_invalid"
    message = "所选评价标签与满意程度不符"
    field = "tags"


class WordsTooLong(BadInput):
    code = "words_too_long"
    message = "评价内容最多{limit}字"
    field = "words"


class BadReviewNeedsReason(Refused):
    code = "reason_required"
    message = "不满意的评价请同时说明原因：选择标签或填写文字"


class NotYours(Refused):
    code = "not_yours"
    message = "只能评价本人办理的事项"


class AlreadyReviewed(Conflict):
    code = "already_reviewed"
    message = "您已评价过，谢谢"


@dataclass(frozen=True)
class Tag:
    """`name` is the national one; `plain` says it as people do, where that differs."""

    name: str
    plain: str = ""

    @property
    def words(self) -> str:
        """What a person reads."""
        return self.plain or self.name


LEVELS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
BAD = frozenset({2, 1})
LONGEST = 500

TAGS: Mapping[int, Mapping[str, Tag]] = {
    5: {
        "510": Tag("一窗受理一次办结", "一个窗口一次办好"),
        "511": Tag("可以先受理后补材料"),
        "512": Tag("不用提交证明"),
        "513": Tag("可以全程网上办理"),
        "514": Tag("可以使用手机办理"),
        "515": Tag("可以就近办理"),
        "516": Tag("无需材料直接办理", "不用带材料就能办"),
        "517": Tag("服务热情效率高", "服务热情，办得快"),
    },
    4: {
        "406": Tag("一张表单完成申报", "填一张表就行"),
        "407": Tag("在线提交窗口核验", "网上提交，窗口核对"),
        "408": Tag("一张清单告知全部材料", "一次说清要带什么"),
        "409": Tag("告知承诺减免材料", "写了承诺就少交材料"),
        "410": Tag("可在线预约"),
        "411": Tag("跑大厅一次办完", "去一次大厅就办完"),
        "412": Tag("可用自助机"),
        "413": Tag("服务态度较好"),
    },
    3: {
        "307": Tag("一次性告知补正材料", "缺什么一次说清"),
        "308": Tag("提供材料样本", "有材料样本可以看"),
        "309": Tag("承诺时间内办结", "在承诺的时间内办好"),
        "310": Tag("指南指引准确", "办事指南写得准"),
        "311": Tag("按指南材料即可办理", "按指南准备材料就能办"),
        "312": Tag("可快递送达"),
        "313": Tag("跑动次数一致", "跑的次数和指南说的一样"),
        "314": Tag("服务态度一般"),
    },
    2: {
        "207": Tag("无材料样本", "没有材料样本"),
        "208": Tag("无材料清单", "没说清要带什么"),
        "209": Tag("未在承诺时间办结", "超过承诺的时间还没办好"),
        "210": Tag("同样证明多次提交", "同样的证明要交好几次"),
        "211": Tag("承诺网办却不能办", "说能网上办，实际不能"),
        "212": Tag("预约后仍重复取号", "预约了还要再取号"),
        "213": Tag("业务不熟练", "工作人员不熟悉业务"),
        "214": Tag("态度生硬"),
    },
    1: {
        "108": Tag("指南外新增条件", "要求了指南上没有的条件"),
        "109": Tag("指南外材料", "要交指南上没有的材料"),
        "110": Tag("无理由超法定时间", "没有理由就超过了法定时间"),
        "111": Tag("样本有错", "给的样本有错"),
        "112": Tag("承诺在线收件却不能", "说能网上交材料，实际不能"),
        "113": Tag("多头跑", "要跑好几个部门"),
        "114": Tag("跑动次数不一致", "跑的次数比指南说的多"),
        "115": Tag("态度差效率低", "态度差，办得慢"),
    },
}
"""Level → tag code → tag."""

REVIEWABLE = {"application": "concluded", "appointment": "served"}
"""What can be reviewed, and the state in which it is finished."""


def can_review(kind: str, state: str) -> bool:
    """Whether an application or appointment in this state is finished, so that it can be reviewed."""
    return REVIEWABLE.get(kind) == state


def check_reviewable(kind: str, state: str) -> None:
    """
    Raises:
        Refused: `not_finished`.
    """
    if not can_review(kind, state):
        raise NotFinished


def is_bad(level: int) -> bool:
    """Whether a level is a 差评, which needs a reason and is answered (article 17)."""
    return level in BAD


def check_review(level: int, tags: list[str], words: str) -> None:
    """
    Raises:
        BadInput: `level_invalid`, `tags_invalid`, `words_too_long`.
        Refused: `reason_required`, a bad review without tags or words (article 17).
    """
    if level not in LEVELS:
        raise LevelInvalid
    if not set(tags) <= TAGS[level].keys():
        raise TagsInvalid
    if len(words) > LONGEST:
        raise WordsTooLong(limit=LONGEST)
    if is_bad(level) and not tags and not words:
        raise BadReviewNeedsReason


KEPT_BACK = frozenset({"applicant"})


class GivenReview(Record):
    """`_id` is the matter, `application:<id>` or `appointment:<id>`; an application alone has a serial
    number, an appointment alone a hall. The words are kept sealed."""

    applicant: str
    level: int
    tags: list[str]
    words: str
    at: datetime
    channel: Channel
    item: str | None
    item_name: str | None
    department: str | None
    serial: str | None
    hall: str | None


class Reviews(Store[GivenReview]):
    collection = "reviews"
    tells = ("review.given",)
    indexes: ClassVar = [
        IndexModel([("department", 1), ("at", DESCENDING)]),
        IndexModel([("applicant", 1), ("at", DESCENDING)]),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    def shaped(self, document: Document) -> GivenReview:
        words = self.privacy.opened(document["words"], _context(document["_id"]))
        return super().shaped({**document, "words": words, "channel": Channel(document["channel"])})

    async def give(
        self,
        matter: str,
        party: Party,
        level: int,
        tags: list[str],
        words: str,
        by: Cause,
        about: Mapping[str, Any],
    ) -> GivenReview:
        """Review a matter, once; `about` is the application or appointment itself.

        Raises:
            BadInput, Refused: see `check_review` and `check_reviewable`; `not_yours`.
            Conflict: `already_reviewed`.
        """
        kind, _, key = matter.partition(":")
        if about["_id"] != key or about["applicant"] != party.id:
            raise NotYours
        check_reviewable(kind, about["state"])
        words = typed.words(words)
        check_review(level, tags, words)
        review = {
            "_id": matter,
            "applicant": party.id,
            "level": level,
            "tags": tags,
            "words": self.privacy.sealed(words, _context(matter)),
            "at": by.at,
            "channel": by.channel.value,
            **{name: about.get(name) for name in ("item", "item_name", "department", "serial", "hall")},
        }
        try:
            return await self.add(review, Event("review.given", matter, by, {"level": level}))
        except DuplicateKeyError:
            raise AlreadyReviewed from None

    async def find(self, matter: str) -> GivenReview | None:
        """The review of a matter, if it has been reviewed."""
        return await self._first({"_id": matter})

    async def of_applicant(self, applicant: str) -> list[GivenReview]:
        """The latest first."""
        found = self.documents.find({"applicant": applicant}, {"events": 0}).sort("at", DESCENDING)
        return await self._each(found)

    async def export(self, applicant: str) -> list[Document]:
        """All of an applicant's own."""
        return [part(one, KEPT_BACK) for one in await self.of_applicant(applicant)]


def _context(matter: str) -> str:
    return f"review:{matter}:words"
