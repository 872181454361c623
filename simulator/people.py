"""Who lives in the simulator: `people.yaml`, and who was registered since; what registers know of them."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from simulator.names import plain
from simulator.numbers import Kind, invented, normal

FILE = Path(__file__).parent / "people.yaml"
SURNAMES, GIVEN, SECOND = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑",
    "嘉志晓文建丽秀国雅俊",
    "明芳强敏华杰玲辉燕欣",
)
COLOURS = ("teal", "blue", "rose", "indigo", "violet", "amber", "green", "brown")

Finding = Literal["match", "mismatch", "no_record"]


class Taken(Exception):
    """An id, phone or number that a person or body has already; `str` of the error says which."""


class Credential(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Kind
    number: str


class Person(BaseModel):
    """Somebody with a phone and with WeChat on it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    name: str
    phone: str
    about: str
    colour: str
    language: str = "zh_CN"
    credentials: tuple[Credential, ...]


class Body(BaseModel):
    """An enterprise or another organization; `representative` is a person's id."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    kind: Literal["enterprise", "organization"]
    name: str
    representative: str
    credentials: tuple[Credential, ...]


class Population(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    people: tuple[Person, ...] = ()
    bodies: tuple[Body, ...] = ()


class Registry:
    """All people and bodies, and the answers of registers about them; `first` are there from the start."""

    def __init__(self, first: Population) -> None:
        self.first = first
        self.reset()

    def reset(self) -> None:
        """Remove all but the first."""
        self._people: dict[str, Person] = {}
        self._bodies: dict[str, Body] = {}
        self._phones: dict[str, Person] = {}
        self._holders: dict[tuple[str, str], Person | Body] = {}
        self.add(self.first)

    def add(self, population: Population) -> None:
        """Register people and bodies.

        Raises:
            Taken: an id, a phone or a number; that one and those after it are not registered.
        """
        for person in population.people:
            if person.id in self._people or person.phone in self._phones:
                raise Taken("phone" if person.phone in self._phones else "id")
            self._hold(person)
            self._people[person.id] = self._phones[person.phone] = person
        for body in population.bodies:
            if body.id in self._bodies:
                raise Taken("id")
            self._hold(body)
            self._bodies[body.id] = body

    def added(self) -> Population:
        """Who was registered since the start."""
        return Population(
            people=tuple(self.people[len(self.first.people) :]),
            bodies=tuple(self.bodies[len(self.first.bodies) :]),
        )

    @property
    def people(self) -> list[Person]:
        return list(self._people.values())

    @property
    def bodies(self) -> list[Body]:
        return list(self._bodies.values())

    def person(self, key: str) -> Person | None:
        return self._people.get(key)

    def of_phone(self, phone: str) -> Person | None:
        return self._phones.get(phone)

    def crowd(self, count: int) -> Population:
        """As many invented residents as asked for, who are not registered yet."""
        people: list[Person] = []
        n = len(self._people)
        while len(people) < count:
            n += 1
            number, phone = invented(n)
            if phone not in self._phones and (Kind.RESIDENT_ID, number) not in self._holders:
                people.append(_resident(n, number, phone))
        return Population(people=tuple(people))

    def check_person(self, kinds: Iterable[str], name: str, number: str) -> Finding:
        return _finding(self._holder(kinds, number), name)

    def check_body(self, kind: str, name: str, number: str) -> tuple[Finding, Person | None]:
        """The finding and, on a match, the legal representative."""
        holder = self._holder([kind], number)
        finding = _finding(holder, name)
        matched = finding == "match" and isinstance(holder, Body)
        return finding, self.person(holder.representative) if matched else None  # type: ignore[union-attr]

    def _hold(self, holder: Person | Body) -> None:
        keys = [(each.kind.value, each.number) for each in holder.credentials]
        if any(key in self._holders for key in keys):
            raise Taken("number")
        self._holders |= dict.fromkeys(keys, holder)

    def _holder(self, kinds: Iterable[str], number: str) -> Person | Body | None:
        keys = ((str(kind), normal(number)) for kind in kinds)
        return next((self._holders[key] for key in keys if key in self._holders), None)


def _resident(n: int, number: str, phone: str) -> Person:
    syllables = (SURNAMES[n % 20], GIVEN[n // 20 % 10], SECOND[n // 200 % 10])
    return Person(
        id=f"crowd{n}",
        name="".join(syllables),
        phone=phone,
        about="虚构的居民",
        colour=COLOURS[n % len(COLOURS)],
        credentials=(Credential(kind=Kind.RESIDENT_ID, number=number),),
    )


def _finding(holder: Person | Body | None, name: str) -> Finding:
    if holder is None:
        return "no_record"
    return "match" if plain(holder.name) == plain(name) else "mismatch"


def load(file: Path = FILE) -> Registry:
    return Registry(Population.model_validate(yaml.safe_load(file.read_text("utf-8"))))


@dataclass(frozen=True)
class Ids:
    """What the platform calls a person: the same after every start, other for every app."""

    appid: str
    miniprogram_appid: str

    def openid(self, person: str) -> str:
        return _opaque("o", self.appid, person)

    def miniprogram_openid(self, person: str) -> str:
        return _opaque("o", self.miniprogram_appid, person)

    def unionid(self, person: str) -> str:
        return _opaque("u", f"{self.appid}+{self.miniprogram_appid}", person)


def _opaque(first: str, realm: str, person: str) -> str:
    """28 characters, as WeChat's."""
    return first + urlsafe_b64encode(sha256(f"{realm}/{person}".encode()).digest()).decode()[:27]
