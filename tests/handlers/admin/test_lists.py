"""A list of the panel: what its declaration makes."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tornado.template import Loader

from handlers import admin
from handlers.admin.lists import Column, Filter, PanelList, Shown
from handlers.routes import served

TEMPLATES = Loader(str(Path(__file__).parents[3] / "templates"))
LIST = PanelList[tuple[str, str]](
    address="/admin/things",
    columns=(
        Column("名称", lambda row: row[0], link=lambda row: f"/admin/things/{row[1]}"),
        Column("编号", lambda row: row[1], code=True),
        Column("仅导出", lambda row: row[1], on_page=False),
    ),
    empty="没有。",
    not_found="没有找到。",
    filters={"open": Filter("待办", ("a",)), "closed": Filter("已办", ("b",))},
    export=True,
    anchor=lambda row: row[1],
)
ROWS = (("<b>甲</b>", "1"), ("乙", '2"'))


def page(of: PanelList[tuple[str, str]], rows: Sequence[tuple[str, str]], **how: str) -> str:
    shown = Shown(of, rows, how.get("chosen", ""), how.get("searched", ""), how.get("more", ""))
    return TEMPLATES.load("admin/list.html").generate(listed=shown).decode()


def test_the_page_has_its_columns_and_nothing_of_a_cell_is_markup() -> None:
    shown = page(LIST, ROWS, chosen="open")
    assert re.findall("<th>(.*?)</th>", shown) == ["名称", "编号"]
    assert "&lt;b&gt;甲&lt;/b&gt;" in shown
    assert "<b>" not in shown
    assert 'href="/admin/things/2&quot;"' in shown
    assert re.findall('<tr id="([^"]*)"', shown) == ["1", "2&quot;"]
    assert "没有" not in shown


def test_only_a_row_that_can_be_ticked_has_a_box_and_a_name_for_it() -> None:
    """A cell without a box has no name either: on a phone it would stand over that of the next cell."""
    some = page(replace(LIST, choose=lambda row: "yes" if row[0] == "乙" else ""), ROWS)
    assert re.findall("<th>(.*?)</th>", some) == ["选", "名称", "编号"]
    assert (some.count('data-name="选"'), some.count('type="checkbox"')) == (1, 1)
    none = page(replace(LIST, choose=lambda _: ""), ROWS)
    assert re.findall("<th>(.*?)</th>", none) == ["名称", "编号"]
    assert 'data-name="选"' not in none


def test_what_stays_whole_says_so() -> None:
    moments = replace(LIST, columns=[Column("时间", lambda row: row[1], code=True, whole=True)])
    assert '<td data-name="时间" class="code whole">' in page(moments, ROWS)
    assert '<td data-name="名称">' in page(LIST, ROWS)


def test_filters_and_the_table_are_links() -> None:
    shown = page(LIST, ROWS, chosen="closed")
    assert re.findall(r'href="(\S+?)" aria-current="page"', shown) == ["/admin/things?show=closed"]
    assert 'href="/admin/things.csv?show=closed" download' in shown
    assert "download" not in page(LIST, (), chosen="closed")  # nothing to take away
    plain = replace(LIST, filters={})
    assert 'href="/admin/things.csv" download' in page(plain, ROWS)
    assert "<nav" not in page(replace(plain, export=False), ROWS)


def test_what_is_empty_says_why() -> None:
    assert "没有。" in page(LIST, (), chosen="open")
    assert "没有找到。" in page(LIST, (), searched="yes")
    assert "<table>" not in page(LIST, ())


def test_what_is_empty_leads_to_the_lists_that_hold_something() -> None:
    counts = {"open": 0, "closed": 3}
    empty = Shown(LIST, (), "open", asked={"show": "open"}, counts=counts)
    assert empty.elsewhere == [("已办", "/admin/things?show=closed", "3")]
    assert replace(empty, rows=ROWS).elsewhere == []


def test_addresses_say_only_what_is_asked() -> None:
    assert LIST.at() == "/admin/things"
    assert LIST.at(show="open", q="", after="9") == "/admin/things?show=open&after=9"
    assert '<a class="button" rel="next" href="/admin/things?after=9">下一页' in page(
        LIST, ROWS, more=LIST.at(after="9")
    )


def declared() -> Iterator[PanelList[object]]:
    for module in pkgutil.walk_packages(admin.__path__, "handlers.admin."):
        values = vars(importlib.import_module(module.name)).values()
        yield from (value for value in values if isinstance(value, PanelList))


@pytest.mark.parametrize("each", list(declared()), ids=lambda each: each.columns[0].name)
def test_every_list_is_served_where_it_says(each: PanelList[object]) -> None:
    addresses = {one.pattern for one in served(admin.ROUTES) if one.method == "GET"}
    assert each.address in addresses
    assert (re.escape(each.table) in addresses) == each.export
    for column in each.columns:
        assert not column.part or TEMPLATES.load(f"admin/cells/{column.part}.html")
