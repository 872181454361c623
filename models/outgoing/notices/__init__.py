"""The words of a notice are here; the facts that fill them are gathered in `wechat_backend/worker/facts`.

Who is told of what: each notice and each report is one record, in the module of its subject.

Each event is named by a notice or stands in `SILENT`; a test finds an event that is in neither.
docs/reference/notices.md and docs/reference/events.md are made from here.
"""

from collections.abc import Mapping

from models.events import KeptEvent
from models.outgoing.deliveries import Plan, Via
from models.outgoing.notices import (
    agencies,
    alerts,
    applications,
    appointments,
    blacklist,
    government,
    kiosks,
    people,
    reviews,
)
from models.outgoing.notices.record import Notice, Recipient, Report, Telling
from models.outgoing.notices.silent import SILENT
from models.store import Document

__all__ = ["NOTICES", "REPORTS", "SILENT", "Notice", "Recipient", "Report", "Telling"]

NOTICES: Mapping[str, Notice] = {
    notice.name: notice
    for subject in (people, applications, appointments, agencies, blacklist, reviews, alerts, kiosks)
    for notice in subject.NOTICES
}
REPORTS: Mapping[str, Report] = {report.name: report for report in government.REPORTS}


def records() -> list[Notice | Report]:
    return [*NOTICES.values(), *REPORTS.values()]


def plan(event: KeptEvent, document: Document) -> list[Plan]:
    """What is to be sent because of an event in a document."""
    telling = (record for record in records() if record.tells_of(event["name"]))
    return [each for record in telling for each in record.plans(event, document)]


def sent_by(via: Via) -> list[str]:
    """The notices that go by `via`, and so need a template there."""
    return [notice.name for notice in NOTICES.values() if notice.goes_by(via)]


def named() -> dict[str, str]:
    """What the panel calls each notice and each report."""
    return {record.name: record.label for record in records()}
