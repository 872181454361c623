"""What was said: the words of a message, today's date and the halls there are → what was heard. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from handlers.chat.dialogue.mending import SIMPLE, meant, mended
from handlers.chat.dialogue.phrases import (
    ADDING,
    AFTER_PLACES,
    ALSO,
    ANY_HALL,
    AROUND_A_PLACE,
    AROUND_HALLS,
    BEFORE_PLACES,
    CENTRE,
    CIRCLED,
    EDGES,
    END,
    ENGLISH_FILLING,
    ENGLISH_TAILS,
    FILLING,
    GOALS,
    IN_ENGLISH,
    LEAVING,
    MIXED,
    NEUTRAL,
    NOT_THEN,
    NUMBERS,
    ORDINALS,
    PARTS_OF_DAY,
    POLITE,
    SEVERAL,
    SHORT,
    SIGNS,
    SPOKEN,
    TAILS,
    VAGUE,
    VISIT,
    Sign,
)
from handlers.chat.dialogue.state import NO_WISH, Goal, Wish
from handlers.chat.dialogue.times import days_in, is_no_day, number_of, order_in, ranges, span_in
from models.guides.sounds import sounds
from models.places import Hall
from models.typed import HAN, narrow

REMEMBERED = 512
"""Texts, and names of halls, of which a process keeps what they mean."""
Made = Callable[[str], str]
"""How a text is compared: as it is written, or as it sounds."""


class HallName(NamedTuple):
    """A hall by its code, with what it is called, in small letters."""

    code: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Heard:
    """`goal` is what was asked for in words. `number` is there where the message is a number alone;
    「1号」 is a number and a day. `item` is what is left where all that was understood, and filling words,
    are taken away. `english` says that it was written in English; None that nothing tells. `about` is the
    sentence itself, to look for items in it. `no_day` says that a day was said that is over or that there
    never is, `several` that more than one booking is wished for, `also` that the sentence wishes for a
    second thing, `asks` that something else follows on a yes, `adds` that it may name another matter for the
    same visit."""

    goal: Goal | None = None
    number: int | None = None
    sign: Sign | None = None
    wish: Wish = NO_WISH
    item: str = ""
    english: bool | None = None
    about: str = ""
    no_day: bool = False
    several: bool = False
    also: bool = False
    asks: bool = False
    adds: bool = False

    @property
    def plain(self) -> bool:
        """Only a goal was said, and nothing about it."""
        return self.goal is not None and not self.item and self.wish == NO_WISH


def hall_names(halls: Iterable[Hall]) -> tuple[HallName, ...]:
    """What halls are called: by their names, without what all names have in common, and by township."""
    called = ((hall.code, hall.kind, hall.name, hall.name_en, hall.township) for hall in halls)
    return tuple(HallName(code, _names(kind, *names)) for code, kind, *names in called)


@lru_cache(maxsize=REMEMBERED)
def _names(kind: str, name: str, name_en: str, township: str) -> tuple[str, ...]:
    chinese, english = plain(name), plain(name_en)
    found = {chinese, chinese.removeprefix("番禺区"), TAILS.sub("", chinese), english}
    found.add(ENGLISH_TAILS.sub("", english).removesuffix(" town" if kind == "township" else ""))
    if kind == "township":
        found |= {township, TAILS.sub("", township)}
    if kind == "centre":
        found |= set(CENTRE)
    return tuple(sorted((name for name in found - VAGUE if len(name) > 1), key=len, reverse=True))


def plain(text: str) -> str:
    """Narrow, in small letters, with single spaces, without marks around."""
    return " ".join(narrow(text).lower().split()).strip(END)


@lru_cache(maxsize=REMEMBERED)
def hear(text: str, today: date, halls: tuple[HallName, ...] = ()) -> Heard:
    """What a message says. Several ask of the same message, and many people say the same."""
    said = plain("".join(CIRCLED.get(sign, sign) for sign in text))
    english = is_english(said)
    if said in SIGNS[Sign.TONGUE]:
        return Heard(sign=Sign.TONGUE, english=IN_ENGLISH.search(said) is not None)
    if sign := _sign(said):
        return Heard(sign=sign, english=english, number=0 if said == "0" else None)
    said, yes = _without_yes(POLITE.sub("", said))
    said, also = _first_wish(spoken(said))
    goal, before, after = _goal(said)
    rest = f"{before} {after}"
    number = _number(plain(rest) if goal is Goal.BOOK else said)
    if number is not None:
        if goal is Goal.BOOK and SEVERAL.search(said):
            return Heard(goal, english=english, several=True)
        return Heard(goal, number, None, Wish(days=days_in(said, today)[0]), english=english)
    adds = ADDING.search(plain(rest)) is not None
    if adds and goal is None:
        after = ADDING.sub("", plain(after))
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
    asks = yes and goal is None and wish == NO_WISH
    return Heard(goal, None, None, wish, left_of(rest), english, said, no_day, several, also, asks, adds)


def _sign(said: str) -> Sign | None:
    """The answer that a message is as a whole; a yes may be said politely."""
    if sign := next((sign for sign, words in SIGNS.items() if said in words), None):
        return sign
    if re.fullmatch("(?:不|不想|不要|唔)取消(?!.*预约).{0,6}", said):
        return Sign.NO
    return Sign.YES if POLITE.sub("", said) in SIGNS[Sign.YES] else None


def _without_yes(said: str) -> tuple[str, bool]:
    """What follows after a yes, and whether there was one."""
    first, *after = re.split(f"[{END}\\s]+", said, maxsplit=1)
    return (after[0], True) if after and first in SIGNS[Sign.YES] else (said, False)


def _first_wish(said: str) -> tuple[str, bool]:
    """What was wished for first, of two things in one sentence."""
    clauses = [clause for clause in ALSO.split(said) if clause.strip(END)]
    goals = [_goal(clause)[0] for clause in clauses]
    if len(clauses) > 1 and goals[0] and any(goal and goal is not goals[0] for goal in goals[1:]):
        return clauses[0], True
    return said, False


def _wish(
    before: str, after: str, goal: Goal | None, today: date, halls: tuple[HallName, ...]
) -> tuple[Wish, str]:
    """The time and place that are wished for, and what is left of the words before and after a goal. A day
    before the moving, or at all of what is seen or cancelled, is that of the visit."""
    own = None
    if goal in (Goal.CANCEL, Goal.SEE, Goal.MOVE):
        own, before = days_in(before, today)
    if goal in (Goal.CANCEL, Goal.SEE) and own is None:
        own, after = days_in(after, today)
    after, codes = halls_in(f"{before} {after}", halls)
    any_hall = ANY_HALL.search(after) is not None
    early, late, after = order_in(NOT_THEN.sub(" ", ANY_HALL.sub(" ", after)))
    days, after = days_in(after, today)
    span, after = span_in(after)
    return Wish(days, span, early, late, codes, any_hall, "", own), after


def spoken(said: str) -> str:
    """What is said otherwise than guides call it, in their words."""
    said = ranges(mended(said.translate(SIMPLE)))
    for pattern, words in SPOKEN:
        said = re.sub(pattern, words, said)
    return said


def whole_words(said: str) -> str:
    """「明早」 and its like with a day and a part of the day of their own."""
    return re.sub(
        "([今明听聽聼])(早上?|朝早?|晚上?)", lambda found: f"{found[1]}日{PARTS_OF_DAY[found[2][0]]}", said
    )


def is_english(said: str) -> bool | None:
    """Whether a text in small letters is English; None for numbers, initials and what all languages say."""
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
            within = " ".join(filter(None, found.groups()))
            return goal, said[: found.start()], f"{within} {said[found.end() :]}"
    return None, "", said


@lru_cache(maxsize=REMEMBERED)
def halls_in(said: str, halls: tuple[HallName, ...]) -> tuple[str, tuple[str, ...]]:
    """The text without the names of halls in it, and the codes of the halls: of the longest names first,
    and else of such as sound alike."""
    codes: dict[str, None] = {}
    while found := _named(said, halls, str) or (None if codes else _named(said, halls, sounds)):
        name, start = found
        codes |= dict.fromkeys(hall.code for hall in halls if name in hall.names)
        said = f"{said[:start]} {said[start + len(name) :]}"
    if not codes and (found := _typed_wrong(said, halls)):
        name, start = found
        codes |= dict.fromkeys(hall.code for hall in halls if name in hall.names)
        said = f"{said[:start]} {said[start + len(name) :]}"
    if not codes:
        return said, ()
    return re.sub(AROUND_HALLS, " ", said), tuple(codes)


def _typed_wrong(said: str, halls: Sequence[HallName]) -> tuple[str, int] | None:
    """A name with one wrong character, where it can be nothing but a place, and where it stands."""
    names = [name for hall in halls for name in hall.names if re.match(f"[{HAN}]", name)]
    for piece, name in sorted(meant(said, names).items(), key=lambda pair: -len(pair[1])):
        as_place = f"{piece}(?:{'|'.join(AFTER_PLACES)})"
        gone_to = f"(?:{'|'.join(BEFORE_PLACES)}){piece}(?=$|{LEAVING})"
        is_long = len(name) > SHORT
        if piece == alone(said) or re.search(as_place, said) or (is_long and re.search(gone_to, said)):
            return name, said.index(piece)
    return None


def alone(said: str) -> str:
    """A text without the words around the name of a place."""
    return re.sub(AROUND_A_PLACE, "", said.strip(END))


def _named(said: str, halls: Sequence[HallName], made: Made) -> tuple[str, int] | None:
    """The longest name of a hall that stands in the text, and where."""
    text, place = made(said), made(alone(said))
    names = {name for hall in halls for name in hall.names if _stands(name, text, place, made)}
    if not names:
        return None
    longest = max(names, key=len)
    return longest, text.index(made(longest))


def _stands(name: str, text: str, place: str, made: Made) -> bool:
    """A short name that only sounds alike counts where a place is meant: it is all of `place`, or stands by
    words that tell."""
    wanted = _made(name, made)
    if made is str or len(name) > SHORT:
        return wanted in text
    if wanted == place:
        return True
    return wanted in text and re.search(_as_place(wanted, made), text) is not None


@lru_cache(maxsize=REMEMBERED)
def _made(name: str, made: Made) -> str:
    return made(name)


@lru_cache(maxsize=REMEMBERED)
def _as_place(wanted: str, made: Made) -> str:
    before, after = ("|".join(map(made, words)) for words in (BEFORE_PLACES, AFTER_PLACES))
    return f"(?:{before}){wanted}|{wanted}(?:{after})"


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
