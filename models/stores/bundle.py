"""The one bundle of all stores, handed to handlers and worker alike, put together of its parts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, get_type_hints

from models.outgoing import SmsLimits
from models.people import Followers, Verifier
from models.privacy import Privacy
from models.store import Database, Store
from models.stores.barring import Barring, barring
from models.stores.cases import Cases, cases
from models.stores.ground import Ground, ground
from models.stores.machines import Machines, machines
from models.stores.matters import Matters, matters
from models.stores.members import Members, members
from models.stores.people import People, people
from models.stores.voices import Voices, voices
from models.workdays import LiveWorkdays


@dataclass(frozen=True, kw_only=True)
class Stores(Ground, People, Members, Matters, Voices, Barring, Cases, Machines):
    """Each part is a module of its own, which says what it is made of."""

    def all(self) -> list[Store[Any]]:
        values = (getattr(self, field.name) for field in fields(self))
        return [value for value in values if isinstance(value, Store)]

    async def prepare(self) -> None:
        """Create all indexes; safe to repeat."""
        for store in self.all():
            await store.prepare()


def told() -> dict[str, type[Store[Any]]]:
    """Every event that can happen, and the store whose documents carry it to the worker."""
    return {event: kind for kind in _kinds() for event in kind.tells}


def planned() -> dict[str, type[Store[Any]]]:
    """Everything that can be planned, and the store whose events plan it."""
    return {what: kind for kind in _kinds() for what in kind.plans}


def _kinds() -> Iterator[type[Store[Any]]]:
    for kind in get_type_hints(Stores).values():
        if isinstance(kind, type) and issubclass(kind, Store):
            yield kind


def assemble(
    database: Database,
    *,
    clock: Callable[[], datetime],
    calendar: LiveWorkdays,
    privacy: Privacy,
    verifier: Verifier,
    followers: Followers,
    sms_limits: SmsLimits,
) -> Stores:
    """All stores over one database."""
    on = ground(database, clock, calendar, privacy, sms_limits)
    who = people(on, verifier, followers)
    by, what = members(on, who.phone_codes), matters(on)
    said = voices(on, who, what)
    barred = barring(on, who, what, said.reviews)
    parts = (on, who, by, what, said, barred, cases(on, who, by, what, barred), machines(on, by, what))
    return Stores(**{name: store for part in parts for name, store in vars(part).items()})
