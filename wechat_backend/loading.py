"""Reads Panyu's halls, departments and items from `data/`, checks them all, and puts them in the database.

departments.yaml    one line a department
halls/main.yaml     the centre and the six halls, as models.halls.Hall
halls/stations.yaml the stations, by township
library.yaml        materials, questions, sections and steps that many items share
items/*.yaml        items by department; a material or question is a key of the library, or written out
calendar.yaml       working days that differ from the published calendar
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from stdnum.cn import uscc

from models.errors import Conflict, Refused
from models.events import Cause
from models.halls import Hall, Halls
from models.items import Department, Departments, Guide, Guides, check_publishable

FOLDER = Path(__file__).parent.parent / "data"
COMPLAINT_PHONE = "12345"
CHANNELS = ["wechat", "miniprogram", "kiosk", "window"]
FIRST_KIND = "step"
NEAR = 0.004
"""Degrees, some 400 m: how far apart stations of one township are drawn."""


class DataError(Exception):
    """One line for each fault: file, which thing, what is wrong with it."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Data:
    """Everything that was read; `overrides` says of a date whether it is worked."""

    departments: list[Department]
    halls: list[Hall]
    guides: list[Guide]
    overrides: dict[date, bool]


@dataclass(frozen=True)
class Counts:
    """How many of each were new or changed."""

    departments: int
    halls: int
    guides: int


def load(folder: Path = FOLDER) -> Data:
    """
    Raises:
        DataError: with every fault in every file.
    """
    faults: list[str] = []
    departments = _departments(folder / "departments.yaml", faults)
    halls = [*_halls(folder / "halls" / "main.yaml", faults), *_stations(folder / "halls" / "stations.yaml")]
    library = _read(folder / "library.yaml")
    codes = {slug: department.code for slug, department in departments.items()}
    guides = [
        guide
        for file in sorted((folder / "items").glob("*.yaml"))
        for guide in _items(file, library, codes, faults)
    ]
    faults += _cross_check(halls, guides)
    try:
        overrides = load_overrides(folder)
    except DataError as error:
        faults.append(str(error))
    if faults:
        raise DataError(faults)
    return Data(list(departments.values()), halls, guides, overrides)


def load_overrides(folder: Path = FOLDER) -> dict[date, bool]:
    """The days that differ from the published calendar.

    Raises:
        DataError
    """
    overrides: dict[date, bool] = _read(folder / "calendar.yaml")
    if not all(isinstance(day, date) and isinstance(worked, bool) for day, worked in overrides.items()):
        raise DataError(["calendar.yaml: each line is DATE: true or DATE: false"])
    return overrides


async def store(data: Data, departments: Departments, halls: Halls, guides: Guides, by: Cause) -> Counts:
    """Put it in the database; what is there already as it is here stays untouched.

    Raises:
        DataError: a published guide was changed without a new version.
    """
    faults: list[str] = []
    counts = [sum([await departments.put(d, by) for d in data.departments])]
    counts.append(sum([await halls.put(hall, by) for hall in data.halls]))
    published = 0
    for guide in data.guides:
        try:
            published += await guides.put(guide, by)
        except Conflict as error:
            faults.append(f"{guide.name}: {error.message}")
    if faults:
        raise DataError(faults)
    return Counts(counts[0], counts[1], published)


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {}


def _departments(file: Path, faults: list[str]) -> dict[str, Department]:
    """By the slug that the item files use."""
    found = {}
    for given in _read(file):
        values = {name: value for name, value in given.items() if name != "slug"}
        try:
            found[given["slug"]] = Department.model_validate(values)
        except ValidationError as error:
            faults += _lines(file, given.get("slug", "?"), error)
            continue
        if not uscc.is_valid(given["code"]):
            faults.append(f"{file.name}: {given['slug']}: {given['code']} is not a valid USCC")
    faults += _twice(file.name, (department.code for department in found.values()))
    return found


def _halls(file: Path, faults: list[str]) -> list[Hall]:
    found = []
    for given in _read(file):
        try:
            found.append(Hall.model_validate(given))
        except ValidationError as error:
            faults += _lines(file, given.get("code", "?"), error)
    return found


def _stations(file: Path) -> list[Hall]:
    return [
        _station(township, number, name)
        for township in _read(file)
        for number, name in enumerate(township["stations"])
    ]


