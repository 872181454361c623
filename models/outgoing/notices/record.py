"""What a notice is: one record, which planner, worker, panel, demo, `.env.example` and docs read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from models.events import KeptEvent
from models.outgoing.deliveries import Plan, Via
from models.outgoing.sms import Purpose
from models.store import Document


@dataclass(frozen=True)
class Recipient:
    """Who is told: `words` for readers; `find` makes the ids that deliveries keep, of event and document, one
    for each who is to be told; "" is nobody."""

    words: str
    find: Callable[[KeptEvent, Document], list[str]]


def itself(event: KeptEvent, _document: Document) -> list[str]:
    return [event["about"]]


APPLICANT = Recipient("applicant", lambda _event, document: [str(document["applicant"])])


@dataclass(frozen=True)
class Telling:
    """One event of a notice: who is told, and the facts that follow from the event alone.

    `{name}` in them stands for a fact that is gathered from documents. A telling that `serves` tells of a
    paper: that it arrived proves that the paper was delivered (`models.serving`).
    """

    to: Recipient
    words: Mapping[str, str] = field(default_factory=dict)
    serves: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What people are told by WeChat or SMS.

    `label` is what the panel calls it. `events` maps an event to its telling. It goes by each of `ways`, and
    by `fallback` where WeChat does not reach the person. `fields` maps a field of the WeChat template to a
    fact; `parameters` are those of the SMS template, named as the facts are. A fact comes from the words of
    the event, or is gathered from documents (`wechat_backend.worker.facts`). The WeChat message leads to
    `page`, in which `{about}` becomes the id of what the event is about, and `{name}` that of its data.
    """

    name: str
    label: str
    purpose: Purpose
    events: Mapping[str, Telling]
    ways: tuple[Via, ...]
    fallback: Via | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    page: str = ""

    def tells_of(self, event: str) -> bool:
        return event in self.events

    def goes_by(self, via: Via) -> bool:
        return via in (*self.ways, self.fallback)

    def plans(self, event: KeptEvent, document: Document) -> Iterator[Plan]:
        """What is to be sent because of one of its events."""
        telling = self.events[event["name"]]
        for recipient, via in product(filter(None, telling.to.find(event, document)), self.ways):
            fallback = self.fallback if via is Via.WECHAT else None
            yield Plan(via, self.name, recipient, fallback, telling.serves)


def always(_document: Document) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a system of the government is told.

    `name` is one of `gateways.government.PATHS`; `states` maps an event to the system's own word for the
    state that it led to; `concerns` says of the changed document whether the system is told of it.
    """

    name: str
    label: str
    states: Mapping[str, str]
    concerns: Callable[[Document], bool] = always

    def tells_of(self, event: str) -> bool:
        return event in self.states

    def plans(self, _event: KeptEvent, document: Document) -> Iterator[Plan]:
        if self.concerns(document):
            yield Plan(Via.GOVERNMENT, self.name, self.name)
