"""What is handed in: what it must have, and what begins when all of it is there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from models.applications import clocks, rules
from models.applications.actions import SILENCE, State
from models.applications.case import OwnCase
from models.applications.document import Paper, PaperState
from models.errors import InvalidForm, Refused
from models.events import Plan
from models.guides import AnswerMissing, Answers, Guide, Material, is_asked
from models.store import Document
from models.workdays import Workdays


class MaterialsMissing(Refused):
    code = "materials_missing"
    message = "还缺少材料：{materials}，请上传后再提交"


class Received(NamedTuple):
    """What is written once all of an application is there, and what is planned then."""

    sets: Document
    plans: tuple[Plan, ...]


def received(guide: Guide, at: datetime, calendar: Workdays) -> Received:
    """The limit for acceptance begins, or begins anew, and with it the time after which silence accepts."""
    running = clocks.acceptance_clock(guide, at, calendar)
    silence = clocks.silence_clock(guide, at, calendar)
    begun = {"clocks.acceptance": running, "clocks.silence": silence}
    plans = (Plan(SILENCE, silence["due"]),) if silence and silence["due"] else ()
    return Received({"received_at": at, "due_at": running["due"], **begun}, plans)


def check_draft(case: OwnCase) -> None:
    """
    Raises:
        Conflict: `already_submitted` or `application_moved_on`.
    """
    if case.state is not State.DRAFT:
        raise rules.moved_on(case.state)


def no_file(material: Material) -> Document:
    return {
        "code": material.code,
        "name": material.name,
        "file": None,
        "file_name": None,
        "state": PaperState.MISSING.value,
    }


def check_answered(guide: Guide, fields: list[str], answers: Answers, given: Mapping[str, Any]) -> None:
    """Check that each question of the supplement is answered, if only with the same answer.

    Raises:
        InvalidForm
    """
    wanted = set(fields) - given.keys()
    open_still = [q for q in guide.form.questions() if q.name in wanted and not q.locked]
    if faults := {q.name: AnswerMissing() for q in open_still if is_asked(q, answers)}:
        raise InvalidForm(faults)


def check_materials(case: OwnCase) -> None:
    """Check that required files are there, unless the item trusts first (article 4.5) or takes them on
    paper.

    Raises:
        Refused: `materials_missing`.
    """
    if case.guide.trust_first:
        return
    if lacking := rules.lacking(case.guide, case.application):
        raise MaterialsMissing(materials="、".join(material.name for material in lacking))


def paper_state(guide: Guide, paper: Paper) -> PaperState:
    if paper["file"]:
        return PaperState.SUBMITTED
    asked = next(m for m in guide.online_materials() if m.code == paper["code"])
    if not asked.required:
        return PaperState.MISSING
    follows = guide.online and guide.trust_first and asked.uploads  # else it comes with the printed form
    return PaperState.TO_FOLLOW if follows else PaperState.PAPER
