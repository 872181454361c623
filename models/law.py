"""Every legal period, told once: what the law says, from when it holds, and how long it is.

A clock keeps the key of the period it began with (`models/clocks.py`), so that a later change of the law
changes no clock that runs. A change is a new entry with its own date; entries are never edited or removed.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unit(StrEnum):
    WORKDAYS = "workdays"
    DAYS = "days"  # of the calendar, holidays included
    MONTHS = "months"  # of the calendar


class Term(StrEnum):
    """What a period is for."""

    ACCEPTANCE = "acceptance"  # to accept, refuse, or ask once for all that is missing
    SILENCE = "silence"  # after which nothing said means accepted
    DECISION = "decision"
    RECONSIDERATION = "reconsideration"  # 行政复议
    SUIT = "suit"  # 行政诉讼
    BAN = "ban"  # 网上办事黑名单: applying online is blocked
    APPEAL = "appeal"  # 申诉 against it
    PUBLIC_NOTICE = "public_notice"  # after which what was announced counts as delivered
    CONTACT = "contact"  # to talk to who gave a bad review
    RECTIFICATION = "rectification"  # 差评整改
    DISPUTE = "dispute"  # 被评价部门有异议
    WORD = "word"  # of the person, to a dispute
    PAUSE_OF_AN_HOUR = "pause_of_an_hour"  # before which a hall is told that a kiosk stops for up to an hour
    PAUSE_OF_DAYS = "pause_of_days"  # the same, for up to three working days
    PAUSE_OF_WEEKS = "pause_of_weeks"  # the same, for up to two weeks
    REMOVAL = "removal"  # the same, for longer than two weeks
    OUT_RUNNING = "out_running"  # out of service in one go, after which a kiosk is to retire
    OUT_IN_MONTH = "out_in_month"  # out of service on so many days of a month, the same


@dataclass(frozen=True)
class Period:
    """`number` of `unit`, by `article` of `law`, for what begins on `since` or later; `ours` where the
    article names no number, and we set one. Article 17 of the regulation refers to the district's rules for
    the numbers: those that stand here are ours."""

    term: Term
    law: str
    article: str
    number: int
    unit: Unit
    since: date
    ours: bool = False

    @property
    def source(self) -> str:
        """In words."""
        return f"《{self.law}》{self.article}"

    @property
    def key(self) -> str:
        return f"{self.term}@{self.since}"


REGULATION = "番禺区数字政府建设智慧政务服务管理办法（试行）"

PERIODS = (
    Period(Term.ACCEPTANCE, "行政许可法", "第三十二条", 5, Unit.WORKDAYS, date(2004, 7, 1)),
    Period(Term.SILENCE, "行政许可法", "第三十二条", 5, Unit.WORKDAYS, date(2004, 7, 1)),
    Period(Term.DECISION, "行政许可法", "第四十二条", 20, Unit.WORKDAYS, date(2004, 7, 1)),
    Period(Term.RECONSIDERATION, "行政复议法", "第九条", 60, Unit.DAYS, date(1999, 10, 1)),
    Period(Term.RECONSIDERATION, "行政复议法", "第二十条", 60, Unit.DAYS, date(2024, 1, 1)),
    Period(Term.SUIT, "行政诉讼法", "第三十九条", 3, Unit.MONTHS, date(1990, 10, 1)),
    Period(Term.SUIT, "行政诉讼法", "第四十六条", 6, Unit.MONTHS, date(2015, 5, 1)),
    Period(Term.BAN, REGULATION, "第二十八条", 3, Unit.MONTHS, date(2020, 1, 1)),
    Period(Term.APPEAL, REGULATION, "第二十八条", 30, Unit.WORKDAYS, date(2020, 1, 1)),
    Period(Term.PUBLIC_NOTICE, "民事诉讼法", "第九十二条", 60, Unit.DAYS, date(2013, 1, 1)),
    Period(Term.PUBLIC_NOTICE, "民事诉讼法", "第九十五条", 30, Unit.DAYS, date(2022, 1, 1)),
    Period(Term.CONTACT, REGULATION, "第十七条", 1, Unit.WORKDAYS, date(2020, 1, 1)),
    Period(Term.RECTIFICATION, REGULATION, "第十七条", 15, Unit.WORKDAYS, date(2020, 1, 1)),
    Period(Term.DISPUTE, REGULATION, "第十七条", 10, Unit.WORKDAYS, date(2020, 1, 1)),
    Period(Term.WORD, REGULATION, "第十七条", 5, Unit.WORKDAYS, date(2020, 1, 1)),
    Period(Term.PAUSE_OF_AN_HOUR, REGULATION, "第二十一条第（四）项", 1, Unit.WORKDAYS, date(2020, 1, 1)),
    Period(Term.PAUSE_OF_DAYS, REGULATION, "第二十一条第（四）项", 2, Unit.WORKDAYS, date(2020, 1, 1)),
    Period(Term.PAUSE_OF_WEEKS, REGULATION, "第二十一条第（四）项", 5, Unit.WORKDAYS, date(2020, 1, 1)),
    Period(Term.REMOVAL, REGULATION, "第二十一条第（四）项", 5, Unit.WORKDAYS, date(2020, 1, 1), ours=True),
    Period(Term.OUT_RUNNING, REGULATION, "第二十一条第（五）项", 7, Unit.DAYS, date(2020, 1, 1)),
    Period(Term.OUT_IN_MONTH, REGULATION, "第二十一条第（五）项", 5, Unit.WORKDAYS, date(2020, 1, 1)),
)


def in_force(term: Term, day: date) -> Period:
    """The period for what begins on `day`.

    Raises:
        LookupError: no law said anything then.
    """
    found = [period for period in PERIODS if period.term is term and period.since <= day]
    if not found:
        raise LookupError(f"no {term} on {day}")
    return max(found, key=lambda period: period.since)


def latest(term: Term) -> Period:
    """The period that a guide which is published now goes by."""
    return max((period for period in PERIODS if period.term is term), key=lambda period: period.since)


def by_key(key: str) -> Period:
    """The period that a clock began with.

    Raises:
        LookupError
    """
    for period in PERIODS:
        if period.key == key:
            return period
    raise LookupError(f"no period {key}")
