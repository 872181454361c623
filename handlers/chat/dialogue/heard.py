"""What was said: the words of a message, today's date and the halls there are → what was heard. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from handlers.chat.dialogue.state import Goal, Wish
from handlers.chat.dialogue.times import NUMBER, days_in, is_no_day, number_of, order_in, span_in
from models.places import Hall
from models.guides.sounds import sounds
from models.typed import HAN, narrow


class Sign(StrEnum):
    """An answer that is no choice of a list."""

    YES = "yes"
    NO = "no"
    BACK = "back"
    STOP = "stop"
    MORE = "more"
    AGAIN = "again"
    PLACES = "places"


class HallName(NamedTuple):
    """A hall by its code, with what it is called, in small letters."""

    code: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Heard:
    """`goal` is what was asked for in words. `number` is there where the message is a number alone; 「1号」 is a
    number and a day. `item` is what is left where all that was understood, and filling words, are taken away.
    `english` says that it was written in English; None that nothing tells. `about` is the sentence
    itself, to look for items in it. `no_day` says that a day was said that is over or that there never is,
    `several` that more than one booking is wished for, `also` that the sentence wishes for a second thing."""

    goal: Goal | None = None
    number: int | None = None
    sign: Sign | None = None
    wish: Wish = Wish()
    item: str = ""
    english: bool | None = None
    about: str = ""
    no_day: bool = False
    several: bool = False
    also: bool = False

    @property
    def plain(self) -> bool:
        """Only a goal was said, and nothing about it."""
        return self.goal is not None and not self.item and self.wish == Wish()


SPOKEN: tuple[tuple[str, str], ...] = (
    (
        "不是(?:要|想)?取消|(?:不要|别|不想|唔好|唔系|不用)取消|(?:do not|don't|not|no) (?:want to )?cancel(?:ling)?",
        "不动",
    ),
    ("优代证|优侍证|忧待证", "优待证"),
    ("小卖部|士多店?|便利店|小超市|杂货店", "开店 营业执照"),
    ("营业执照的?地址|执照换地址", "营业执照"),
    ("(?:房产证|房子|房屋|物业)过户|过户", "不动产 房产过户"),
    (
        "(?:paper|permit|card|permission|document)s? (?:for|to) (?:live|stay|living)(?: here)?",
        "residence permit",
    ),
    ("appoint ment", "appointment"),
    ("石基|石棋|石其", "石碁"),
)
"""What is said → what is meant."""
VISIT = re.compile(
    r"(?:预约)?(?:号码?|number|no\.?|#)?(?: ?is)? ?(?<![0-9:./-])((?!20[0-9]{2}[年./-])[0-9]{4})(?![0-9:./-])"
)
"""The number of an appointment, as it was said when it was booked."""
SEVERAL = re.compile(
    "约 ?(?:[2-9]|[两二三四五六七八九]) ?个|[2-9两二三四五] ?(?:家公司|个人)|(?:two|three|several) appointments"
)
ALSO = re.compile("另外|顺便|同时|还要|还有就是|and also|also")
ANY_HALL = re.compile(
    "(?:哪个|边个|任何|随便哪个|什么)(?:大厅|厅|地方)都(?:行|可以|得|好)|any (?:hall|centre|center|place)"
)
PARTS_OF_DAY = {"早": "早上", "朝": "早上", "晚": "晚上"}
END = " 。.!！?？,，~～、;；…"
"""With what a message may begin and end, voices above all."""
SIGNS: Mapping[Sign, frozenset[str]] = {
    Sign.YES: frozenset(
        "是 是的 是啊 好 好的 好啊 好吧 好呀 可以 可以的 行 得 要 对 对的 嗯 嗯嗯 没错 没问题 确认 確認 确定 确认预约"
        " 确定预约 就这个 就这样 1确认 同意 系 係 系啊 得嘅 冇问题 ok okay okey yes y yeah yep sure confirm confirmed"
        " correct right 确定取消 确认取消 就这个时间 好嘅".split()
    ),
    Sign.NO: frozenset(
        "否 不 不是 不对 不要 不用 不好 不行 唔系 唔係 唔要 唔得 no n nope 不取消 不取消了".split()
    ),
    Sign.BACK: frozenset(
        "0 返回 上一步 后退 回去 退回 返去 重选 重新选 选错了 错了 按错了 搞错了 back return previous".split()
    )
    | {"go back"},
    Sign.STOP: frozenset(
        "取消 退出 算了 不约了 不预约了 不办了 唔约啦 唔要啦 唔约了 结束 停 停止 不搞了 不弄了 stop quit exit cancel"
        " 先不约了 下次再说 改天再说 以后再说 nevermind".split()
    )
    | {"never mind", "forget it"},
    Sign.MORE: frozenset(
        "更多 下一页 还有吗 还有呢 还有 还有没有 其他 其它 其他时间 别的时间 别的 换一批 more others other".split()
    )
    | {"next page", "other times"},
    Sign.AGAIN: frozenset(
        "继续 接着 接着来 再说一遍 再说一次 再发一次 重复 刚才说到哪 到哪了 好了 认证好了 已认证 认证完了 已经认证"
        " 已经认证了 我认证了 绑定好了 完成 完成了 搞定 搞掂 continue again repeat done finished".split()
    )
    | {"go on", "i am done", "i'm done"},
    Sign.PLACES: frozenset(
        "大厅 选大厅 先选大厅 换大厅 换个大厅 别的大厅 其他大厅 附近 附近大厅 附近的大厅 最近的 最近的大厅 有哪些大厅 哪些大厅"
        " 哪个大厅 去哪里 去边度 换个地方 换地方 halls hall places place nearest".split()
    )
    | {"other halls", "another hall", "choose a hall", "change hall", "which hall", "nearest hall"},
}
"""Whole messages, in small letters."""
GOALS: tuple[tuple[Goal, str], ...] = (
    (
        Goal.MOVE,
        "改到|改期|change to|can(?: i)? change|改个?時?时?间|改個時間|改约|改一下时间|改一下预约|改预约|换个?时间|换个?日子|改个?日子|改日期|预约改到?"
        "|改到|改去|延后|推迟|延期|reschedul(?:e|ing)|(?:move|change|shift|postpone) (?:my|the|our) "
        "(?:appointment|booking|visit|time|date)|change (?:appointment|booking)",
    ),
    (
        Goal.CANCEL,
        "取消.{0,12}预约|预约.{0,6}取消|取消(?:啦|了)?唔去|取消(?=.{0,4}[0-9]{4})|(?:那个|嗰个)取消|取消掉|退号|退掉预约|取消(?=我?[这那]个|周|星期|礼拜|明天|后天|听日)|不去了|去不了"
        "|去唔到|唔去啦|来不了|cancel (?:my|the|our|an|a|this|that) (?:[a-z]+ )*?(?:appointment|booking|visit)s?"
        "|cancel (?:appointment|booking)s?|can(?:not|'t) (?:come|make it)",
    ),
    (
        Goal.SEE,
        "我的预约|我嘅预约|(?:查看|查询|查一?下?|看看?|看一?下)(?:我的|一下|自己的)*预约|预约记录|预约情况|预约查询"
        "|我(?:是)?(?:预约|约)(?:了|咗|的是|的系)?(?:什么时候|几时|几点|哪天|边日|哪里)|我?(?:预约|约)(?:了|咗)(?:没有|没|吗|哪些|什么|乜)|我约了$|我约咗|有冇约|不动我?的?预约.*|号.{0,3}是几点"
        "|我有(?:没有|什么|几个)?预约|(?:show|see|list|check|view|what are|when is|where is) my "
        "(?:appointment|booking|visit)s?|my (?:appointment|booking)s?",
    ),
    (
        Goal.BOOK,
        "(?<!网络)(?:预约|預約)|重新开始|重新来|从头来|重来|start over|restart|预订|约个?时间|约个?号|约个?期|想约|要约|帮我约|帮约|约一个|约一下|约[0-9两二三四五六七八九] ?个号?|(?:^|(?<=[ ,，。]))约(?![了好定束会等])|微信约|上面约|取号|排号|挂号|book个期"
        r"|\bbook(?:ing)?\b|\bappointments?\b|\breserv(?:e|ation)\b|\bschedule\b",
    ),
)
"""What asks for what; the first that is there counts."""
NUMBERS = re.compile(
    rf"(?:我?选择?|我?要)?(?:第|no\.? ?|number |option |回复|回)?\s*({NUMBER}|zero|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|eleven|twelve)\s*(?:个|個|项|号|號|吧|啦|那个|這個|这个|个吧|。|\.|\)|）)*"
)
CIRCLED = {chr(0x2460 + number): str(number + 1) for number in range(20)}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "最后一个": -1}
FILLING = re.compile(
    "请问|请|麻烦|劳驾|唔该|谢谢|你好|您好|我想要|我想|我要|我们|想要|想|帮我|帮忙|帮|给我|给|能不能|可不可以|可以|能否"
    "|可唔可以|得唔得|需要|怎么|怎样|如何|点样|要怎么|一下|一个|一個|个|办理|去办|来办|想办|办|时间|的时候|去|到|在|过来"
    "|喺|嚟|我系|我是|现在|有没有|有冇|还有|有空|空位|号源|大厅|窗口|行吗|好吗|吗|呢|吧|啊|呀|啦|嘛|咩|嘅|的|了|和|跟|把"
    "|那天|那日|的话|我的|我"
)
EDGES = "请我想要帮办去到在的了吗呢吧啊呀啦个一下和跟把给约号来"
ENGLISH_FILLING = re.compile(
    r"\b(?:i'd like|i would like|i want|i need|i|can you|can|could you|could|please|to|make|an?|the|for|my|at|on|in|of"
    r"|with|help|me|get|do|have|like|want|need|hello|hi|is|there|any|slot|time|go|come|visit|it|from|between|and|me"
    r"|would|you|we|us|our|about|this|that|apply|thanks|thank|um|er|well|so|hall|centre|center|service|appointments?|booking|free|what|when|which|possible|available)\b"
)
TAILS = re.compile("24小时智慧政务大厅|智慧政务大厅|政务服务中心|政务中心|接待大厅|登记大厅|大厅|街道|镇")
ENGLISH_TAILS = re.compile(
    r"(?: 24-hour| smart| government| service| centre| center| hall| subdistrict| office)+$"
)
CENTRE = ("区政务服务中心", "区政务中心", "区中心", "政务中心", "区大厅", "中心大厅", "district centre", "district center",
          "main hall")  # fmt: skip
MIXED = 3
"""Fewer English words may stand in a Chinese sentence."""
NEUTRAL = frozenset({"ok", "okay", "okey", "yes", "yeah", "no"})
SHORT = 2
BEFORE_PLACES, AFTER_PLACES = ("去", "到", "在", "喺", "系咪", "嚟"), ("政务", "大厅", "厅")
VAGUE = frozenset({"番禺区", "番禺", "番禺区公安出入境", "番禺区不动产", "panyu district", "panyu"})


def hall_names(halls: Iterable[Hall]) -> tuple[HallName, ...]:
    """What halls are called: by their names, without what all names have in common, and by township."""
    return tuple(HallName(hall.code, _names(hall)) for hall in halls)


def _names(hall: Hall) -> tuple[str, ...]:
    chinese, english = plain(hall.name), plain(hall.name_en)
    found = {chinese, chinese.removeprefix("番禺区"), TAILS.sub("", chinese), english}
    found.add(ENGLISH_TAILS.sub("", english).removesuffix(" town" if hall.kind == "township" else ""))
    if hall.kind == "township":
        found |= {hall.township, TAILS.sub("", hall.township)}
    if hall.kind == "centre":
        found |= set(CENTRE)
    return tuple(sorted((name for name in found - VAGUE if len(name) > 1), key=len, reverse=True))


def plain(text: str) -> str:
    """Narrow, in small letters, with single spaces, without marks around."""
    return " ".join(narrow(text).lower().split()).strip(END)


def hear(text: str, today: date, halls: Sequence[HallName] = ()) -> Heard:
    """What a message says."""
    said = plain("".join(CIRCLED.get(sign, sign) for sign in text))
    english = is_english(said)
    if sign := next((sign for sign, words in SIGNS.items() if said in words), None):
        return Heard(sign=sign, english=english, number=0 if said == "0" else None)
    if re.fullmatch("(?:不|不想|不要|唔)取消(?!.*预约).{0,6}", said):
        return Heard(sign=Sign.NO, english=english)
    said, also = _first_wish(spoken(said))
    goal, before, after = _goal(said)
    rest = f"{before} {after}"
    number = _number(plain(rest) if goal is Goal.BOOK else said)
    if number is not None:
        return Heard(goal, number, None, Wish(days=days_in(said, today)[0]), english=english)
    visit = VISIT.search(rest)
    before, after = (whole_words(VISIT.sub(" ", part)) for part in (before, after))
    wish, rest = _wish(before, after, goal, today, halls)
    if visit:
        wish, goal = replace(wish, visit=visit[1]), goal or Goal.SEE
    over = wish.days is not None and wish.days.last < today
    no_day = over or is_no_day(said)
    if over:
        wish = replace(wish, days=None)
    several = SEVERAL.search(said) is not None
    return Heard(goal, None, None, wish, left_of(rest), english, said, no_day, several, also)


def _first_wish(said: str) -> tuple[str, bool]:
    """What was wished for first, of two things in one sentence."""
    clauses = [clause for clause in ALSO.split(said) if clause.strip(END)]
    goals = [_goal(clause)[0] for clause in clauses]
    if len(clauses) > 1 and goals[0] and any(goal and goal is not goals[0] for goal in goals[1:]):
        return clauses[0], True
    return said, False


def _wish(
    before: str, after: str, goal: Goal | None, today: date, halls: Sequence[HallName]
) -> tuple[Wish, str]:
    """The time and place that are wished for, and what is left of the words before and after a goal. A day before
    the moving, or at all of what is seen or cancelled, is that of the visit."""
    own = None
    if goal in (Goal.CANCEL, Goal.SEE, Goal.MOVE):
        own, before = days_in(before, today)
    if goal in (Goal.CANCEL, Goal.SEE) and own is None:
        own, after = days_in(after, today)
    after, codes = halls_in(f"{before} {after}", halls)
    any_hall = ANY_HALL.search(after) is not None
    early, late, after = order_in(ANY_HALL.sub(" ", after))
    days, after = days_in(after, today)
    span, after = span_in(after)
    return Wish(days, span, early, late, codes, any_hall, "", own), after


def spoken(said: str) -> str:
    """What is said otherwise than guides call it, in their words."""
    for pattern, words in SPOKEN:
        said = re.sub(pattern, words, said)
    return said


def whole_words(said: str) -> str:
    """「明早」 and its like with a day and a part of the day of their own."""
    return re.sub(
        "([今明听聽聼])(早上?|朝早?|晚上?)", lambda found: f"{found[1]}日{PARTS_OF_DAY[found[2][0]]}", said
    )


def is_english(said: str) -> bool | None:
    """Whether a text in small letters is English; None for numbers, signs, initials and what all languages say."""
    words = [word for word in re.findall(r"[a-z0-9']+", said) if re.search("[aeiouy]", word)]
    english = [word for word in words if word.isalpha() and len(word) > 1 and word not in NEUTRAL]
    han = re.findall(f"[{HAN}]", said)
    if han:
        return len(english) >= max(MIXED, len(han))
    if "<" in said or not english:
        return None
    return True


def _number(said: str) -> int | None:
    ordinal = re.fullmatch(r"(?:the )?([a-z]+|最后一个)(?: one)?", said)
    if ordinal and ordinal[1] in ORDINALS:
        return ORDINALS[ordinal[1]]
    found = NUMBERS.fullmatch(said)
    return number_of(found[1]) if found else None


def _goal(said: str) -> tuple[Goal | None, str, str]:
    """What is asked for, and what stands before and after it."""
    for goal, pattern in GOALS:
        if found := re.search(pattern, said):
            return goal, said[: found.start()], said[found.end() :]
    return None, "", said


def halls_in(said: str, halls: Sequence[HallName]) -> tuple[str, tuple[str, ...]]:
    """The text without the names of halls in it, and the codes of the halls: of the longest names first, and else
    of such as sound alike."""
    codes: dict[str, None] = {}
    while found := _named(said, halls, str) or (None if codes else _named(said, halls, sounds)):
        name, start = found
        codes |= dict.fromkeys(hall.code for hall in halls if name in hall.names)
        said = f"{said[:start]} {said[start + len(name) :]}"
    return re.sub(r"(?<=\s)(?:街道|镇|政务大厅|大厅|政务服务中心|厅)+", " ", said) if codes else said, tuple(
        codes
    )


def _named(said: str, halls: Sequence[HallName], made: Callable[[str], str]) -> tuple[str, int] | None:
    """The longest name of a hall that stands in the text, and where."""
    text = made(said)
    names = {name for hall in halls for name in hall.names if _stands(name, text, made)}
    if not names:
        return None
    longest = max(names, key=len)
    return longest, text.index(made(longest))


def _stands(name: str, text: str, made: Callable[[str], str]) -> bool:
    """A short name that only sounds alike counts where a place is meant."""
    if made is str or len(name) > SHORT:
        return made(name) in text
    before = "|".join(map(made, BEFORE_PLACES))
    after = "|".join(map(made, AFTER_PLACES))
    return re.search(f"(?:{before}){made(name)}|{made(name)}(?:{after})", text) is not None


def left_of(rest: str) -> str:
    """What is left of a sentence, as the words for an item."""
    rest = ENGLISH_FILLING.sub(" ", rest)
    parts = [part.strip(EDGES + END) for part in re.split(r"[\s,，。、;；:：!！?？.]+", rest)]
    kept = [_without_filling(part) for part in parts]
    return " ".join(part for part in kept if part)[:40]


def _without_filling(part: str) -> str:
    """Without filling words before and behind; within a word they belong to it."""
    while found := FILLING.match(part):
        part = part[found.end() :]
    before = None
    while before != part:
        before = part
        part = re.sub(f"(?:{FILLING.pattern})$", "", part)
    return part
