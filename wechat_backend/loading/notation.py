"""How `data/` is written, and what it stands for.

A file of halls, departments or referrals is a list, or `{defaults, halls: […]}`; the defaults are what all of
them have in common. Whatever is written can say in `made_up` which of its fields stand for the real thing.
A file of items is a block or a list of blocks: `{department: slug, items: […]}`, and what else is in a
block (`version: 2`) holds for those of its items that do not say otherwise. An item is written as
`models.guides.Guide` is, except that

* `type` must be there; `code` is its own last digits, `limit` its `time_limit`;
* `demand` is how often it is asked for in a month: no part of the guide, it puts lists in order;
* `steps` is its two processes or the name of such;
* a step is `name`, or `name/kind` where it is booking or pre-acceptance;
* a material, question or section may be a key of `library.yaml`, and so may several places together;
* `form` is its list of sections, `options` is `{value: label}`, `when` is `{question: [values]}`.
"""

from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

Raw = dict[str, Any]
COMPLAINT_PHONE = "12345"
CHANNELS = ["h5", "miniprogram", "window"]
LISTS = {"departments", "halls", "referrals"}


class NotationError(Exception):
    """A file cannot be read; the message is `file: where: what is wrong`."""


class _Loader(yaml.CSafeLoader):
    """Refuses a key that is there twice, which YAML lets pass."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set[Any]()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is there twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(file: Path) -> Any:
    """What a file holds; an empty one holds an empty list.

    Raises:
        NotationError: there is no such file, or it is not YAML.
    """
    try:
        return yaml.load(file.read_text(encoding="utf-8"), _Loader) or []  # noqa: S506 - a safe loader
    except FileNotFoundError:
        raise NotationError(f"{file.name}: file: is not there") from None
    except (yaml.MarkedYAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "file"
        raise NotationError(f"{file.name}: {line}: {getattr(error, 'problem', error)}") from None


def listed(content: Any) -> Iterator[Raw]:
    """What a file lists.

    Raises:
        KeyError, TypeError, ValueError: the file is not written as it should be.
    """
    defaults = content.pop("defaults", {}) if _is_block(content) else {}
    things = content
    if _is_block(content):
        ((name, things),) = content.items()
        if name not in LISTS:
            raise KeyError(name)
    yield from ({**defaults, **one} for one in things)


def items(content: Any) -> Iterator[tuple[str, Raw]]:
    """Each item as it is written, after its department's slug.

    Raises:
        KeyError, TypeError: the file is not written as it should be.
    """
    for block in [content] if _is_block(content) else content:
        shared = {key: value for key, value in block.items() if key not in ("items", "department")}
        yield from ((block["department"], {**shared, **item}) for item in block["items"])


def _is_block(content: Any) -> bool:
    return isinstance(content, dict)


def guide(written: Raw, department: str, library: Mapping[str, Any]) -> Raw:
    """The fields of a `Guide`.

    Raises:
        KeyError: something is missing, or not in the library.
        AttributeError, TypeError, ValueError: something is not written as it should be.
    """
    steps = written["steps"]
    steps = library["steps"][steps] if isinstance(steps, str) else steps
    shorter = ("code", "limit", "steps", "form", "materials", "demand")
    return {
        "complaint_phone": COMPLAINT_PHONE,
        "channels": CHANNELS,
        **{key: value for key, value in written.items() if key not in shorter},
        "places": [code for one in written["places"] for code in library["places"].get(one, [one])],
        "item": f"{department}{written['code']:0>13}",
        "department": department,
        "type": written["type"],
        "time_limit": written["limit"],
        "window_steps": [_step(name) for name in steps["window"]],
        "online_steps": [_step(name) for name in steps["online"]],
        "materials": [_named(library["materials"], one, "code") for one in written["materials"]],
        "form": {"sections": [_section(section, library) for section in written["form"]]},
    }


def _step(text: str) -> Raw:
    name, _, kind = text.partition("/")
    return {"name": name, "kind": kind or "step"}


def _named(shelf: Mapping[str, Any], one: str | Raw, key: str) -> Raw:
    """A thing of the library by its key, or one written out."""
    return {key: one, **shelf[one]} if isinstance(one, str) else dict(one)


def _section(section: str | Raw, library: Mapping[str, Any]) -> Raw:
    found: Raw = library["sections"][section] if isinstance(section, str) else section
    questions = [_question(_named(library["questions"], one, "name")) for one in found["questions"]]
    return {**found, "questions": questions}


def _question(written: Raw) -> Raw:
    question = dict(written)
    if "options" in question:
        pairs = question["options"].items()
        question["options"] = [{"value": _word(value), "label": str(label)} for value, label in pairs]
    if "when" in question:
        ((asked, values),) = question["when"].items()
        question["when"] = {"question": asked, "values": [_word(value) for value in values]}
    return question


def _word(value: object) -> str:
    """YAML reads yes and no as booleans."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
