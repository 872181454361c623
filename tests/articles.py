"""The items of the regulation, as `docs/articles.toml` tells them, and the tests that are marked for them."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "articles.toml"
RESULTS = ROOT / "artifacts" / "articles.json"
MARK = "pytest.mark.article"


@dataclass(frozen=True)
class Item:
    """One sentence: the `places` that keep it, what is built `later`, or why it is `not_software`."""

    key: str
    says: str
    places: tuple[str, ...] = ()
    later: str = ""
    not_software: str = ""


@dataclass(frozen=True)
class Article:
    number: int
    title: str
    items: tuple[Item, ...]


def articles() -> list[Article]:
    """All of them, in their order."""
    tables = tomllib.loads(FILE.read_text("utf-8"))
    return [
        Article(
            int(number),
            table["title"],
            tuple(item(f"{number}.{name}", one) for name, one in table.items() if name != "title"),
        )
        for number, table in tables.items()
    ]


def item(key: str, table: dict[str, Any]) -> Item:
    """
    Raises:
        TypeError: a field of the table is unknown.
    """
    places = table.pop("in", ())
    return Item(key, places=tuple(places), **table)


def items() -> dict[str, Item]:
    return {each.key: each for article in articles() for each in article.items}


def marked() -> dict[str, set[str]]:
    """Item → `tests/file.py::test` of all tests that the source marks for it."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for test, key in marks(ast.parse(path.read_text("utf-8"))):
            found.setdefault(key, set()).add(f"{path.relative_to(ROOT)}::{test}")
    return found


def marks(module: ast.Module) -> Iterator[tuple[str, str]]:
    """(test, item) for each mark of a test function, and of the whole module by `pytestmark`."""
    whole = [
        key
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
        for key in _keys(node.value)
    ]
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for key in [*whole, *(key for decorator in node.decorator_list for key in _keys(decorator))]:
                yield node.name, key


def _keys(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == MARK:
            yield from (str(ast.literal_eval(argument)) for argument in node.args)
