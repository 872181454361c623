"""Who is told of what: events → notices and integrations, and the words of each.

`RULES` is the whole of the first half: an event that is not there is told to nobody. The second half turns
a delivery into a `Letter` when it is sent, from the event and the documents as they are then.
docs/architecture.md, "Notices", lists the templates.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from models.outgoing.deliveries import Plan, Via
from models.outgoing.sms import Purpose
from models.store import Document


@dataclass(frozen=True)
class Rule:
    """One notice because of one event; `recipient` names who gets it, by id, from event and document."""

    notice: str
    vias: tuple[Via, ...]
    fallback: Via | None
    recipient: Callable[[Document, Document], str]

    def plans(self, event: Document, document: Document) -> Iterable[Plan]:
        recipient = self.recipient(event, document)
        for via in self.vias:
            yield Plan(via, self.notice, recipient, self.fallback if via is Via.WECHAT else None)


def _itself(event: Document, _document: Document) -> str:
    return str(event["about"])


def _applicant(_event: Document, document: Document) -> str:
    return str(document["applicant"])


def _agent(_event: Document, document: Document) -> str:
    return str(document["person"])


def _representative(_event: Document, document: Document) -> str:
    return f"representative:{document['representative']}"


def _system(name: str) -> Rule:
    """`name` is one of `gateways.government.PATHS`."""
    return Rule(name, (Via.GOVERNMENT,), None, lambda _event, _document: name)


CODE = Rule("code", (Via.SMS,), None, _itself)
RECEIPT = Rule("receipt", (Via.WECHAT, Via.SMS), Via.SMS, _applicant)
PROGRESS = Rule("progress", (Via.WECHAT,), Via.SMS, _applicant)
APPOINTMENT = Rule("appointment", (Via.WECHAT,), Via.SMS, _applicant)
REBINDING = Rule("rebinding", (Via.WECHAT,), Via.SMS, _itself)
AGENCY = Rule("agency", (Via.WECHAT,), Via.SMS, _agent)
AGENCY_ASKED = Rule("agency", (Via.WECHAT,), Via.SMS, _representative)
ACCEPTANCE = _system("acceptance")
REVIEWS = _system("reviews")

RULES: Mapping[str, tuple[Rule, ...]] = {
    "phone_code.requested": (CODE,),
    "applicant.rebound": (REBINDING,),
    "applicant.phone_changed": (REBINDING,),
    "agency.requested": (AGENCY_ASKED,),
    "agency.confirmed": (AGENCY,),
    "agency.ended": (AGENCY,),
    "appointment.booked": (APPOINTMENT,),
    "appointment.cancelled": (APPOINTMENT,),
    "application.submitted": (RECEIPT, ACCEPTANCE),
    "application.accepted": (PROGRESS, ACCEPTANCE),
    "application.not_accepted": (PROGRESS, ACCEPTANCE),
    "application.supplement_requested": (PROGRESS, ACCEPTANCE),
    "application.supplemented": (PROGRESS, ACCEPTANCE),
    "application.returned": (PROGRESS, ACCEPTANCE),
    "application.concluded": (PROGRESS, ACCEPTANCE),
    "application.withdrawn": (PROGRESS, ACCEPTANCE),
    "review.given": (REVIEWS,),
}


def plan(event: Document, document: Document) -> list[Plan]:
    """What is to be sent because of an event in a document."""
    return [plan for rule in RULES.get(event["name"], ()) for plan in rule.plans(event, document)]


FIELDS: Mapping[str, Mapping[str, str]] = {
    "receipt": {
        "character_string1": "serial",
        "thing2": "item",
        "thing3": "department",
        "time4": "time",
        "thing5": "handling",
    },
    "progress": {
        "character_string1": "serial",
        "thing2": "item",
        "thing3": "status",
        "time4": "time",
        "thing5": "note",
    },
    "appointment": {"thing1": "item", "thing2": "hall", "time3": "time", "thing4": "status"},
    "rebinding": {"thing1": "what", "time2": "time"},
    "agency": {"thing1": "enterprise", "thing2": "person", "thing3": "status"},
}
"""Notice → field of the WeChat template → fact."""

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "code": ("code",),
    "receipt": ("serial", "item", "department"),
    "progress": ("serial", "item", "status"),
    "appointment": ("item", "hall", "time", "status"),
    "rebinding": ("what", "time"),
    "agency": ("enterprise", "person", "status"),
}
"""Notice → parameters of the SMS template, which are named as the facts are."""

PURPOSES: Mapping[str, Purpose] = {
    "code": Purpose.CODE,
    "receipt": Purpose.LEGAL,
    "progress": Purpose.LEGAL,
    "rebinding": Purpose.LEGAL,
    "appointment": Purpose.COURTESY,
    "agency": Purpose.COURTESY,
}
"""Notice → which part of the day's short messages it may use."""

LIMITS = {"thing": 20, "character_string": 32, "phone_number": 17, "const": 20}
"""Characters that WeChat takes in a field, by the type that its name begins with."""
LONGEST_PARAMETER = 35
NOTHING = "无"


@dataclass(frozen=True)
class Letter:
    """A notice in words: the facts that its fields show, the page it leads to, and whom it is for."""

    facts: Mapping[str, str]
    page: str = "/"
    account: str | None = None
    phone: str | None = None


def fields(notice: str, letter: Letter) -> dict[str, str]:
    """The fields of the WeChat template."""
    return {name: _fitting(name, letter.facts[fact]) for name, fact in FIELDS[notice].items()}


def parameters(notice: str, letter: Letter) -> dict[str, str]:
    """The parameters of the SMS template; Aliyun refuses empty ones too."""
    return {name: shorten(letter.facts[name], LONGEST_PARAMETER) or NOTHING for name in PARAMETERS[notice]}


def shorten(text: str, most: int) -> str:
    """`text` on one line, with … where it is cut."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _fitting(name: str, text: str) -> str:
    """WeChat refuses a field that is too long, or empty."""
    limit = LIMITS.get(name.rstrip("0123456789"))
    return (shorten(text, limit) if limit else text) or NOTHING
