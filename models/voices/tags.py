"""The five levels of 好差评, and the tags of each: codes and names are those of the national interface.

2 and 1 are 差评. A new list of tags is a further entry of `TAG_LISTS`; what was said under an earlier
one keeps the version of that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


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


@dataclass(frozen=True)
class TagList:
    """`version` is what 好差评 is told and a review keeps; it holds for what is given on `since` or later.
    `tags` are level → tag code → tag."""

    version: str
    since: date
    tags: Mapping[int, Mapping[str, Tag]]


FIRST: Mapping[int, Mapping[str, Tag]] = {
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
TAG_LISTS: Sequence[TagList] = (TagList("1", date(2020, 1, 1), FIRST),)
"""The earliest first. The versions are numbered by us: the public field list names none."""
BAD_TAGS: Mapping[str, Tag] = {
    code: tag for listed in TAG_LISTS for level in sorted(BAD) for code, tag in listed.tags[level].items()
}
"""The reasons of bad reviews, by code, as the latest list says them."""


def tags_on(day: date) -> TagList:
    """The list under which a review is given on a day."""
    return max((one for one in TAG_LISTS if one.since <= day), key=lambda one: one.since)


def tags_of_version(version: str) -> TagList:
    """The list of a version that a review keeps."""
    return next(one for one in TAG_LISTS if one.version == version)
