"""A clock in words: from when, how long, which pauses, until when."""

from collections.abc import Callable
from datetime import date

from tornado.locale import Locale

from handlers.web.sentences import filled
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


def explained(clock: Clock, locale: Locale, certain: Callable[[date], bool]) -> str:
    """「自11月26日起5个工作日，11月28日至11月30日暂停（听证），到12月4日」

    A day that the published calendar does not reach is 「预计」.
    """
    began = local_date(clock["began"])
    length = LENGTHS[clock["unit"]] if clock["number"] else AT_ONCE
    parts = [filled(locale, length, since=_day(began, None, locale), number=clock["number"])]
    parts += [_pause(pause, began, locale) for pause in clock["pauses"]]
    if clock["due"]:
        until = local_date(clock["due"])
        words = UNTIL if certain(until) else EXPECTED
        parts.append(filled(locale, words, until=_day(until, began, locale)))
    return "".join(parts)


def _pause(pause: Pause, began: date, locale: Locale) -> str:
    since, why = _day(local_date(pause["since"]), began, locale), locale.translate(pause["why"])
    if pause["until"] is None:
        return filled(locale, STANDS_STILL, since=since, why=why)
    until = _day(local_date(pause["until"]), began, locale)
    words = PAUSED_FOR_A_DAY if until == since else PAUSED
    return filled(locale, words, since=since, until=until, why=why)


def _day(day: date, began: date | None, locale: Locale) -> str:
    """With its year where that is not the year in which the clock began."""
    words = "{month}月{day}日" if began and day.year == began.year else "{year}年{month}月{day}日"
    return filled(locale, words, year=day.year, month=day.month, day=day.day)
