"""A clock in words: from when, how long, which pauses, until when."""

from collections.abc import Callable
from datetime import date

from models.clocks import Clock, Pause
from models.law import Unit
from models.workdays import local_date

LENGTHS = {
    Unit.WORKDAYS: "自{since}起{number}个工作日",
    Unit.DAYS: "自{since}起{number}日",
    Unit.MONTHS: "自{since}起{number}个月",
}
AT_ONCE = "{since}当天"
PAUSED_FOR_A_DAY = "，{since}暂停（{why}）"
PAUSED = "，{since}至{until}暂停（{why}）"
STANDS_STILL = "，自{since}起暂停（{why}）"
UNTIL = "，到{until}"
EXPECTED = "，预计到{until}"

Translate = Callable[[str], str]


def explained(clock: Clock, translate: Translate, certain: Callable[[date], bool]) -> str:
    """「自11月26日起5个工作日，11月28日至11月30日暂停（听证），到12月4日」

    A day that the published calendar does not reach is 「预计」.
    """
    began = local_date(clock["began"])
    length = LENGTHS[clock["unit"]] if clock["number"] else AT_ONCE
    parts = [translate(length).format(since=_day(began, None, translate), number=clock["number"])]
    parts += [_pause(pause, began, translate) for pause in clock["pauses"]]
    if clock["due"]:
        until = local_date(clock["due"])
        words = translate(UNTIL if certain(until) else EXPECTED)
        parts.append(words.format(until=_day(until, began, translate)))
    return "".join(parts)


def _pause(pause: Pause, began: date, translate: Translate) -> str:
    since, why = _day(local_date(pause["since"]), began, translate), translate(pause["why"])
    if pause["until"] is None:
        return translate(STANDS_STILL).format(since=since, why=why)
    until = _day(local_date(pause["until"]), began, translate)
    words = PAUSED_FOR_A_DAY if until == since else PAUSED
    return translate(words).format(since=since, until=until, why=why)


def _day(day: date, began: date | None, translate: Translate) -> str:
    """With its year where that is not the year in which the clock began."""
    words = "{month}月{day}日" if began and day.year == began.year else "{year}年{month}月{day}日"
    return translate(words).format(year=day.year, month=day.month, day=day.day)
