"""The hours of a place in words of either language: made from its schedule, so that they never differ."""

from collections.abc import Callable, Sequence
from datetime import time

from handlers.web.words import WEEKDAYS
from models.places import Run, Week

Say = Callable[[str], str]
"""Words of ours in the language of who reads them, as `Locale.translate`."""


def hours_said(week: Week, translate: Say) -> str:
    """When people serve there in a usual week, and whether one can serve oneself at all hours."""
    times = translate("；").join(_run(one, translate) for one in week.runs)
    told = [_by_whom(week, translate).format(times=times)] if times else []
    if week.all_day:
        told.append(translate("自助服务区24小时开放"))
    return translate("；").join(told) or translate("开放时间请电话咨询")


def times_said(hours: Sequence[tuple[time, time]], translate: Say) -> str:
    """The openings of a day."""
    return translate("、").join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in hours)


def _by_whom(week: Week, translate: Say) -> str:
    if not week.at_windows:
        return translate("人工指引：{times}")
    return translate("窗口：{times}") if week.all_day else "{times}"


def _run(run: Run, translate: Say) -> str:
    first, last = (translate(WEEKDAYS[day - 1]) for day in (run.first, run.last))
    days = first if first == last else translate("{first}至{last}").format(first=first, last=last)
    return f"{days} {times_said(run.hours, translate)}"


def _clock(moment: time) -> str:
    return f"{moment.hour}:{moment:%M}"