def _station(township: Mapping[str, Any], number: int, name: str) -> Hall:
    longitude, latitude = township["centre"]
    turn = 2 * math.pi * number / len(township["stations"])
    return Hall.model_validate(
        {
            "code": f"{township['code']}-{number + 1:02}",
            "kind": "station",
            "name": f"{name}公共服务站",
            "name_en": f"{township['name_en']} Station {number + 1}",
            "address": f"番禺区{township['name']}{name}公共服务站",
            "township": township["name"],
            "location": {
                "coordinates": [
                    round(longitude + NEAR * math.cos(turn), 5),
                    round(latitude + NEAR * math.sin(turn), 5),
                ]
            },
            "all_day": True,
            "hours": "24小时自助服务；人工协助周一至周五 9:00-12:00、14:00-17:00",
            "phone": township["phone"],
        }
    )


def _items(
    file: Path, library: Mapping[str, Any], codes: Mapping[str, str], faults: list[str]
) -> Iterable[Guide]:
    content = _read(file)
    for block in content if isinstance(content, list) else [content]:
        shared = {key: value for key, value in block.items() if key not in ("items", "department")}
        department = codes.get(block["department"])
        if department is None:
            faults.append(f"{file.name}: there is no department {block['department']}")
            continue
        for given in block["items"]:
            try:
                guide = _guide({**shared, **given}, department, library)
                check_publishable(guide)
            except ValidationError as error:
                faults += _lines(file, given.get("name", "?"), error)
            except KeyError as error:
                faults.append(f"{file.name}: {given.get('name', '?')}: {error} is not given or not known")
            except Refused as error:
                faults.append(f"{file.name}: {given['name']}: {error}")
            else:
                yield guide


def _guide(given: Mapping[str, Any], department: str, library: Mapping[str, Any]) -> Guide:
    steps = given["steps"]
    steps = library["steps"][steps] if isinstance(steps, str) else steps
    taken = ("code", "limit", "steps", "form", "materials")
    rest = {key: value for key, value in given.items() if key not in taken}
    return Guide.model_validate(
        {
            "complaint_phone": COMPLAINT_PHONE,
            "channels": CHANNELS,
            **rest,
            "item": f"{department}{given['code']:0>13}",
            "department": department,
            "time_limit": given["limit"],
            "window_steps": [_step(name) for name in steps["window"]],
            "online_steps": [_step(name) for name in steps["online"]],
            "materials": [_named(library["materials"], m, "code") for m in given["materials"]],
            "form": {"sections": [_section(section, library) for section in given["form"]]},
        }
    )


def _step(text: str) -> dict[str, str]:
    """`name` or `name/kind`."""
    name, _, kind = text.partition("/")
    return {"name": name, "kind": kind or FIRST_KIND}


def _named(shelf: Mapping[str, Any], given: Any, key: str) -> dict[str, Any]:
    """A thing of the library by its key, or one written out."""
    return {key: given, **shelf[given]} if isinstance(given, str) else dict(given)


def _section(given: Any, library: Mapping[str, Any]) -> dict[str, Any]:
    section = library["sections"][given] if isinstance(given, str) else given
    questions = [_question(_named(library["questions"], q, "name")) for q in section["questions"]]
    return {"title": section["title"], "questions": questions}


def _question(given: dict[str, Any]) -> dict[str, Any]:
    """`options: {value: label}` and `when: {question: [values]}`, where YAML reads yes and no as booleans."""
    if "options" in given:
        given["options"] = [{"value": _word(v), "label": str(label)} for v, label in given["options"].items()]
    if "when" in given:
        ((question, values),) = given["when"].items()
        given["when"] = {"question": question, "values": [_word(value) for value in values]}
    return given


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _cross_check(halls: list[Hall], guides: list[Guide]) -> list[str]:
    faults = _twice("halls", (hall.code for hall in halls)) + _twice("items", (g.item for g in guides))
    serving = {hall.code: set(hall.windows.capacity) if hall.windows else set() for hall in halls}
    for guide in guides:
        for place in guide.places:
            if place not in serving:
                faults.append(f"items: {guide.name}: there is no hall {place}")
            elif guide.group not in serving[place]:
                faults.append(f"items: {guide.name}: hall {place} has no window for {guide.group}")
    return faults


def _twice(where: str, codes: Iterable[str]) -> list[str]:
    return [f"{where}: {code} is there {n} times" for code, n in Counter(codes).items() if n > 1]


def _lines(file: Path, thing: str, error: ValidationError) -> list[str]:
    return [
        f"{file.name}: {thing}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}"
        for fault in error.errors()
    ]
