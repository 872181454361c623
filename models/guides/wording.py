"""What a person who types a search wants: the words that name it, without those that every question has."""

import re
from functools import lru_cache

from models.typed import HAN, narrow

RUNS = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
PHRASES = re.compile(
    "怎么办|怎么样|怎么|怎样|如何|什么|哪里|哪儿|哪个|多少|多久|请问|我要|我想|想要|需要|可以|能不能|可不可以"
    "|申请|申办|办理|办|一下|网上|在线|预约|查询|地址|电话|材料|资料|流程|手续|条件|指南"
    "|我们|我的|我|你们|你|吗|呢|番禺区|番禺|广州市|广州"
)
"""Said around what is wanted, wherever they stand."""
EDGES = "的了啊呀吧去要想在帮给把和"
"""Said before or after it; within a word they belong to it."""
ENGLISH = re.compile(
    "a|an|the|my|our|i|we|to|of|for|in|at|on|and|or|how|what|where|can|do|does|need|want|get|have|make"
    "|apply|applying|application|please|help|with|panyu|guangzhou"
)
LONGEST = 50
"""Signs of a search, as they are compared; what stands behind them is dropped."""
REMEMBERED = 8192
"""Names and keywords of guides, which every search compares, and what is typed."""
MOST = 8
"""Words that are looked for; the others of a long sentence are dropped."""


@lru_cache(maxsize=REMEMBERED)
def plain(text: str) -> str:
    """Lower case, half width, without spaces and marks."""
    return re.sub(r"\W+", "", narrow(text).lower())


def is_han(word: str) -> bool:
    """Whether a word is Chinese; `words_of` makes none that is both."""
    return re.match(f"[{HAN}]", word) is not None


def words_of(text: str) -> list[str]:
    """The words that are looked for, in small letters; where nothing else was typed, also fillers.

    Single characters are dropped beside longer words: nearly every name has them.
    """
    runs = RUNS.findall(narrow(text).lower()[:LONGEST])
    words = [word for run in runs for word in _without_fillers(run)] or runs
    longer = [word for word in words if len(word) > 1]
    return list(dict.fromkeys(longer or words))[:MOST]


def _without_fillers(run: str) -> list[str]:
    if not is_han(run):
        return [] if ENGLISH.fullmatch(run) else [run]
    return [word for part in PHRASES.split(run) if (word := part.strip(EDGES))]
