"""How the data is written in YAML, and what it stands for.

A file of many things is `{defaults, <things>: […]}`; `defaults` are the fields that all have in common.
`shared.yaml` is `{materials: {name: Material}, sections: {name: Section}, places: {group: [hall, …]}}`.

An item is written as `models.items.Guide` is, except that it is shorter:

* `code` is the 13 characters after the department's; together they are `item`;
* a step may be its name alone, and options a mapping from value to label;
* a material or a section may be the name of one in `shared.yaml`;
* `places` may be left out where they are those that `shared.yaml` gives for the item's group.
"""

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

Raw = dict[str, Any]


class NotationError(Exception):
    """`file: what: fault`."""


class _Loader(yaml.CSafeLoader):
    """YAML without what is easily written by mistake: a key that is there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set[str]()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} is given twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(file: Path) -> Raw:
    """The mapping that a file holds.

    Raises:
        NotationError: there is no such file, or it is not YAML, or not a mapping.
    """
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - it is a safe one
    except FileNotFoundError:
        raise NotationError(f"{file.name}: file: is missing") from None
    except (yaml.MarkedYAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "file"
        raise NotationError(f"{file.name}: {line}: {getattr(error, 'problem', error)}") from None
    if not isinstance(content, dict):
        raise NotationError(f"{file.name}: file: is not a mapping")
    return content


def listed(file: Path, things: str) -> Iterator[Raw]:
    """Each of a file's `things`, with the file's defaults where it does not say otherwise.

    Raises:
        NotationError
    """
    content = read(file)
    found = content.get(things)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NotationError(f"{file.name}: {things}: is not a list of mappings")
    for one in found:
        yield {**(content.get("defaults") or {}), **one}


def guide(written: Raw, shared: Raw) -> Raw:
    """The fields of a `Guide`, from an item as it is written.

    Raises:
        KeyError: a name that `shared.yaml` does not have.
        TypeError, AttributeError: something is not of the shape that is told above.
    """
    raw = dict(written)
    raw["item"] = f"{raw.get('department')}{raw.pop('code', '')}"
    raw.setdefault("places", shared["places"].get(raw.get("group"), []))
    for steps in ("window_steps", "online_steps"):
        raw[steps] = [_step(step) for step in raw.get(steps, [])]
    raw["materials"] = [_named(one, shared["materials"]) for one in raw.get("materials", [])]
    sections = [_named(one, shared["sections"]) for one in raw.get("form", [])]
    raw["form"] = {"sections": [_section(section) for section in sections]}
    return raw


def _named(one: str | Raw, shared: Raw) -> Raw:
    found: Raw = shared[one] if isinstance(one, str) else one
    return found


def _step(step: str | Raw) -> Raw:
    return {"name": step} if isinstance(step, str) else step


def _section(section: Raw) -> Raw:
    return {**section, "questions": [_question(question) for question in section["questions"]]}


def _question(question: Raw) -> Raw:
    options = question.get("options")
    if not isinstance(options, dict):
        return question
    pairs = [{"value": value, "label": label} for value, label in options.items()]
    return {**question, "options": pairs}
