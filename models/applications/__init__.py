"""办事申请 (articles 10 to 16): the rules, the receipt, and the store."""

from models.applications.actions import (
    CLOSED,
    DONE,
    LABELS,
    PRIVATE,
    PROCEDURES,
    SEEN,
    STEPS,
    Action,
    State,
    Step,
    Who,
    by_staff,
    status_text,
    steps_from,
    written,
)
from models.applications.case import Case, OwnCase, StaffCase
from models.applications.clocks import REMEDY_NOTICE, Light, current_clock, remedy_periods, time_left
from models.applications.document import Application, Decision, PaperState
from models.applications.filing import Filing
from models.applications.handling import CaseHandling
from models.applications.outcome import can_contest, decision_text, decision_words, is_denied, status_of
from models.applications.papers import Papers
from models.applications.receipt import MATERIAL_STATES, Receipt, public_view
from models.applications.receiving import How, Place
from models.applications.rules import (
    ApplicationMovedOn,
    ApplicationNotFound,
    DraftChanged,
    check_action,
    check_offered,
    check_open,
    current_files,
    files_of,
    lacking,
    may,
    next_state,
    open_materials,
)
from models.applications.serials import check_serial, new_serial
from models.applications.store import Applications

__all__ = [
    "CLOSED",
    "DONE",
    "LABELS",
    "MATERIAL_STATES",
    "PRIVATE",
    "PROCEDURES",
    "REMEDY_NOTICE",
    "SEEN",
    "STEPS",
    "Action",
    "Application",
    "ApplicationMovedOn",
    "ApplicationNotFound",
    "Applications",
    "Case",
    "CaseHandling",
    "Decision",
    "DraftChanged",
    "Filing",
    "How",
    "Light",
    "OwnCase",
    "PaperState",
    "Papers",
    "Place",
    "Receipt",
    "StaffCase",
    "State",
    "Step",
    "Who",
    "by_staff",
    "can_contest",
    "check_action",
    "check_offered",
    "check_open",
    "check_serial",
    "current_clock",
    "current_files",
    "decision_text",
    "decision_words",
    "files_of",
    "is_denied",
    "lacking",
    "may",
    "new_serial",
    "next_state",
    "open_materials",
    "public_view",
    "remedy_periods",
    "status_of",
    "status_text",
    "steps_from",
    "time_left",
    "written",
]
