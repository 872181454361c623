"""Suspension and retirement around Spring Festival and National Day 2026, as `holidays_2026.toml` has worked
them out by hand (article 21, items 4 and 5)."""

import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.kiosks.document import OutageCause
from models.kiosks.retirement import reasons
from models.kiosks.suspension import SuspensionNeedsLetter, SuspensionTooLate, check_notice
from models.law import in_force
from models.workdays import PANYU, Workdays
from tests.models.kiosks.test_retirement import facts, outages, suspended

TABLES: Any = tomllib.loads((Path(__file__).parent / "holidays_2026.toml").read_text("utf-8"))
CALENDAR = Workdays()
MINUTE = timedelta(minutes=1)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=PANYU)


def times(row: dict[str, Any], name: str) -> list[tuple[str, str]]:
    return [(f"2026-{start}", f"2026-{end}") for start, end in row.get(name, [])]


def rows(table: str, name: str) -> list[Any]:
    return [
        pytest.param(row, id=f"{row[name]} {part['festival']} {number}" if name in row else f"{number}")
        for part in TABLES[table]
        for number, row in enumerate(part["rows"], 1)
    ]


def test_the_calendar_is_that_of_the_notice() -> None:
    for of_festivals, worked in (("off", False), ("worked", True)):
        for days in TABLES[of_festivals].values():
            assert [CALENDAR.worked(day(one)) for one in days] == [worked] * len(days)


@pytest.mark.parametrize("row", rows("suspensions", "from"))
@pytest.mark.article("21.4")
def test_a_suspension(row: dict[str, Any]) -> None:
    start, end, length = at(row["from"]), at(row["to"]), TABLES["lengths"][row["length"]]
    assert CALENDAR.touched(start, end) == [day(one) for one in row["touches"]]
    last = datetime.combine(day(row["tell_by"]), time(23, 59), PANYU)
    notice, _ = check_notice(last, start, end, CALENDAR, letter=True)
    assert in_force(notice.term, last.date()).number == length["ahead"]
    assert (notice.by_letter, notice.custody.label) == (length["letter"], length["custody"])
    with pytest.raises(SuspensionTooLate):
        check_notice(last + MINUTE, start, end, CALENDAR, letter=True)
    if length["letter"]:
        with pytest.raises(SuspensionNeedsLetter):
            check_notice(last, start, end, CALENDAR, letter=False)


@pytest.mark.parametrize("row", rows("outages", "week"))
@pytest.mark.article("21.outage")
def test_a_time_out_of_service(row: dict[str, Any]) -> None:
    third = outages(times(row, "third"), OutageCause.THIRD_PARTY)
    told = [suspended(at(start), at(end)) for start, end in row.get("told", [])]
    known = facts(outages=[*outages(times(row, "out")), *third], suspensions=told)
    found = reasons(known, CALENDAR)
    weeks = [f"running:2026-{row['week'].replace(' ', 'T')}+08:00"] if "week" in row else []
    days = [f"2026-{one}" for one in row.get("days", [])]
    assert [one.occasion for one in found] == weeks + ([f"month:{days[0][:7]}"] if days else [])
    assert [one.evidence["days"] for one in found if "days" in one.evidence] == ([days] if days else [])
