"""Tables to take away, as a spreadsheet reads them."""

import csv
from collections.abc import Iterable
from io import StringIO

from handlers.web.html import HtmlHandler
from models import typed

FORMULA = ("=", "+", "-", "@")
BREAKS = ("\t", "\r", "\n")
"""With these begins what a spreadsheet may take for a formula."""


def begin_table(page: HtmlHandler, name: str, columns: Iterable[str]) -> None:
    """The headers of a table that is called `name`, and its first line."""
    page.set_header("Content-Type", "text/csv; charset=utf-8")
    page.set_header("Content-Disposition", f'attachment; filename="{name}.csv"')
    page.set_header("Cache-Control", "no-store")
    page.write("\ufeff" + line(columns))  # without it Excel reads GBK


def line(cells: Iterable[str]) -> str:
    """One line of a table; no cell is taken for a formula: spreadsheets read signs of either width, after
    spaces and what is not seen."""
    text = StringIO()
    csv.writer(text).writerow(f"'{cell}" if _is_formula(cell) else cell for cell in cells)
    return text.getvalue()


def _is_formula(cell: str) -> bool:
    return typed.narrow(cell).lstrip().startswith(FORMULA) or cell.startswith(BREAKS)
