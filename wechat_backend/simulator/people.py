"""Who lives in the simulator (`people.yaml`), and the registers that know their credentials."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

from models.credentials import CredentialKind

FILE = Path(__file__).parent / "people.yaml"

Finding = Literal["match", "mismatch", "no_record"]


class Credential(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: CredentialKind
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


Holder = TypeVar("Holder", Person, Body)


class Registry(BaseModel):
    """Everybody, by id, and the questions that a register answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    people: tuple[Person, ...]
    bodies: tuple[Body, ...]

    def person(self, key: str) -> Person | None:
        return next((person for person in self.people if person.id == key), None)

    def of_phone(self, phone: str) -> Person | None:
        return next((person for person in self.people if person.phone == phone), None)

    def check_person(self, kinds: Iterable[str], name: str, number: str) -> Finding:
        return _finding(_holders(self.people, kinds, number), name)

    def check_body(self, kind: str, name: str, number: str) -> tuple[Finding, Person | None]:
        """The finding and, on a match, the legal representative."""
        holders = _holders(self.bodies, [kind], number)
        finding = _finding(holders, name)
        return finding, self.person(holders[0].representative) if finding == "match" else None


def _holders(among: Iterable[Holder], kinds: Iterable[str], number: str) -> list[Holder]:
    wanted = set(kinds)
    return [
        holder
        for holder in among
        if any(each.kind in wanted and each.number == number for each in holder.credentials)
    ]


def _finding(holders: list[Any], name: str) -> Finding:
    if not holders:
        return "no_record"
    return "match" if _plain(holders[0].name) == _plain(name) else "mismatch"


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def load(file: Path = FILE) -> Registry:
    return Registry.model_validate(yaml.safe_load(file.read_text("utf-8")))


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
