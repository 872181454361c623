"""What citizens read, from templates, handlers and models, and whether English has all of it.

A message is the first argument of `_("…")` or `counted("…", n)` in a template, or a Chinese text in a
handler or a model that is no docstring: an error's sentence, a label in a table. English that depends on a
number has two forms in the catalogue: 1 working day, 2 working days.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from tornado.template import Loader

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale/en/LC_MESSAGES/panyu.po"
MADE = datetime(2026, 11, 1, tzinfo=UTC)
"""A date that never changes, so that two branches never differ by it alone."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAID = {"_", "counted"}
"""What templates call with a message."""
PLURAL = re.compile(r"\{(?:count|number|minutes|seconds)\}( working)? (days|months|minutes|seconds)\b")
PLACE = re.compile(r"\{\w*\}")
NOT_PAGES = {"operations.py"}
"""Handlers that speak to programs."""
NOT_SAID = {"kinds.py", "law.py", "masks.py", "notices", "printing.py", "sounds.py", "wording.py"}
"""Models whose Chinese is for comparing, or goes out in Chinese only."""
FOR_STAFF = {"StaffForm", "FormField", "Noted"}
"""Records of models whose words staff alone read."""
FOR_PROGRAMMERS = {"description", "law"}
"""Arguments whose words are read in code: what a field is, where a rule comes from."""
CHINESE_ONLY = {"in_chat", "in_letters", "now_in_letters"}
"""Arguments whose words go out in Chinese only."""
NOT_FOR_CITIZENS = {"admin", "api", "chat"}
"""Doors whose words are Chinese only, or for programs, or, in the chat, in three tongues."""
ALSO_SAID = ("chat/places.py", "chat/telling.py")
"""Modules of such a door whose words are translated as those of pages."""


def messages(root: Path = ROOT) -> set[str]:
    return {
        *template_messages(root / "templates"),
        *code_messages(root),
        *topics(root / "data"),
        *shared(root / "data" / "library.yaml"),
        *places(root / "data" / "halls"),
        *referrals(root / "data" / "referrals.yaml"),
    }


