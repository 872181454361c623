"""Days and times as people say them, in Chinese, Cantonese and English. Pure: a text and today's date in,
what it means and what is left of the text out."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta

from handlers.chat.dialogue.state import Days, Span

HAN_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "兩": 2,
}
NUMBER = "(?:[0-9]{1,2}|[零〇一二两兩三四五六七八九十]{1,3})"
ENGLISH_NUMBERS = {
    word: number
    for number, word in enumerate(
        (
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        )
    )
}
WEEKDAYS = (
    {sign: number for number, sign in enumerate("一二三四五六日")}
    | {"天": 6}
    | {str(number + 1): number for number in range(7)}
)
ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = f"(?:{'|'.join(MONTHS)})[a-z]*\\.?"

AHEAD: Mapping[str, int] = {
    "大后天|大後天|大后日|大後日": 3,
    "后天|後天|后日|後日|(?:the )?day after tomm?orr?ow": 2,
    "明天|明日|听日|聽日|聼日|明(?=上午|下午|晏)|听(?=晏)|聽(?=晏)|tomm?orr?ow": 1,
    "昨天|昨日|琴日|尋日|寻日|yesterday": -1,
    "前天|前日": -2,
    "今天|今日|今(?=上午|下午|晏)|today|this (?=morning|afternoon|evening)|tonight": 0,
}
"""What is said → days ahead; longer words first, since they hold the shorter ones."""
PARTS: Mapping[str, tuple[int, int]] = {
    "(?:中午|正午|午饭)(?:以|之)?前|before (?:noon|lunch|midday)": (0, 12),
    "(?:吃完)?(?:午饭|午休|中午)(?:以|之|过)?后|吃完午饭|after (?:lunch|noon|midday)": (12, 18),
    "朝早|朝头早|早上|上午|上昼|上晝|早晨|一早|清早|in the morning|this morning|mornings?": (0, 12),
    "下午|下昼|下晝|晏昼|晏晝|午后|午後|in the afternoon|afternoons?": (12, 18),
    "中午|正午|noon|midday|lunch ?time": (11, 14),
    "晚上|夜晚|夜间|傍晚|晚间|evenings?|(?:at )?night": (18, 24),
}
"""What is said → from which hour to which."""
LATER = re.compile(
    "(?:稍微?|再)?[晚迟](?:一?[点些]|啲)儿?|later|late(?= (?:in the )?(?:morning|afternoon|evening))"
)
SOONER = re.compile("(?:稍微?|再)?早一[点些]儿?|early(?= (?:in the )?(?:morning|afternoon|evening))|earlier")
HALVES: Mapping[tuple[int, int], time] = {
    (0, 12): time(10, 30),
    (12, 18): time(15),
    (11, 14): time(12, 30),
    (18, 24): time(20),
}
"""Where the later half of a part of the day begins, as halls are open."""
EARLY = re.compile(
    "越早越好|越快越好|最早|最快|尽快|尽早|早啲|快啲|早点儿?|第一个空位|随便|都可以|都行|都得|任何时间"
    "|几时都得"
    "|as soon as possible|as early as possible|a\\.?s\\.?a\\.?p\\.?|(?:the )?(?:earliest|soonest)(?:"
    " possible)?"
    "|(?:the )?first available|any ?time|any day|whenever|next available"
)
LATE = re.compile(
    "越晚越好|越迟越好|最晚|最迟|(?:下班|收工|关门)(?:以|之)?前|before (?:closing|you close)"
    "|as late as possible|(?:the )?latest(?: possible)?"
)
CLOCK = (
    rf"(?:(?P<h>{NUMBER}) ?[点點时時](?: ?(?P<half>半|[一1三3]刻|{NUMBER} ?分?|整|钟|鐘))?"
    r"|(?P<h2>[01]?[0-9]|2[0-3])[:：h](?P<m2>[0-5][0-9])(?: ?(?P<half2>[ap])\.?m\.?)?"
    r"|(?P<h3>[0-9]{1,2}) ?(?P<half3>[ap])\.?m\.?"
    r"|(?P<h4>[0-9]{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) ?o'?clock)"
)
AFTER = "(?:以后|之后|以後|之後|过后|過後|后|後|起|开始|打后|or later|onwards?)"
BEFORE = "(?:以前|之前|前|or earlier)"
ABOUT = "(?:左右|前后|上下)"
JOINED = "或者|或|和|跟|同|、|到|至|-|~|or|and|to"
"""Between two days of which any will do."""
LEAP = 2028
LAST = time(23, 59)
END_OF_MONTH = 6
"""Days before the last one that are its end, and after the first one its beginning."""
AROUND = 30
"""Minutes before and after 「左右」."""


def number_of(text: str) -> int:
    """A number up to 99, in digits or Chinese."""
    if text.isdigit():
        return int(text)
    if text in ENGLISH_NUMBERS:
        return ENGLISH_NUMBERS[text]
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return HAN_DIGITS.get(ones, 0) if len(ones) == 1 else 0
    return (HAN_DIGITS.get(tens, 1) if tens else 1) * 10 + (HAN_DIGITS.get(ones, 0) if ones else 0)


def days_in(text: str, today: date) -> tuple[Days | None, str]:
    """The days that are said, and the text without them; of two that are joined all from one to the other."""
    first, rest, at = _day_in(text, today)
    if first is None or not re.match(rf" *(?:{JOINED})", rest[at:]):
        return first, rest
    second, left, _ = _day_in(rest[at:], today)
    if second is None:
        return first, rest
    return Days(min(first.first, second.first), max(first.last, second.last)), rest[:at] + left


def _day_in(text: str, today: date) -> tuple[Days | None, str, int]:
    """The day that is said first of the most exact kind, the text without it, and where it stood."""
    for pattern, meaning in DAYS:
        for found in re.finditer(pattern, text):
            days = meaning(found, today)
            if days:
                return days, f"{text[: found.start()]} {text[found.end() :]}", found.start()
    return None, text, 0


def is_no_day(text: str) -> bool:
    """Whether a date is said that no year has."""
    for found in re.finditer(rf"({NUMBER})月({NUMBER})[日号號]", text):
        if _date(LEAP, number_of(found[1]), number_of(found[2])) is None:
            return True
    return False


def _one(day: date | None) -> Days | None:
    return Days(day, day) if day else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(month: int, day: int, today: date) -> Days | None:
    found = _date(today.year, month, day)
    return _one(found if found and found >= today else _date(today.year + 1, month, day))


def _full(found: re.Match[str], _today: date) -> Days | None:
    return _one(_date(*map(int, found.groups())))


def _month_day(found: re.Match[str], today: date) -> Days | None:
    return _coming(number_of(found[1]), number_of(found[2]), today)


def _day_month(found: re.Match[str], today: date) -> Days | None:
    return _coming(int(found[2]), int(found[1]), today)


def _english_date(found: re.Match[str], today: date) -> Days | None:
    day, month = (found[1], found[2]) if found[1] else (found[4], found[3])
    return _coming(MONTHS.index(month[:3]) + 1, int(day), today)


def _day_of_month(found: re.Match[str], today: date) -> Days | None:
    day = number_of(found[1])
    this = _date(today.year, today.month, day)
    if this and this >= today:
        return _one(this)
    following = today.replace(day=1) + timedelta(days=32)
    return _one(_date(following.year, following.month, day))


def _weekday(number: int, prefix: str, today: date) -> Days | None:
    monday = today - timedelta(days=today.weekday())
    if prefix:
        return _one(monday + timedelta(days=7 * prefix.count("下") + number))
    return _one(today + timedelta(days=(number - today.weekday()) % 7))


def _chinese_weekday(found: re.Match[str], today: date) -> Days | None:
    return _weekday(WEEKDAYS[found[2]], found[1] or "", today)


def _english_weekday(found: re.Match[str], today: date) -> Days | None:
    number = ENGLISH_DAYS.index(found[2][:3])
    prefix = {"next": "下", "this": "这"}.get(found[1] or "", "")
    return _weekday(number, prefix, today)


def _weekday_of_week(found: re.Match[str], today: date) -> Days | None:
    return _weekday(ENGLISH_DAYS.index(found[1][:3]), "下" if found[2] == "next" else "这", today)


def _month_end(_found: re.Match[str], today: date) -> Days | None:
    last = (today.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return Days(max(today, last - timedelta(days=END_OF_MONTH)), last)


def _month_begin(_found: re.Match[str], today: date) -> Days | None:
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Days(first, first + timedelta(days=END_OF_MONTH))


def _week(found: re.Match[str], today: date) -> Days | None:
    monday = today - timedelta(days=today.weekday())
    if found[0] in ("周末", "週末", "weekend", "the weekend"):
        return Days(monday + timedelta(days=5), monday + timedelta(days=6))
    ahead = 0 if found[0][0] in "这本呢今t" else 7
    return Days(max(today, monday + timedelta(days=ahead)), monday + timedelta(days=ahead + 6))


def _ahead(days: int) -> Callable[[re.Match[str], date], Days | None]:
    return lambda _found, today: _one(today + timedelta(days=days))


WEEK = "(?:周|星期|礼拜|禮拜|週)"
DAYS: tuple[tuple[str, Callable[[re.Match[str], date], Days | None]], ...] = (
    (r"(20[0-9]{2}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2})日?", _full),
    (rf"({NUMBER})月({NUMBER})[日号號]?", _month_day),
    (
        rf"(?:\\bon )?(?:\\bthe )?(?:([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH})"
        rf"|({MONTH}) ([0-9]{{1,2}})(?:st|nd|rd|th)?)(?![0-9a-z:])",
        _english_date,
    ),
    (r"(?<![0-9:])(1[0-2]|0?[1-9])[-/.](3[01]|[12][0-9]|0?[1-9])(?![0-9:：点點时時])[日号號]?", _month_day),
    (r"(?<![0-9:])(3[01]|2[0-9]|1[3-9])/(1[0-2]|0?[1-9])(?![0-9:])", _day_month),
    *((pattern, _ahead(days)) for pattern, days in AHEAD.items()),
    (rf"(下下|下|这|這|本|今|呢)?(?:个|個)?{WEEK}([一二三四五六日天1-7])", _chinese_weekday),
    (
        r"(?:\bon )?\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday),? (next|this) week\b",
        _weekday_of_week,
    ),
    (
        r"(?:\bon )?(?:\b(next|this) (?:week )?)?\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday"
        r"|mon|tues?|wed|thurs?|thur|fri|sat|sun)\b",
        _english_weekday,
    ),
    (r"月底|end of (?:the|this)? ?month", _month_end),
    (r"下个?月初|early next month|beginning of next month", _month_begin),
    (rf"[下这本呢](?:个|個)?{WEEK}内?|周末|週末|next week|this week|(?:the )?weekend", _week),
    (rf"(?<![第月选要0-9])({NUMBER})[号號日](?!楼|线|窗|员)", _day_of_month),
)
"""What is said of a day → what it means; what is more exact stands first."""


def ranges(said: str) -> str:
    """「2-4点」 and “2-4pm”, with both ends told as times."""
    said = re.sub(rf"({NUMBER}) ?[-~–到至] ?(?={NUMBER} ?[点时])", r"\1点到", said)
    return re.sub(
        r"(?<![0-9:.])([0-9]{1,2}) ?(?:-|–|to|and|till|until) ?([0-9]{1,2}) ?([ap])\.?m\b", _both_ends, said
    )


def _both_ends(found: re.Match[str]) -> str:
    first, last, half = int(found[1]), int(found[2]), found[3]
    before = "a" if half == "p" and first % 12 > last % 12 else half
    return f"{first}{before}m to {last}{half}m"


def span_in(text: str) -> tuple[Span | None, str]:
    """The time of the day that is said, and the text without it."""
    later, sooner = LATER.search(text), SOONER.search(text)
    part, rest = _part(SOONER.sub(" ", LATER.sub(" ", text)))
    if later or sooner:
        return _half(part, later=bool(later)), rest
    clocks = list(re.finditer(CLOCK, rest))
    if not clocks:
        if found := re.search(r"(?<![a-z])(?:at|after|before|around) ([0-9]{1,2})(?![0-9:./-])", rest):
            clocks = [found]
        else:
            return (Span(time(part[0]), LAST if part[1] == 24 else time(part[1])) if part else None), rest
    times = [moment for one in clocks[:2] if (moment := _clock(one, part)) is not None]
    if not times:
        return None, rest
    begin, end = clocks[0].start(), clocks[len(times) - 1].end()
    before = re.search(r"(after|from|since|before|by|until|till|around|about|at|between)? ?$", rest[:begin])
    tail = re.match(rf" ?(?:{AFTER}|{BEFORE}|{ABOUT})?", rest[end:])
    word = (before[1] or "") if before else ""
    word = word or ("at" if clocks[0][0].startswith("at ") else "")
    word = next((each for each in ("after", "before", "around") if clocks[0][0].startswith(each)), word)
    said = tail[0].strip() if tail else ""
    left = f"{rest[: before.start() if before else begin]} {rest[end + (len(tail[0]) if tail else 0) :]}"
    return _meant(times, word, said), left


def _half(part: tuple[int, int] | None, *, later: bool) -> Span:
    """The later or sooner half of a part of the day, or of a day."""
    if part is None:
        return Span(time(14), LAST) if later else Span(time(0), time(11))
    begin, middle = time(part[0]), HALVES[part]
    return Span(middle, LAST if part[1] == 24 else time(part[1])) if later else Span(begin, middle)


def _part(text: str) -> tuple[tuple[int, int] | None, str]:
    """The part of the day, and the text without it."""
    for pattern, hours in PARTS.items():
        if found := re.search(pattern, text):
            return hours, f"{text[: found.start()]}{text[found.end() :]}"
    return None, text


def _meant(times: list[time], word: str, said: str) -> Span:
    first = times[0]
    if len(times) == 2 and times[1] > first:
        return Span(first, times[1])
    if word in ("after", "from", "since") or re.fullmatch(AFTER, said):
        return Span(first, LAST)
    if word in ("before", "by", "until", "till") or re.fullmatch(BEFORE, said):
        return Span(time(0), first)
    if word in ("around", "about") or re.fullmatch(ABOUT, said):
        minutes = first.hour * 60 + first.minute
        return Span(_minute(minutes - AROUND), _minute(minutes + AROUND + 1))
    return Span(first, first)


def _minute(minutes: int) -> time:
    minutes = min(max(minutes, 0), 24 * 60 - 1)
    return time(minutes // 60, minutes % 60)


def _clock(found: re.Match[str], part: tuple[int, int] | None) -> time | None:
    groups = found.groupdict()
    hour_text = next((groups[name] for name in ("h", "h2", "h3", "h4") if groups.get(name)), None)
    hour = number_of(hour_text or found[1])
    minute = int(groups["m2"]) if groups.get("m2") else _minutes(groups.get("half") or "")
    half = groups.get("half2") or groups.get("half3")
    written = bool(groups.get("m2")) and not half and len(groups["h2"] or "") == 2
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif not written and hour < 12 and ((part and part[0] >= 12) or (part is None and hour < 8)):
        hour += 12
    return time(hour, minute) if 0 <= hour < 24 and 0 <= minute < 60 else None


def _minutes(said: str) -> int:
    quarters = {"半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45, "整": 0, "钟": 0, "鐘": 0, "": 0}
    return quarters[said] if said in quarters else number_of(said.rstrip("分 "))


def order_in(text: str) -> tuple[bool, bool, str]:
    """Whether the first that is free is wished, or the last; and the text without it."""
    early, late = EARLY.search(text), LATE.search(text)
    return bool(early), bool(late), LATE.sub(" ", EARLY.sub(" ", text))
