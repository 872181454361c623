"""How a clock explains itself."""

from datetime import UTC, date, datetime
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from tornado.locale import CSVLocale, GettextLocale

from handlers.web.clocks import explained
from models.clocks import clock, paused, resumed
from models.law import Unit
from models.workdays import PANYU, Workdays

CALENDAR = Workdays()


def panyu(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=PANYU).astimezone(UTC)


class Catalogue(GettextLocale):
    """As a page in English has it."""

    def __init__(self) -> None:
        with Path("locale/en/LC_MESSAGES/panyu.po").open("rb") as file:
            catalogue = read_po(file, locale="en")
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        super().__init__("en", GNUTranslations(compiled))


said = CSVLocale("zh_CN", {})


def certain(day: date) -> bool:
    return day.year == 2026


@pytest.mark.article("13.results")
def test_a_clock_says_from_when_how_long_which_pauses_and_until_when() -> None:
    running = clock(panyu("2026-11-26 09:00"), 5, Unit.WORKDAYS, CALENDAR)
    assert explained(running, said, certain) == "自2026年11月26日起5个工作日，到12月3日"
    still = paused(running, "听证", panyu("2026-11-28 09:00"))
    assert explained(still, said, certain) == "自2026年11月26日起5个工作日，自11月28日起暂停（听证）"
    again = resumed(still, panyu("2026-11-30 18:00"), CALENDAR)
    assert explained(again, said, certain) == (
        "自2026年11月26日起5个工作日，11月28日至11月30日暂停（听证），到12月4日"
    )


def test_what_lies_beyond_the_calendar_is_expected_and_has_its_year() -> None:
    running = clock(panyu("2026-12-28 09:00"), 20, Unit.WORKDAYS, CALENDAR)
    assert explained(running, said, certain) == "自2026年12月28日起20个工作日，预计到2027年1月26日"
    months = clock(panyu("2026-03-02 09:00"), 2, Unit.MONTHS, CALENDAR)
    assert explained(months, said, certain) == "自2026年3月2日起2个月，到5月6日"  # 1 to 5 May are off


def test_what_is_due_at_once_says_so_without_a_number() -> None:
    running = clock(panyu("2026-11-28 09:00"), 0, Unit.WORKDAYS, CALENDAR)
    assert explained(running, said, certain) == "2026年11月28日当天，到11月30日"  # from a Saturday


def test_in_english_it_has_no_chinese_sign() -> None:
    still = paused(
        clock(panyu("2026-11-26 09:00"), 5, Unit.WORKDAYS, CALENDAR), "听证", panyu("2026-11-28 09:00")
    )
    again = resumed(still, panyu("2026-11-30 18:00"), CALENDAR)
    for one in (still, again):
        assert explained(one, Catalogue(), certain).isascii()


def test_a_pause_within_a_day_names_it_once() -> None:
    running = clock(panyu("2026-11-26 09:00"), 5, Unit.WORKDAYS, CALENDAR)
    still = paused(running, "听证", panyu("2026-11-27 09:00"))
    again = resumed(still, panyu("2026-11-27 11:00"), CALENDAR)
    assert explained(again, said, certain) == "自2026年11月26日起5个工作日，11月27日暂停（听证），到12月4日"


def test_one_day_and_two_days_are_told_apart_in_english() -> None:
    one, two = (clock(panyu("2026-11-26 09:00"), number, Unit.WORKDAYS, CALENDAR) for number in (1, 2))
    assert explained(one, Catalogue(), certain).startswith("1 working day from ")
    assert explained(two, Catalogue(), certain).startswith("2 working days from ")
