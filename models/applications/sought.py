"""What members look for among the applications, and the hashes by which one is found for its parties."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from models import typed
from models.applications.actions import OPEN, SEEN
from models.applications.document import NudgeState
from models.applications.serials import sought_serial
from models.applications.work import CLOCKED
from models.people import Party, national
from models.privacy import Privacy
from models.staff import Member
from models.store import Document
from models.workdays import local_date, local_moment


class DueBy(StrEnum):
    """How near the deadline is of what is looked for."""

    OVERDUE = "overdue"
    TODAY = "today"


class Holder(StrEnum):
    """Whose it is to handle what is looked for."""

    ME = "me"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Sought:
    """What a list is to hold; what is empty excludes nothing. `mine` is what waits for a step of the
    member's; `serial` is a number in its normal form, None where none was asked for; `keys` are hashes by
    `keys_of`, one of which it is found by; `nudged` is how the last nudge stands."""

    states: tuple[str, ...] = OPEN
    mine: bool = False
    due: DueBy | None = None
    item: str = ""
    department: str = ""
    handling: str = ""
    channel: str = ""
    holder: Holder | None = None
    nudged: NudgeState | None = None
    serial: str | None = None
    keys: tuple[str, ...] = ()

    @property
    def order(self) -> str:
        """The field by which the list is ordered: the earliest deadline comes first where a clock runs for
        all of it, elsewhere the latest change."""
        clocked = set(self.states) <= set(CLOCKED) or self.due
        return "due_at" if clocked and not self.keys and not self.nudged else "changed_at"

    def index(self, *, own_department: bool) -> str:
        """The index that has it in its order; `own_department` says that all of it is one department's. The
        database would try several, on every new kind of question, and take longer than with the worst."""
        if self.serial is not None:
            return "serial"
        if self.keys:
            return "found_by"
        if self.nudged:
            return "nudged"
        if self.holder is Holder.ME:
            first = "holder"
        elif self.item:
            first = "item"
        else:
            first = "department" if own_department else "all"
        return f"{first}_by_{'due' if self.order == 'due_at' else 'change'}"

    def query(self, member: Member, now: datetime) -> Document:
        """The query for all but the states, and for what the member may read."""
        asked = {"item": self.item, "handling": self.handling, "channel": self.channel}
        query: Document = {name: value for name, value in asked.items() if value}
        if self.due is DueBy.OVERDUE:
            query["due_at"] = {"$lt": now}
        if self.due is DueBy.TODAY:
            query["due_at"] = {"$gte": now, "$lte": local_moment(local_date(now), time.max)}
        if self.holder:
            query["assigned"] = member["_id"] if self.holder is Holder.ME else ""
        if self.nudged:
            query["nudged"] = self.nudged.value
        if self.serial is not None:
            query["serial"] = self.serial
        if self.keys:
            query["found_by"] = {"$in": list(self.keys)}
        return query


def sought_text(privacy: Privacy, text: str) -> Sought:
    """What is looked for everywhere by a text that was typed: a serial number, or else the whole name, number
    or phone of a party."""
    if serial := sought_serial(text):
        return Sought(SEEN, serial=serial)
    return Sought(SEEN, keys=tuple(_keys(privacy, dict.fromkeys(FORMS, text))) or ("",))


def keys_of(privacy: Privacy, party: Party) -> list[str]:
    """The hashes by which an application is found: of name, number and phone of those who hand it in, as they
    are bound then."""
    found: list[str] = []
    for one in party.people:
        sealed = {field: str(one[field]) for field in FORMS if one.get(field)}  # type: ignore[literal-required]
        opened = {
            field: privacy.open(text, f"applicant:{one['_id']}:{field}") for field, text in sealed.items()
        }
        found += _keys(privacy, opened)
    return list(dict.fromkeys(found))


def _keys(privacy: Privacy, texts: Mapping[str, str]) -> Iterator[str]:
    for field, text in texts.items():
        if normal := FORMS[field](text):
            yield privacy.index(normal, f"application_{field}")


def _bare(text: str) -> str:
    """A credential's number without whatever parts its groups."""
    return re.sub(r"[\W_]", "", typed.number(text))


FORMS: Mapping[str, Callable[[str], str]] = {"name": typed.name_key, "number": _bare, "phone": national}
"""The sealed field of a binding → its normal form, in which it is looked for."""
