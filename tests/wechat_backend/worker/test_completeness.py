"""Nothing that happens is forgotten in silence: each event is told, or stands among those told to nobody.

Each fault names the file in which something is missing; the later tests show that it is found.
"""

import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from handlers.admin import ROUTES as OF_STAFF
from handlers.admin.channels import VIAS
from handlers.admin.subjects import FINDERS
from handlers.citizen import ROUTES
from models.applications import PRIVATE, STEPS
from models.outgoing import notices
from models.outgoing.deliveries import Via
from models.outgoing.notices import SILENT, Notice, Report, Telling
from models.outgoing.notices.record import APPLICANT
from models.store import Store
from models.stores import told
from simulator.aliyun.service import TEMPLATES
from simulator.government.service import STATES
from simulator.wechat.template_library import LIBRARY, TYPES
from wechat_backend.gateways.government import PATHS
from wechat_backend.worker.facts.letter import LONGEST_PARAMETER
from wechat_backend.worker.facts.writers import SUBJECTS
from wechat_backend.worker.reports import REPORTERS

ROOT = Path(__file__).parents[3]
RECORDS = "models/outgoing/notices"
SILENT_FILE = f"{RECORDS}/silent.py"
GOVERNMENT = f"{RECORDS}/government.py"
SOME_ID = "0" * 32


def file_of(kind: type) -> str:
    return Path(inspect.getfile(kind)).relative_to(ROOT).as_posix()


def stores(kind: type[Store] = Store) -> Iterator[type[Store]]:
    """All of the house; not those that tests make."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("models."):
            yield each
        yield from stores(each)


def events() -> dict[str, str]:
    """Every event that some store tells of, and the file of the store."""
    return {event: file_of(store) for store in stores() for event in vars(store).get("tells", ())}


def recorded() -> Iterator[tuple[str, Notice | Report]]:
    """Every record in a module of the package, and the module's file."""
    for found in pkgutil.iter_modules(notices.__path__):
        module = import_module(f"{notices.__name__}.{found.name}")
        for record in (*getattr(module, "NOTICES", ()), *getattr(module, "REPORTS", ())):
            yield f"{RECORDS}/{found.name}.py", record


@dataclass(frozen=True)
class House:
    """What is compared; a test changes one part of it."""

    events: Mapping[str, str] = field(default_factory=events)
    records: tuple[tuple[str, Notice | Report], ...] = field(default_factory=lambda: tuple(recorded()))
    silent: frozenset[str] = frozenset(event for names in SILENT.values() for event in names)
    state_changes: frozenset[str] = frozenset(
        step.event for step in STEPS.values() if step.after not in PRIVATE
    )

    def with_event(self, event: str, file: str) -> "House":
        return replace(self, events={**self.events, event: file})

    def with_record(self, record: Notice | Report) -> "House":
        return replace(self, records=(*self.records, (f"{RECORDS}/new.py", record)))

    def faults(self) -> list[str]:
        found = [*self._events(), *self._changes()]
        for file, record in self.records:
            found += (
                notice_faults(file, record) if isinstance(record, Notice) else report_faults(file, record)
            )
        return found

    def told(self) -> set[str]:
        """What some person is told of."""
        return {event for _, each in self.records if isinstance(each, Notice) for event in each.events}

    def _events(self) -> Iterator[str]:
        for event, file in self.events.items():
            if event not in self.told() | self.silent:
                yield f"{RECORDS}: {event} ({file}) is in no notice and not in silent.py"
        for event in self.told() & self.silent:
            yield f"{SILENT_FILE}: {event} is told by a notice"
        for file, record in self.records:
            for event in events_of(record):
                if event not in self.events:
                    yield f"{file}: no store tells of {event}, of which '{record.name}' does"
        for event in self.silent - self.events.keys():
            yield f"{SILENT_FILE}: no store tells of {event}"

    def _changes(self) -> Iterator[str]:
        """The acceptance system hears of every state of an application that a department sees."""
        for event in sorted(self.state_changes):
            if not any(record.name == "acceptance" and record.tells_of(event) for _, record in self.records):
                yield f"{GOVERNMENT}: 'acceptance' has no state for {event}"


def events_of(record: Notice | Report) -> Mapping[str, object]:
    return record.events if isinstance(record, Notice) else record.states


def subject(event: str) -> str:
    return event.partition(".")[0]


def common_faults(file: str, record: Notice | Report) -> Iterator[str]:
    if not record.label:
        yield f"{file}: '{record.name}' has no label for the panel"
    if not events_of(record):
        yield f"{file}: '{record.name}' tells of no event"
    for kind in sorted({subject(event) for event in events_of(record)} - FINDERS.keys()):
        yield f"handlers/admin/subjects.py: FINDERS finds no '{kind}', of which '{record.name}' tells"


