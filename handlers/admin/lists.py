"""A list of the panel, declared once: its columns, filters and words make the page, its addresses and the
table to take away."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from tornado.iostream import StreamClosedError

from handlers.admin.panel import PanelPage
from handlers.web.tables import begin_table, line
from models.concurrency import all_to_their_end
from models.paging import ENOUGH, Page
from models.workdays import local

ROWS_A_PAGE = 30
ROWS_A_TABLE = 5000
"""Rows of a table to take away, at most."""
ROWS_A_CHUNK = 200
SEARCH = "who"
"""The name in an address of what was searched for, sealed."""

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column; `text` is the cell in words, for the page and the table alike."""

    name: str
    text: Callable[[Row], str]
    link: Callable[[Row], str] | None = None
    part: str = ""
    """On the page, the template in `admin/cells` that shows the cell; it is given `row` and `cell`."""
    code: bool = False
    """Whether it is read letter by letter."""
    whole: bool = False
    """Whether it stays on one line where there is room, as a moment does."""
    on_page: bool = True
    """False for a column of the exported table alone."""


@dataclass(frozen=True)
class Filter:
    """What it is called, and the states that it lets through; of `mine` what waits for the member. `empty`
    is said where there is nothing, if not what the list says."""

    name: str
    states: tuple[str, ...]
    mine: bool = False
    empty: str = ""


@dataclass(frozen=True)
class Choice:
    """What a list can be narrowed by besides: its name in the address, what it is called, and what may be
    chosen, by its value in the address."""

    name: str
    label: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Chip:
    """One choice that was made, and the address of the list without it."""

    label: str
    without: str


@dataclass(frozen=True)
class PanelList(Generic[Row]):
    """One list. The store decides which rows it has, in which order; the page hands them over."""

    address: str
    columns: Sequence[Column[Row]]
    empty: str
    filters: Mapping[str, Filter] = field(default_factory=dict)
    """By the name that `show=` in the address has; the first is shown where it names none."""
    not_found: str = ""
    """In place of `empty`, after a search."""
    export: bool = False
    choose: Callable[[Row], str] | None = None
    """The value that the form `bulk` of the page sends for a row that is ticked; "" where it cannot be."""
    anchor: Callable[[Row], str] | None = None
    """The id of a row's element, to which an address with `#…` leads."""

    @property
    def table(self) -> str:
        """The address of the table to take away."""
        return f"{self.address}.csv"

    def chosen(self, page: PanelPage) -> str:
        """The filter that the address names, or the first; "" where there are none."""
        named = page.get_query_argument("show", "")
        return named if named in self.filters else next(iter(self.filters), "")

    def at(self, **asked: str) -> str:
        """The address that asks for this."""
        given = {name: value for name, value in asked.items() if value}
        return f"{self.address}?{urlencode(given)}" if given else self.address

    def narrowed(self, page: PanelPage, choices: Iterable[Choice]) -> dict[str, str]:
        """What the address asks for of the filter and the choices; what cannot be chosen is left out."""
        asked = {one.name: page.get_query_argument(one.name, "") for one in choices}
        known = {one.name for one in choices if asked[one.name] in one.options}
        return {"show": self.chosen(page), **{name: value for name, value in asked.items() if name in known}}

    async def take_away(self, page: PanelPage, rows: AsyncIterable[Row]) -> None:
        """All columns of what a filter shows, for a spreadsheet; sent while it is read."""
        parts = (self.address.rpartition("/")[2], self.chosen(page), local(page.now, "%Y%m%d-%H%M"))
        begin_table(page, "-".join(filter(None, parts)), [column.name for column in self.columns])
        count = 0
        with suppress(StreamClosedError):
            async for row in rows:
                page.write(line(column.text(row) for column in self.columns))
                count += 1
                if count % ROWS_A_CHUNK == 0:
                    await page.flush()


@dataclass(frozen=True)
class Shown(Generic[Row]):
    """What `admin/list.html` shows of a list: rows, the filter and text that found them, and what leads on.

    `asked` is what the address says of filter, choices and search, without the page; `more` and `previous`
    are the addresses of the neighbouring pages. `counts` are by filter.
    """

    of: PanelList[Row]
    rows: Sequence[Row]
    chosen: str = ""
    searched: str = ""
    more: str = ""
    previous: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)
    choices: Sequence[Choice] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> list[Column[Row]]:
        return [column for column in self.of.columns if column.on_page]

    @property
    def choosable(self) -> bool:
        """Whether any of the rows can be ticked."""
        return any(self.of.choose(row) for row in self.rows) if self.of.choose else False

    def at(self, **changes: str) -> str:
        """The address of the same list with these changes, from its first page."""
        return self.of.at(**{**self.asked, **changes})

    @property
    def chips(self) -> list[Chip]:
        texts = {
            one.name: f"{one.label}：{one.options[self.asked[one.name]]}"
            for one in self.choices
            if one.name in self.asked
        }
        if self.searched:
            texts = {SEARCH: f"查找：{self.searched}", **texts}
        return [Chip(text, self.at(**{name: ""})) for name, text in texts.items()]

    def counted(self, key: str) -> str:
        """How many a filter shows, in figures; "" where they were not counted."""
        return figure(self.counts[key]) if key in self.counts else ""

    @property
    def table(self) -> str:
        """The address of all of it as a table, if there is anything to take away."""
        if not self.of.export or not self.rows:
            return ""
        asked = self.asked or ({"show": self.chosen} if self.chosen else {})
        return f"{self.of.table}?{urlencode(asked)}" if asked else self.of.table

    @property
    def elsewhere(self) -> list[tuple[str, str, str]]:
        """Name, address and number of the other filters that show something, where this one shows nothing."""
        if self.rows:
            return []
        others = (key for key, number in self.counts.items() if number and key != self.chosen)
        return [(self.of.filters[key].name, self.at(show=key), self.counted(key)) for key in others]

    @property
    def empty(self) -> str:
        if self.searched:
            return self.of.not_found
        return (self.chosen and self.of.filters[self.chosen].empty) or self.of.empty


def places(page: PanelPage) -> dict[str, str]:
    """Behind which place of a list, or before which, the address asks for a page."""
    return {name: page.get_query_argument(name, "") for name in ("after", "before")}


def shown(
    of: PanelList[Row], rows: Sequence[Row], page: Page[Any], asked: Mapping[str, str], **more: Any
) -> Shown[Row]:
    """A page of a list, with the ways to its neighbours; `asked` as in `Shown`, with the filter, `more` what
    else `Shown` takes."""
    return Shown(
        of,
        rows,
        asked["show"],
        more=of.at(**asked, after=page.next) if page.next else "",
        previous=of.at(**asked, before=page.previous) if page.previous else "",
        asked=asked,
        **more,
    )


async def counts(keys: Iterable[str], count: Callable[[str], Awaitable[int]]) -> dict[str, int]:
    """How many each filter of a list shows, by its key; all are counted at once."""
    each = list(keys)
    return dict(zip(each, await all_to_their_end(count(key) for key in each), strict=True))


def figure(count: int) -> str:
    """A number that was counted no further than `ENOUGH` and one."""
    return f"{ENOUGH:,}+" if count > ENOUGH else f"{count:,}"
