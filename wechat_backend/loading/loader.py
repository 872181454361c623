"""Reads Panyu's halls, departments, items and referrals from `data/` and checks them; `writer` stores them.

departments.yaml     one line a department; its `slug` is how item files name it
halls/main.yaml      the centre and the six halls
halls/townships.yaml the townships' service centres, and the halls of single fields
halls/stations/*     the stations, a file for each township
library.yaml         materials, questions, sections and steps that many items share
items/*.yaml         items by department
referrals.yaml       what others do, and where
uncivil.yaml         words that do not belong into forms and reviews
calendar.yaml        working days that differ from the published calendar, or go beyond it

`wechat_backend.loading.notation` tells how they are written.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from stdnum.cn import uscc

from models.applications import offered, visits
from models.errors import Refused
from models.guides import Department, Guide, Handling, Referral, check_publishable
from models.places import Hall
from models.uncivil import looked_for
from wechat_backend.loading import notation
from wechat_backend.loading.calendar import Calendar, read_calendar
from wechat_backend.loading.notation import NotationError, Raw

FOLDER = Path(__file__).parents[2] / "data"
PAPERS = FOLDER.parent / "static" / "papers"
ORGANIZATION = (3, 7, 9, 10, 5, 8, 4, 2)
"""Weights of the first eight characters of an organization code."""
NAMED = re.compile("《[^《》]+》")
PHONE = re.compile(r"0\d{2,3}-\d{7,8}|12345")
WEST, SOUTH, EAST, NORTH = 113.23, 22.80, 113.58, 23.10
"""Panyu lies within, in degrees of WGS 84."""

Shape = TypeVar("Shape", bound=BaseModel)


class DataError(Exception):
    """One line for each fault: file, which thing, what is wrong with it."""

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Data:
    """Everything that was read."""

    departments: list[Department]
    halls: list[Hall]
    guides: list[Guide]
    referrals: list[Referral]
    uncivil: list[str]
    demand: dict[str, int]
    """Item → how often it is asked for in a month, as far as is known before it is counted."""
    calendar: Calendar
    made_up: Mapping[str, int]
    """`Hall.phone` → in how many halls it stands for the real one."""


@dataclass(frozen=True)
class Entry(Generic[Shape]):
    """Something that was read, and where."""

    file: str
    name: str
    value: Shape


@dataclass
class Reading:
    """Reads files and collects what is wrong with them."""

    faults: list[str] = field(default_factory=list)
    made_up: Counter[str] = field(default_factory=Counter)
    """Fields that stand for the real thing, and in how many things they do."""

    def fault(self, file: str, name: str, what: object) -> None:
        self.faults.append(f"{file}: {name}: {what}")

    def content(self, file: Path) -> Any:
        """What a file holds; nothing if it cannot be read."""
        try:
            return notation.read(file)
        except NotationError as error:
            self.faults.append(str(error))
            return []

    def things(self, file: Path, split: Callable[[Any], Iterator[Any]]) -> list[Any]:
        """What `split` finds in a file."""
        try:
            return list(split(self.content(file)))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self.fault(file.name, "file", f"is not written as it should be: {error}")
            return []

    def parse(self, shape: type[Shape], file: Path, raw: Raw) -> Iterator[Entry[Shape]]:
        """One thing, or none if it is not of the shape."""
        name, made_up = _name(raw), raw.pop("made_up", [])
        self.made_up.update(f"{shape.__name__}.{one}" for one in made_up)
        for unknown in {*made_up} - {*shape.model_fields}:
            self.fault(file.name, name, f"made_up: there is no field {unknown}")
        try:
            yield Entry(file.name, name, shape.model_validate(raw))
        except ValidationError as error:
            for one in error.errors():
                self.fault(file.name, name, f"{'.'.join(map(str, one['loc']))}: {one['msg']}")

    def check(self, entries: Iterable[Entry[Shape]], rule: Callable[[Shape], Iterable[str]]) -> None:
        for entry in entries:
            for what in rule(entry.value):
                self.fault(entry.file, entry.name, what)

    def check_unique(self, entries: list[Entry[Shape]], *names: str) -> None:
        for name in names:
            times = Counter(getattr(entry.value, name) for entry in entries)
            for entry in entries:
                value = getattr(entry.value, name)
                if times[value] > 1:
                    self.fault(entry.file, entry.name, f"{name} {value} is there {times[value]} times")


def load(folder: Path = FOLDER) -> Data:
    """
    Raises:
        DataError: with every fault in every file.
    """
    reading = Reading()
    by_slug = _departments(reading, folder / "departments.yaml")
    departments = list(by_slug.values())
    stations = sorted(folder.glob("halls/stations/*.yaml"))
    halls = _listed(reading, Hall, [*sorted(folder.glob("halls/*.yaml")), *stations])
    codes = {slug: entry.value.code for slug, entry in by_slug.items()}
    guides, demand = _guides(reading, folder, codes)
    referrals = _listed(reading, Referral, [folder / "referrals.yaml"])
    uncivil = _words(reading, folder / "uncivil.yaml")
    reading.check_unique(departments, "code", "name", "short")
    reading.check_unique(halls, "code", "name")
    reading.check_unique(guides, "item", "name")
    reading.check_unique(referrals, "code", "name")
    reading.check(departments, _department_faults)
    reading.check(halls, _hall_faults)
    places = {entry.value.code: entry.value for entry in halls}
    reading.check(guides, lambda guide: _guide_faults(guide, places))
    calendar = Calendar()
    try:
        calendar = load_calendar(folder)
    except DataError as error:
        reading.faults.append(str(error))
    if reading.faults:
        raise DataError(reading.faults)
    return Data(
        _values(departments),
        _values(halls),
        _values(guides),
        _values(referrals),
        uncivil,
        demand,
        calendar,
        reading.made_up,
    )


def load_calendar(folder: Path = FOLDER) -> Calendar:
    """What is entered beside the published calendar.

    Raises:
        DataError
    """
    try:
        return read_calendar(folder / "calendar.yaml")
    except NotationError as error:
        raise DataError([str(error)]) from None


def _values(entries: Iterable[Entry[Shape]]) -> list[Shape]:
    return [entry.value for entry in entries]


def _name(raw: Raw) -> str:
    return str(raw.get("name") or raw.get("code") or "without a name")


def _words(reading: Reading, file: Path) -> list[str]:
    """A list of words, each of which is there once as it is looked for."""
    words = [str(word) for word in reading.content(file)]
    for word, times in Counter(map(looked_for, words)).items():
        if times > 1 or not word:
            reading.fault(file.name, word, "is no word" if not word else f"is there {times} times")
    return words


def _departments(reading: Reading, file: Path) -> dict[str, Entry[Department]]:
    """By the slug that the item files use."""
    found: dict[str, Entry[Department]] = {}
    for raw in reading.things(file, notation.listed):
        slug = raw.pop("slug", "")
        if not slug or slug in found:
            reading.fault(file.name, _name(raw), f"slug {slug} is there twice" if slug else "has no slug")
        for entry in reading.parse(Department, file, raw):
            found[slug] = entry
    return found


def _listed(reading: Reading, shape: type[Shape], files: Iterable[Path]) -> list[Entry[Shape]]:
    """What files that are lists hold."""
    return [
        entry
        for file in files
        for raw in reading.things(file, notation.listed)
        for entry in reading.parse(shape, file, raw)
    ]


def _guides(
    reading: Reading, folder: Path, codes: Mapping[str, str]
) -> tuple[list[Entry[Guide]], dict[str, int]]:
    """The guides, and the demand for each item."""
    library = reading.content(folder / "library.yaml")
    found: list[Entry[Guide]] = []
    demand: dict[str, int] = {}
    for file in sorted((folder / "items").glob("*.yaml")):
        for slug, written in reading.things(file, notation.items):
            if slug not in codes:
                reading.fault(file.name, _name(written), f"there is no department {slug}")
                continue
            try:
                raw = notation.guide(written, codes[slug], library)
                demand[raw["item"]] = int(written.get("demand", 0))
            except KeyError as error:
                reading.fault(file.name, _name(written), f"{error} is missing, or not in the library")
            except (AttributeError, TypeError, ValueError) as error:
                reading.fault(file.name, _name(written), f"is not written as an item is: {error}")
            else:
                found += reading.parse(Guide, file, raw)
    return found, demand


def _department_faults(department: Department) -> Iterator[str]:
    if not uscc.is_valid(department.code):
        yield f"code {department.code} is not a USCC: its check character is wrong"
    elif not organization_code_holds(department.code):
        yield f"code {department.code} is not a USCC: characters 9 to 17 are no organization code"
    yield from _phone_faults("phone", department.phone)


def organization_code_holds(code: str) -> bool:
    """Whether characters 9 to 17 of a USCC are an organization code by its own check (GB 11714)."""
    body, check = code[8:16], code[16]
    left = sum(weight * int(one, 36) for weight, one in zip(ORGANIZATION, body, strict=True)) % 11
    return check == "0X987654321"[left]


def _hall_faults(hall: Hall) -> Iterator[str]:
    longitude, latitude = hall.location.coordinates
    if not (WEST < longitude < EAST and SOUTH < latitude < NORTH):
        yield f"location {longitude}, {latitude} is not in Panyu"
    yield from _phone_faults("phone", hall.phone)
    if hall.manager is None:
        yield "has no manager"
    else:
        yield from _phone_faults("manager.phone", hall.manager.phone)
    if hall.access is None:
        yield "does not say how one gets in"
    if not hall.staffed_hours:
        yield "does not say when people serve there"


def _guide_faults(guide: Guide, halls: Mapping[str, Hall]) -> Iterator[str]:
    for place in guide.places:
        if place not in halls:
            yield f"there is no hall {place}"
        elif not (windows := halls[place].windows) or guide.group not in windows.capacity:
            yield f"hall {place} has no window for {guide.group}"
    try:
        check_publishable(guide)
    except Refused as error:
        yield str(error)
    yield from _basis_faults(guide)
    yield from _handling_faults(guide)
    yield from _paper_faults(guide)
    yield from _phone_faults("consult_phone", guide.consult_phone)
    yield from _phone_faults("complaint_phone", guide.complaint_phone)


def _basis_faults(guide: Guide) -> Iterator[str]:
    for name, basis in (
        *(("basis", one) for one in guide.basis),
        ("limit.basis", guide.time_limit.basis),
        ("fees.basis", guide.fees.basis),
    ):
        if basis and not NAMED.match(basis):
            yield f"{name} {basis} does not name the law in 《》"


def _handling_faults(guide: Guide) -> Iterator[str]:
    """What the handling forms ask of the applicant (article 12)."""
    online = guide.handling is Handling.FULLY_ONLINE
    paper = [one.name for one in guide.online_materials() if one.required and not one.uploads]
    if guide.visits != len(visits(guide, offered(guide)[0])):
        yield f"{guide.visits} visits do not go with {guide.handling}"
    if online and paper:
        yield f"is fully online, but needs paper: {'、'.join(paper)}"
    if guide.handling is Handling.PRE_ACCEPTANCE and not paper:
        yield "is pre-accepted, but nothing is left to sign or seal on paper"


def _paper_faults(guide: Guide) -> Iterator[str]:
    for material in guide.materials:
        for file in filter(None, (material.sample_file, material.blank_file)):
            if not (PAPERS / file).is_file():
                yield f"material {material.code}: there is no {file} in static/papers"


def _phone_faults(name: str, phone: str) -> Iterator[str]:
    if not PHONE.fullmatch(phone):
        yield f"{name} {phone} is not written like 020-84638090"
