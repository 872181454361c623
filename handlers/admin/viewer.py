"""A file of a 办件 beside the form: page by page, larger, turned.

The pane is part of the page of the 办件, whose address says what is open: `file`, `page`, `turn`, `zoom`.
So it works by links alone; without a script each of them loads the page anew, and what was typed in a form
is lost. With `static/admin/viewer.js` only the pane is exchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from handlers.admin.panel import PanelPage
from models.applications import StaffCase
from models.errors import DomainError
from models.materials.inspection.kinds import PDF
from models.materials.store import Materials

ZOOMS = (100, 150, 200, 300, 400)
"""Percent of the page that fits; `static/admin/viewer.css` has a rule for each."""
TURNS = (0, 90, 180, 270)
"""Degrees to the right."""


@dataclass(frozen=True)
class Pane:
    """What is open of the case `key`: one of its `papers` (file → what it is called). `page` and `pages`
    count from 1; `fault` says why there is nothing to see."""

    key: str
    way_back: str
    papers: dict[str, str]
    file: str
    page: int = 1
    pages: int = 1
    turn: int = TURNS[0]
    zoom: int = ZOOMS[0]
    is_document: bool = False
    fault: DomainError | None = None

    @property
    def name(self) -> str:
        return self.papers[self.file]

    @property
    def position(self) -> int:
        return list(self.papers).index(self.file) + 1

    @property
    def whole(self) -> str:
        """The address of the file itself."""
        return f"/admin/applications/{self.key}/files/{self.file}"

    @property
    def picture(self) -> str:
        """The address of the page that is seen."""
        return f"{self.whole}/pages/{self.page}"

    def address(self) -> str:
        return address_of(self.key, self.way_back, self.file, page=self.page, turn=self.turn, zoom=self.zoom)

    def closed(self) -> str:
        return address_of(self.key, self.way_back)

    def other_file(self, by: int) -> str:
        """The address of a file before or after this one; "" where there is none."""
        file = _neighbour(list(self.papers), self.file, by)
        return address_of(self.key, self.way_back, file) if file else ""

    def other_page(self, by: int) -> str:
        number = _neighbour(range(1, self.pages + 1), self.page, by)
        return replace(self, page=number).address() if number else ""

    def zoomed(self, by: int) -> str:
        zoom = _neighbour(ZOOMS, self.zoom, by)
        return replace(self, zoom=zoom).address() if zoom else ""

    def fitting(self) -> str:
        return replace(self, zoom=ZOOMS[0]).address()

    def turned(self, by: int) -> str:
        return replace(self, turn=(self.turn + by) % 360).address()


def papers(case: StaffCase) -> dict[str, str]:
    """The files of a case, each with what it is called: those of its materials, those that a supplement
    replaced, and the result."""
    found, result = case.application, case.application["result"]
    names = {material.code: material.name for material in case.guide.materials}
    listed = {m["file"]: m["name"] for m in found["materials"] if m["file"]}
    replaced = [pair for asked in found["supplements"] for pair in asked["files"].items()]
    for code, file in replaced:
        if file:
            listed.setdefault(file, f"{names.get(code, code)}（补正前）")
    if result and (file := result["deliverable"]):
        listed[file] = result["file_name"] or "办理结果"
    return listed


async def viewed(page: PanelPage, case: StaffCase, way_back: str) -> dict[str, Any]:
    """What the page of a case is given: `viewer`, the file that is open, if any; `look`, which makes the
    address at which a file is open.

    Raises:
        NotFound: `file_not_found`, if the file is none of this case.
    """
    file = page.get_query_argument("file", "")
    return {
        "viewer": await _opened(page, case, way_back, file) if file else None,
        "look": lambda file: address_of(case.key, way_back, file),
    }


async def _opened(page: PanelPage, case: StaffCase, way_back: str, file: str) -> Pane:
    pane = Pane(case.key, way_back, papers(case), file)
    if file not in pane.papers:
        raise Materials.missing
    try:
        kept, pages = await page.services.materials.pages(file, page.by_member())
    except DomainError as fault:
        return replace(pane, fault=fault)
    return replace(
        pane,
        page=_asked(page, "page", range(1, pages + 1)),
        pages=pages,
        turn=_asked(page, "turn", TURNS),
        zoom=_asked(page, "zoom", ZOOMS),
        is_document=kept["media_type"] == PDF,
    )


def _asked(page: PanelPage, name: str, allowed: Sequence[int]) -> int:
    """The number in the address; the first that is allowed, if it is none of them."""
    written = page.get_query_argument(name, "")
    return next((number for number in allowed if str(number) == written), allowed[0])


def _neighbour(row: Sequence[Any], here: Any, by: int) -> Any:
    at = row.index(here) + by
    return row[at] if 0 <= at < len(row) else None


def address_of(key: str, way_back: str, file: str = "", **shown: int) -> str:
    """The page of a case on which a file is open, if any; what is usual is not in the address."""
    usual = {"page": 1, "turn": TURNS[0], "zoom": ZOOMS[0]}
    asked = {name: number for name, number in shown.items() if number != usual[name]}
    query = urlencode({"file": file, **asked}) if file else ""
    queries = "&".join(one for one in (way_back.removeprefix("?"), query) if one)
    return f"/admin/applications/{key}{'?' if queries else ''}{queries}{'#viewer' if file else ''}"