def template_messages(folder: Path) -> Iterator[str]:
    for name in templates(folder):
        for node in ast.walk(ast.parse(Loader(str(folder)).load(name).code)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAID:
                yield from (arg.value for arg in node.args if _is_text(arg))  # type: ignore[attr-defined]


def templates(folder: Path) -> list[str]:
    """Of citizens and kiosks; staff read Chinese."""
    found = (path.relative_to(folder) for path in folder.rglob("*.html"))
    return sorted(path.as_posix() for path in found if path.parts[0] not in NOT_FOR_CITIZENS)


def topics(folder: Path) -> Iterator[str]:
    """The life events of the guides, which lead from the home page to them."""
    for path in sorted((folder / "items").glob("*.yaml")):
        yield from _under("topics", yaml.safe_load(path.read_text("utf-8")))


def shared(library: Path) -> Iterator[str]:
    """What many guides say in the same words: questions, sections, materials, steps."""
    shelf = yaml.safe_load(library.read_text("utf-8"))
    for kind, seen in (("questions", ("label", "help")), ("materials", ("name", "note", "sample", "blank"))):
        yield from (one[name] for one in shelf[kind].values() for name in seen if name in one)
    yield from (section["title"] for section in shelf["sections"].values())
    for ways in shelf["steps"].values():
        yield from (step.partition("/")[0] for steps in ways.values() for step in steps)


def places(folder: Path) -> Iterator[str]:
    """Where the halls are, and how one gets in."""
    for path in sorted(folder.rglob("*.yaml")):
        content = yaml.safe_load(path.read_text("utf-8"))
        halls = content["halls"] if isinstance(content, dict) else content
        common = content.get("defaults", {}) if isinstance(content, dict) else {}
        for hall in ({**common, **one} for one in halls):
            yield hall["township"]
            yield from (hall["access"][name] for name in ("way", "parking"))


def referrals(file: Path) -> Iterator[str]:
    """Who does what we do not, where, and why they do it."""
    for one in yaml.safe_load(file.read_text("utf-8")):
        yield from (one[field] for field in ("who", "where", "why"))
        yield from one["topics"]


def _under(key: str, value: object) -> Iterator[str]:
    """All texts in the lists that are under `key`, however deep."""
    if isinstance(value, dict):
        yield from value.get(key, [])
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from _under(key, part)


def code_messages(root: Path) -> Iterator[str]:
    pages = _below(root / "handlers", NOT_PAGES | NOT_FOR_CITIZENS)
    models = _below(root / "models", NOT_SAID)
    also = [path for name in ALSO_SAID for path in (root / "handlers").glob(name)]
    for path in [*pages, *also, *models]:
        yield from texts(ast.parse(path.read_text("utf-8")))


def _below(folder: Path, without: set[str]) -> list[Path]:
    """Modules, but for the files and folders of these names."""
    return [path for path in folder.rglob("*.py") if not without & set(path.relative_to(folder).parts)]


def texts(tree: ast.AST) -> Iterator[str]:
    """Chinese constants, without docstrings and without pieces of f-strings."""
    skipped = {id(part) for node in ast.walk(tree) for part in _unseen(node)}
    for node in ast.walk(tree):
        if _is_text(node) and id(node) not in skipped and CHINESE.search(node.value):  # type: ignore[attr-defined]
            yield node.value  # type: ignore[attr-defined]


def _unseen(node: ast.AST) -> list[ast.AST]:
    """Docstrings, arguments that are not translated, forms of staff."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FOR_STAFF:
        return list(ast.walk(node))
    if isinstance(node, ast.Expr):
        return [node.value]
    if isinstance(node, ast.keyword):
        return [node.value] if node.arg in FOR_PROGRAMMERS | CHINESE_ONLY else []
    return list(node.values) if isinstance(node, ast.JoinedStr) else []


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def read() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def update(wanted: Iterable[str], known: Catalog) -> Catalog:
    """A catalogue of exactly the wanted messages, with the English that is known."""
    fresh = Catalog(locale="en", project="panyu", fuzzy=False, creation_date=MADE)
    fresh.mime_headers = [
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
    ]
    for text in sorted(wanted):
        before = known.get(text)
        counted = before is not None and before.pluralizable
        fresh.add((text, text) if counted else text, before.string if before else "")
    return fresh


def english(known: Catalog) -> dict[str, tuple[str, ...]]:
    """Each message with its English, in one form or in two."""
    found: dict[str, tuple[str, ...]] = {}
    for message in known:
        if isinstance(message.id, tuple | list):
            found[message.id[0]] = tuple(message.string or ())
        elif message.id:
            found[message.id] = (str(message.string or ""),)
    return found


def faults(wanted: set[str], known: Catalog) -> list[str]:
    """What is untranslated, no longer said, has lost a place for a value, or has one form where a number asks
    for two."""
    kept = english(known)
    found = [f"no English: {text}" for text in sorted(wanted) if not all(kept.get(text, [""]))]
    found += [f"no longer said: {text}" for text in sorted(kept.keys() - wanted)]
    for text, forms in sorted(kept.items()):
        if any(one and set(PLACE.findall(text)) != set(PLACE.findall(one)) for one in forms):
            found.append(f"other values: {text}")
        if len(forms) == 1 and PLURAL.search(forms[0]):
            found.append(f"one form for all numbers: {text}")
    return found


def main(arguments: list[str]) -> int:
    known = read() if CATALOGUE.exists() else Catalog(locale="en")
    wanted = messages()
    if "--check" not in arguments:
        known = update(wanted, known)
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        with CATALOGUE.open("wb") as file:
            write_po(file, known, width=0, omit_header=False, no_location=True)
        with CATALOGUE.with_suffix(".mo").open("wb") as file:
            write_mo(file, known)
    found = faults(wanted, known)
    print("\n".join(found) or f"{len(wanted)} messages, all in English")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
