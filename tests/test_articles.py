"""Each item of the regulation is kept somewhere and shown by a test, or says why not."""

import ast
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from tests.articles import MARK, ROOT, Item, articles, items, marked, marks

ITEMS = items()
MARKED = marked()


def found(place: str) -> bool:
    """Whether a dotted name is that of something which its module defines, and does not only import."""
    parts = place.split(".")
    for split in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:split])
        try:
            thing: object = import_module(module)
        except ModuleNotFoundError:
            continue
        for name in parts[split:]:
            thing = getattr(thing, name, None)
        return thing is not None and getattr(thing, "__module__", module) == module
    return False


def test_all_articles_are_there_in_their_order() -> None:
    assert [article.number for article in articles()] == list(range(1, 32))
    assert all(article.items for article in articles())


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_an_item_is_kept_or_says_why_not(item: Item) -> None:
    assert item.says
    assert sum(map(bool, (item.places, item.later, item.not_software))) == 1


@pytest.mark.parametrize("place", sorted({place for item in ITEMS.values() for place in item.places}))
def test_what_keeps_an_item_exists(place: str) -> None:
    assert found(place)


@pytest.mark.parametrize(
    "place",
    [
        "models.nowhere.thing",
        "models.workdays.Workdays.nothing",
        "models.workdays.nothing.after",
        "models.clocks.Workdays",  # imported there
    ],
)
def test_what_does_not_exist_is_not_found(place: str) -> None:
    assert not found(place)


def test_marks_name_items() -> None:
    assert MARKED.keys() - ITEMS.keys() == set()


def test_what_is_kept_is_shown_and_nothing_else() -> None:
    assert {key for key, item in ITEMS.items() if item.places} == set(MARKED)


def test_marks_are_read_from_functions_and_modules() -> None:
    source = f"""
pytestmark = [pytest.mark.browser, {MARK}("7.first")]

@{MARK}("12.1", "14.beyond")
@pytest.mark.parametrize("of", [])
async def test_one(of): ...

def helper(): ...

def test_two(): ...
"""
    one = {("test_one", key) for key in ("7.first", "12.1", "14.beyond")}
    assert set(marks(ast.parse(source))) == one | {("test_two", "7.first")}


def test_an_unknown_item_is_refused_at_collection(tmp_path: Path) -> None:
    file = tmp_path / "test_marked.py"
    file.write_text(f'import pytest\n@{MARK}("28.nothing")\ndef test_it(): ...\n')
    command = [".venv/bin/python", "-m", "pytest", "-p", "tests.plugin_articles", f"--rootdir={tmp_path}"]
    done = subprocess.run(
        [*command, "--collect-only", "-c", "pyproject.toml", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "no item of docs/articles.toml is '28.nothing'" in done.stderr


def test_the_script_prints_every_item() -> None:
    done = subprocess.run(
        ["scripts/articles", "--short"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    assert [key for key in ITEMS if f"  {key} " not in done.stdout] == []
    assert f"\n{len(ITEMS)} items: " in done.stdout
