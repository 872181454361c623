"""What happened, recorded in the same write as the change that it tells of.

A changed document carries its new events in `events` until the worker has moved them to the
collection `events`, which nobody ever changes: it is the audit record and the source of every
notice and integration.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NotRequired, TypedDict, cast
from uuid import uuid4


class Channel(StrEnum):
    """Through which door a change came."""

    CHAT = "chat"  # messages to the official account
    H5 = "h5"  # the citizens' pages in WeChat's own browser
    WEB = "web"  # the same pages in any other browser
    MINIPROGRAM = "miniprogram"
    APP = "app"
    KIOSK = "kiosk"
    WINDOW = "window"  # staff, in the panel
    SYSTEM = "system"  # the worker, and what operators start


@dataclass(frozen=True)
class Cause:
    """Who made a change, when, through which door and in which request.

    `actor` is `applicant:<id>`, `account:<id>`, `openid:<openid>` (in the chat, where there may be no account
    yet), `kiosk:<id>` (its device), `staff:<id>`, `cli` (the command `staff` of the operators) or `system`;
    `at` is in UTC. A substitute acts `on_behalf_of` an absent member, `staff:<id>`.
    """

    actor: str
    at: datetime
    channel: Channel
    request: str
    on_behalf_of: str = ""

    def is_by(self, actor: str) -> bool:
        """Whether this person acts, or is the one for whom a substitute acts: a rule that asks for two
        different people asks this, so that nobody passes it by standing in for the other."""
        return actor in (self.actor, self.on_behalf_of)


class KeptEvent(TypedDict):
    """An event as its document carries it, and the worker and the audit record read it."""

    id: str
    name: str
    about: str
    actor: str
    at: datetime
    channel: Channel
    request: str
    data: dict[str, Any]
    on_behalf_of: NotRequired[str]
    plans: NotRequired[list[dict[str, Any]]]


@dataclass(frozen=True)
class Plan:
    """A promise to look at the event's subject at a moment (UTC), to see to `what` (models.schedule).

    A plan is never altered: a change that sets another moment plans anew.
    """

    what: str
    at: datetime


@dataclass(frozen=True)
class Event:
    """`name` is `thing.what_happened`; consumers are idempotent by `id`.

    `data` holds ids and values that anyone in the house may see, never a credential or a phone. `plans` is
    what is to be seen to later because of it, each `what` once.
    """

    name: str
    about: str
    cause: Cause
    data: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid4().hex)
    plans: tuple[Plan, ...] = ()

    def document(self) -> dict[str, Any]:
        cause = vars(self.cause) | {"channel": self.cause.channel.value}
        if not self.cause.on_behalf_of:
            del cause["on_behalf_of"]
        told = {"id": self.id, "name": self.name, "about": self.about, **cause, "data": self.data}
        return told | {"plans": [dict(vars(plan)) for plan in self.plans]} if self.plans else told


def event_of(document: dict[str, Any]) -> KeptEvent:
    """An event as a document that was read carries it."""
    return cast(KeptEvent, {**document, "channel": Channel(document["channel"])})