def report_faults(file: str, report: Report) -> Iterator[str]:
    yield from common_faults(file, report)
    for event, state in report.states.items():
        if not state:
            yield f"{file}: '{report.name}' has no state for {event}"
        elif report.name == "acceptance" and state not in STATES:
            yield f"simulator/government/service.py: STATES has no '{state}', of {event}"
    if report.name not in PATHS:
        yield f"wechat_backend/gateways/government.py: PATHS has no '{report.name}'"
    if report.name not in REPORTERS:
        yield f"wechat_backend/worker/reports.py: REPORTERS has no '{report.name}'"


def notice_faults(file: str, notice: Notice) -> Iterator[str]:
    yield from common_faults(file, notice)
    for event, telling in notice.events.items():
        yield from (f"{file}: '{notice.name}', {event}: {fault}" for fault in word_faults(notice, telling))
        if subject(event) not in SUBJECTS:
            yield f"wechat_backend/worker/facts/writers.py: SUBJECTS has no '{subject(event)}'"
        else:
            facts = {each.name for each in fields(SUBJECTS[subject(event)].facts)}
            gathered = {name for text in telling.words.values() for name in re.findall(r"{(\w+)}", text)}
            for fact in sorted((needed(notice) | gathered) - facts - (telling.words.keys() - gathered)):
                yield f"{file}: '{notice.name}', {event}: no words for '{fact}', and its letter gathers none"
    if notice.goes_by(Via.WECHAT):
        yield from wechat_faults(file, notice)
    if notice.goes_by(Via.SMS):
        yield from sms_faults(file, notice)
    if not notice.ways or notice.goes_by(Via.GOVERNMENT):
        yield f"{file}: '{notice.name}' goes neither by WeChat nor by SMS"


def needed(notice: Notice) -> set[str]:
    return {*notice.fields.values(), *notice.parameters}


def kind_of(field: str) -> str:
    return field.rstrip("0123456789")


def word_faults(notice: Notice, telling: Telling) -> Iterator[str]:
    for fact, text in telling.words.items():
        into = [TYPES[kind_of(name)] for name, of in notice.fields.items() if of == fact]
        if not text or any(not takes(text) for takes in into) or len(text) > LONGEST_PARAMETER:
            yield f"WeChat or Aliyun would not take the '{fact}' “{text}” whole"
        if fact not in needed(notice):
            yield f"'{fact}' is in no template"


def wechat_faults(file: str, notice: Notice) -> Iterator[str]:
    template = LIBRARY.get(f"TM_{notice.name.upper()}")
    if not notice.fields or {kind_of(name) for name in notice.fields} - TYPES.keys():
        yield f"{file}: '{notice.name}' has no fields of WeChat's types"
    if template is None or template.fields.keys() != notice.fields.keys():
        name = f"TM_{notice.name.upper()}"
        yield f"simulator/wechat/template_library.py: no {name} with the fields of the notice"
    page = notice.page.format(about=SOME_ID, item="some_item").partition("?")[0]
    if not any(re.fullmatch(route[0], page) for route in (*ROUTES, *OF_STAFF)):
        yield f"{file}: '{notice.name}' leads to no page of handlers/citizen or admin: “{page}”"


def sms_faults(file: str, notice: Notice) -> Iterator[str]:
    template = TEMPLATES.get(f"SMS_{notice.name.upper()}")
    if not notice.parameters:
        yield f"{file}: '{notice.name}' has no parameters for SMS"
    if template is None or set(template.parameters) != set(notice.parameters):
        yield f"simulator/aliyun/service.py: no SMS_{notice.name.upper()} with the parameters of the notice"


def test_nothing_is_forgotten() -> None:
    missing = House().faults()
    assert not missing, "\n".join(missing)


def test_every_record_is_in_the_list() -> None:
    """A module that `__init__` leaves out, or a name given twice, would be lost."""
    listed = {id(record) for record in notices.records()}
    assert [f"{RECORDS}/__init__.py: {file}" for file, r in recorded() if id(r) not in listed] == []


def test_every_store_that_tells_is_relayed() -> None:
    assert events().keys() == told().keys(), "models/stores/bundle.py: a store is missing"
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", event) for event in told())


def test_the_panel_names_every_channel() -> None:
    assert {via.value for via in Via} == VIAS.keys()


def added(house: House) -> list[str]:
    return [fault for fault in house.faults() if fault not in House().faults()]


def test_a_new_event_of_a_store_is_missed() -> None:
    """As by a new action of staff, whose letter would else say nothing, or something untrue."""
    file = "models/applications/store.py"
    house = House().with_event("application.suspended", file)
    assert added(house) == [f"{RECORDS}: application.suspended ({file}) is in no notice and not in silent.py"]


