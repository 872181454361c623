"""Charts: shapes that are in their place, with nothing in them that a label could break."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.web.charts import HIGH, WIDE, Mark, Part, bar, columns, line

EVIL = '"><script>alert(1)</script>&'
NUMBERS = st.floats(0, 1e9)
LABELS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300)


def shapes(chart: str) -> list[dict[str, float]]:
    """The sizes of its rectangles; it is well-formed."""
    tree = ElementTree.fromstring(chart)  # noqa: S314 - our own
    names = ("x", "y", "width", "height")
    return [{name: float(one.attrib[name]) for name in names} for one in tree.iter("rect")]


def test_parts_of_a_bar_stand_one_behind_the_other() -> None:
    chart = bar(Mark("民政局", (Part(3, "good"), Part(1, "bad"))), 8)
    first, second = shapes(chart)
    assert (first["x"], first["width"]) == (0, 37.5)
    assert (second["x"], second["width"]) == (37.5, 12.5)
    assert 'class="chart__good"' in chart


def test_the_highest_column_fills_the_place() -> None:
    marks = [Mark("a", (Part(1, "bad"), Part(3, "good"))), Mark("b", (Part(2, "bad"),))]
    drawn = [one for one in shapes(columns(marks)) if one["width"] < WIDE / 2]
    low, high, other = drawn
    assert low["y"] + low["height"] == HIGH
    assert high["y"] == 0
    assert high["y"] + high["height"] == low["y"]
    assert other["height"] == HIGH / 2


@pytest.mark.parametrize("chart", [bar(Mark("", ()), 0), columns([]), line([]), line([None, None])])
def test_nothing_is_an_empty_drawing(chart: str) -> None:
    assert ElementTree.fromstring(chart).attrib["aria-hidden"] == "true"  # noqa: S314
    assert shapes(chart) == []
    assert "<line" not in chart


def test_one_point_is_a_short_line() -> None:
    assert line([0.5]).count("<line") == 1
    assert line([None, 0.5, None]).count("<line") == 1
    assert line([0.5, 0.6, None, 0.7]).count("<line") == 2


def test_columns_of_nothing_have_no_height() -> None:
    drawn = shapes(columns([Mark("a", (Part(0, "good"),))]))
    assert [one["height"] for one in drawn] == [HIGH, 0], "what is touched is there all the same"


def test_labels_and_addresses_are_escaped() -> None:
    for chart in (bar(Mark(EVIL, (Part(1, EVIL),), EVIL), 1), columns([Mark(EVIL, (Part(1, EVIL),), EVIL)])):
        assert "<script" not in chart
        link = ElementTree.fromstring(chart).find("a")  # noqa: S314
        assert link is not None
        assert link.attrib["href"] == EVIL
        assert link.findtext("title") == EVIL


def test_who_tabs_through_the_page_is_led_through_the_table() -> None:
    """An element that is hidden from readers must not take the focus."""
    chart = columns([Mark("a", (Part(1, "good"),), "/list")])
    assert 'aria-hidden="true"' in chart
    assert re.findall(r"<a [^>]*>", chart) == ['<a href="/list" tabindex="-1">']
    assert "style=" not in chart


@given(st.lists(st.tuples(LABELS, st.lists(NUMBERS, max_size=5)), max_size=20), NUMBERS)
def test_nothing_is_drawn_outside(rows: list[tuple[str, list[float]]], most: float) -> None:
    marks = [Mark(label, tuple(Part(one, "good") for one in parts)) for label, parts in rows]
    charts = [columns(marks), *(bar(mark, mark.value) for mark in marks)]
    for shape in (shape for chart in charts for shape in shapes(chart)):
        assert -0.1 <= shape["x"] <= shape["x"] + shape["width"] <= WIDE + 0.1
        assert -0.1 <= shape["y"] <= shape["y"] + shape["height"] <= HIGH + 0.1
    line([mark.value for mark in marks], most)
