"""Words as they were meant: traditional characters, English words with one wrong letter, names of halls with
one wrong character. Pure."""

import re
from collections.abc import Iterable

SIMPLE = str.maketrans(
    dict(
        zip(
            "龍車灣樓東環橋鐘鍾萬學邨頭碧壹貳兩點時間預約證辦廳後個號週禮來開這裡邊見",
            "龙车湾楼东环桥钟钟万学村头碧一二两点时间预约证办厅后个号周礼来开这里边见",
            strict=True,
        )
    )
)
"""Traditional characters of halls, days and bookings → those that we write."""
WORDS = frozenset(
    (
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "tomorrow"),
        *("january", "february", "august", "september", "october", "november", "december"),
        *("morning", "afternoon", "evening", "appointment", "appointments", "reschedule"),
    )
)
"""English words that are known with one wrong, missing, doubled or swapped letter."""
SHORTEST = 5
"""Letters of a word that can be mended; a shorter one is close to too many."""


def mended(said: str) -> str:
    """A text in small letters, with the English words of days and bookings spelled right."""
    return re.sub(rf"[a-z]{{{SHORTEST},}}", lambda found: _mended(found[0]), said)


def _mended(word: str) -> str:
    if word in WORDS:
        return word
    close = [known for known in WORDS if is_close(word, known)]
    return close[0] if len(close) == 1 else word


def is_close(one: str, other: str) -> bool:
    """Whether they differ by one letter at most: another one, one more, one less, or two swapped."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    rest_one, rest_other = short[same:], long[same:]
    is_swapped = rest_one[:2] == rest_other[1::-1] and rest_one[2:] == rest_other[2:]
    return rest_one[1:] == rest_other[1:] or is_swapped


def meant(text: str, names: Iterable[str]) -> dict[str, str]:
    """The pieces of a text that are a name but for one character, each with its name; a piece that comes
    close to two is none."""
    found: dict[str, str] = {}
    twice = set[str]()
    for piece, name in _pairs(text, names):
        if found.setdefault(piece, name) != name:
            twice.add(piece)
    return {piece: name for piece, name in found.items() if piece not in twice}


def _pairs(text: str, names: Iterable[str]) -> Iterable[tuple[str, str]]:
    there = frozenset(text)
    for name in names:
        if len(set(name) - there) > 1:  # more than one character is another one
            continue
        for start in range(len(text) - len(name) + 1):
            piece = text[start : start + len(name)]
            if sum(a != b for a, b in zip(piece, name, strict=True)) == 1:
                yield piece, name