def test_a_new_state_that_the_acceptance_system_does_not_hear_of_is_missed() -> None:
    changed = House().with_event("application.suspended", "models/applications/store.py")
    progress = replace(PROGRESS, events={"application.suspended": PROGRESS.events["application.accepted"]})
    house = replace(changed, state_changes=changed.state_changes | {"application.suspended"})
    assert added(house.with_record(progress)) == [
        f"{GOVERNMENT}: 'acceptance' has no state for application.suspended"
    ]


def test_a_report_alone_tells_no_person() -> None:
    house = House().with_event("application.suspended", "models/applications/store.py")
    report = replace(notices.REPORTS["acceptance"], states={"application.suspended": "suspended"})
    unknown = "simulator/government/service.py: STATES has no 'suspended', of application.suspended"
    assert added(house.with_record(report)) == [*added(house), unknown]
    assert len(added(house)) == 1


PROGRESS = notices.NOTICES["progress"]
ACCEPTED = PROGRESS.events["application.accepted"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"label": ""}, "models/outgoing/notices/new.py: 'progress' has no label for the panel"),
        ({"events": {}}, "models/outgoing/notices/new.py: 'progress' tells of no event"),
        (
            {"events": {"application.accepted": Telling(APPLICANT, {"status": "已受理"})}},
            "models/outgoing/notices/new.py: 'progress', application.accepted: no words for 'note', "
            "and its letter gathers none",
        ),
        (
            {"events": {"application.accepted": Telling(APPLICANT, {"status": "", "note": "请留意"})}},
            "models/outgoing/notices/new.py: 'progress', application.accepted: "
            "WeChat or Aliyun would not take the 'status' “” whole",
        ),
        (
            {"events": {"application.accepted": Telling(APPLICANT, {"status": "长" * 21, "note": "请留意"})}},
            "models/outgoing/notices/new.py: 'progress', application.accepted: "
            f"WeChat or Aliyun would not take the 'status' “{'长' * 21}” whole",
        ),
        (
            {"events": {"application.accepted": replace(ACCEPTED, words={**ACCEPTED.words, "much": "多"})}},
            "models/outgoing/notices/new.py: 'progress', application.accepted: 'much' is in no template",
        ),
        (
            {"events": {"application.imagined": ACCEPTED}},
            "models/outgoing/notices/new.py: no store tells of application.imagined, "
            "of which 'progress' does",
        ),
        (
            {"events": {"application.saved": ACCEPTED}},
            "models/outgoing/notices/silent.py: application.saved is told by a notice",
        ),
        ({"ways": ()}, "models/outgoing/notices/new.py: 'progress' goes neither by WeChat nor by SMS"),
        ({"fields": {}}, "models/outgoing/notices/new.py: 'progress' has no fields of WeChat's types"),
        (
            {"fields": {**PROGRESS.fields, "thing5": "serial", "thing6": "note"}},
            "simulator/wechat/template_library.py: no TM_PROGRESS with the fields of the notice",
        ),
        ({"parameters": ()}, "models/outgoing/notices/new.py: 'progress' has no parameters for SMS"),
        (
            {"parameters": ("serial",)},
            "simulator/aliyun/service.py: no SMS_PROGRESS with the parameters of the notice",
        ),
        (
            {"page": "/elsewhere/{about}"},
            "models/outgoing/notices/new.py: 'progress' leads to no page of handlers/citizen or admin: "
            f"“/elsewhere/{SOME_ID}”",
        ),
    ],
)
def test_what_a_notice_lacks_is_named_with_its_file(changes: dict[str, Any], fault: str) -> None:
    assert fault in added(House().with_record(replace(PROGRESS, **changes)))


def test_a_notice_about_something_new_names_what_must_know_it() -> None:
    house = House().with_event("hall.flooded", "models/places/halls.py")
    notice = replace(PROGRESS, name="hall", events={"hall.flooded": ACCEPTED}, page="/me")
    assert added(house.with_record(notice)) == [
        "handlers/admin/subjects.py: FINDERS finds no 'hall', of which 'hall' tells",
        "wechat_backend/worker/facts/writers.py: SUBJECTS has no 'hall'",
        "simulator/wechat/template_library.py: no TM_HALL with the fields of the notice",
        "simulator/aliyun/service.py: no SMS_HALL with the parameters of the notice",
    ]


def test_what_a_report_lacks_is_named_with_its_file() -> None:
    report = Report(name="archive", label="", states={"application.concluded": ""})
    assert added(House().with_record(report)) == [
        "models/outgoing/notices/new.py: 'archive' has no label for the panel",
        "models/outgoing/notices/new.py: 'archive' has no state for application.concluded",
        "wechat_backend/gateways/government.py: PATHS has no 'archive'",
        "wechat_backend/worker/reports.py: REPORTERS has no 'archive'",
    ]


def test_silence_about_nothing_is_seen() -> None:
    house = replace(House(), silent=House().silent | {"account.forgotten"})
    assert added(house) == [f"{SILENT_FILE}: no store tells of account.forgotten"]
