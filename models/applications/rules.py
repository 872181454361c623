"""What may happen to an application, when, and by whom (articles 4.5, 10, 12, 14, 15)."""

from datetime import datetime
from typing import Any

from models import typed
from models.applications.actions import LABELS, STEPS, Action, Procedure, State, Who
from models.applications.document import Application, Decision, PaperState
from models.errors import BadInput, Conflict, Forbidden, Refused
from models.events import Channel
from models.guides import Guide, Handling, Material, check_audience
from models.materials.store import KeptFile
from models.people import ApplicantKind, NotTheirs
from models.staff import Member, Scope, ScopeMissing, check_scope, reaches, scopes_of
from models.store import check_length


class ApplicationNotFound(NotTheirs):
    code = "application_not_found"
    message = "没有找到该办件"


class ApplicationMovedOn(Conflict):
    code = "application_moved_on"
    message = "该办件刚刚有变动，请刷新后再操作"


class WrongState(Conflict):
    """The application is in a state in which this cannot happen."""

    code = "application_moved_on"
    message = "该办件当前为“{status}”，不能进行此操作"


class AlreadySubmitted(WrongState):
    code = "already_submitted"


class AlreadyUnderWay(Conflict):
    """The applicant has an application of the item under way: `application` is its id."""

    code = "already_under_way"
    message = "您已有一件同样的申请正在办理，不用重复提交"

    def __init__(self, *, application: str, serial: str) -> None:
        super().__init__()
        self.application, self.serial = application, serial

    @property
    def details(self) -> dict[str, Any]:
        return {"application": self.application, "serial": self.serial}


class LooksTooLong(Refused):
    """The lists hold too much of what is looked for, or too little of it too far apart."""

    code = "looks_too_long"
    message = "符合条件的办件太分散，一时查不完，请再加一个条件（如事项、部门或承办人）后再试"


class DraftChanged(Conflict):
    """The application has changed since it was shown; `version` is the present one."""

    code = "draft_changed"
    message = "这份申请刚在别处改过，请核对最新内容后再继续"

    def __init__(self, *, version: int) -> None:
        super().__init__(version=version)
        self.version = version

    @property
    def details(self) -> dict[str, Any]:
        return {"version": self.version}


class MaterialNotAsked(Refused):
    code = "material_not_asked"
    message = "本次补正没有要求这项材料"


class ChannelNotOffered(Refused):
    code = "channel_not_offered"
    message = "该事项不在此渠道办理，请按办事指南所列渠道办理"


class OtherDepartment(Forbidden):
    code = "other_department"
    message = "该办件由其他部门办理"


class BeyondGuide(Refused):
    code = "beyond_guide"
    message = "不得要求提交办事指南以外的材料或信息"


class KnownByBinding(Refused):
    code = "known_by_binding"
    message = "“{labels}”来自实名认证，申请人不能更改，不必要求补正"


class AcceptedBySilence(Conflict):
    code = "accepted_by_silence"
    message = "该申请逾期未答复，依法视为受理，请刷新后继续办理"


class NothingAsked(Refused):
    code = "nothing_asked"
    message = "请选择需要补齐补正的材料或信息"


class ReasonRequired(Refused):
    code = "reason_required"
    message = "请说明理由和依据"


class DecisionInvalid(Refused):
    code = "decision_invalid"
    message = "请选择准予或不予"


class ProcedureUnknown(Refused):
    code = "procedure_unknown"
    message = "请选择进行的特别程序"


class DeliverableNotPdf(BadInput):
    code = "deliverable_not_pdf"
    message = "办理结果须为PDF文件"
    field = "deliverable"


class SupplementAskedOnce(Refused):
    code = "supplement_asked_once"
    message = "补齐补正须一次性告知，再次要求须由主管人员提出并说明理由"


class DeliverableMissing(Refused):
    code = "deliverable_missing"
    message = "办结前须先上传电子化的办理结果：{name}"


def next_state(state: State, action: Action) -> State:
    """
    Raises:
        Conflict: `application_moved_on`.
    """
    step = STEPS[action]
    if state not in step.before:
        raise moved_on(state)
    return step.after


def check_version(application: Application, version: int) -> None:
    """
    Raises:
        Conflict: `draft_changed`.
    """
    if application["version"] != version:
        raise DraftChanged(version=application["version"])


def moved_on(state: State) -> WrongState:
    kind = AlreadySubmitted if state is State.SUBMITTED else WrongState
    return kind(status=LABELS[state])


def open_materials(application: Application) -> set[str]:
    """Codes of the materials that the applicant may hand in just now: all of a draft's, those that a
    supplement asks for, and those that were to follow (article 4.5) until it is decided."""
    match application["state"]:
        case State.DRAFT:
            return {m["code"] for m in application["materials"]}
        case State.SUPPLEMENT_REQUESTED:
            return set(application["supplements"][-1]["materials"])
        case State.SUBMITTED | State.ACCEPTED | State.PAUSED:
            return {m["code"] for m in application["materials"] if m["state"] == PaperState.TO_FOLLOW}
        case _:
            return set()


def check_open(application: Application, code: str) -> None:
    """
    Raises:
        Refused: `material_not_asked`.
        Conflict: `already_submitted` or `application_moved_on`.
    """
    if code in open_materials(application):
        return
    state = application["state"]
    if state is State.SUPPLEMENT_REQUESTED:
        raise MaterialNotAsked
    raise moved_on(state)


def lacking(guide: Guide, application: Application) -> list[Material]:
    """Required files that are not there; with form generation all may come with the print (article 12)."""
    if guide.handling is Handling.FORM_GENERATION:
        return []
    here = {m["code"] for m in application["materials"] if m["file"]}
    return [m for m in guide.online_materials() if m.required and m.uploads and m.code not in here]


def current_files(application: Application) -> set[str]:
    """Ids of the present files of its materials, and of the result."""
    result = application["result"]
    files = [result["deliverable"] if result else None, *(m["file"] for m in application["materials"])]
    return {file for file in files if file}


def replaced_files(application: Application) -> set[str]:
    """Ids of the files that the department had when it asked for others."""
    return {file for asked in application["supplements"] for file in asked["files"].values() if file}


def files_of(application: Application) -> set[str]:
    """Ids of all files that the department has had, those replaced in a supplement too."""
    return current_files(application) | replaced_files(application)


def check_offered(guide: Guide, kind: ApplicantKind, channel: Channel) -> None:
    """An item is begun by those whom it is for, and where its guide offers it (article 24).

    Raises:
        Refused: `not_for_applicant` or `channel_not_offered`.
    """
    check_audience(guide, kind)
    if not guide.offered_in(channel):
        raise ChannelNotOffered


def check_member(member: Member, application: Application, scope: Scope) -> None:
    """
    Raises:
        Forbidden: `scope_missing` or `other_department`.
    """
    check_scope(member, scope)
    if not reaches(member, scope, application["department"]):
        raise OtherDepartment


def check_action(member: Member, application: Application, action: Action) -> None:
    """Check that a member may take an action; only a supervisor may ask for a second supplement (article
    12).

    Raises:
        Forbidden: `scope_missing` or `other_department`.
        Refused: `supplement_asked_once`.
    """
    scope = STEPS[action].scope
    if scope is None:  # the applicant's alone
        raise ScopeMissing
    if action is Action.REQUEST_SUPPLEMENT and application["supplements"]:
        scope = Scope.APPLICATIONS_SUPERVISE
        if scope not in scopes_of(member):
            raise SupplementAskedOnce
    check_member(member, application, scope)


def may(member: Member, application: Application, action: Action) -> bool:
    """Whether the state, and the member's scopes and department, allow an action just now."""
    step = STEPS[action]
    if step.who is not Who.STAFF or application["state"] not in step.before:
        return False
    try:
        check_action(member, application, action)
    except (Forbidden, Refused):
        return False
    return True


def check_answered_in_time(application: Application, at: datetime) -> None:
    """What silence has accepted can no longer be refused or sent back, though no worker has recorded it yet.

    Raises:
        AcceptedBySilence
    """
    silence = application["clocks"]["silence"]
    if application["state"] is State.SUBMITTED and silence and silence["due"] and silence["due"] < at:
        raise AcceptedBySilence


def check_supplement(
    guide: Guide,
    materials: list[str],
    fields: list[str],
    reason: str,
) -> None:
    """A supplement asks for something, for nothing beyond the guide (articles 4.5, 14), and says why.

    Raises:
        Refused: `beyond_guide`, `known_by_binding`, `nothing_asked`, `reason_required`.
    """
    questions = {question.name: question for question in guide.form.questions()}
    if not set(materials) <= {m.code for m in guide.online_materials()} or not set(fields) <= set(questions):
        raise BeyondGuide
    if known := [questions[name].label for name in fields if questions[name].locked]:
        raise KnownByBinding(labels="、".join(known))
    if not materials and not fields:
        raise NothingAsked
    check_reason(reason)


def check_reason(*reasons: str) -> None:
    """
    Raises:
        Refused: `reason_required`.
        BadInput: `reason_too_long`.
    """
    for reason in reasons:
        if not (words := typed.words(reason)):
            raise ReasonRequired
        check_length(words)


def check_procedure(procedure: str) -> None:
    """
    Raises:
        Refused: `procedure_unknown`.
    """
    if procedure not in set(Procedure):
        raise ProcedureUnknown


def needs_reason(decision: str) -> bool:
    """Whether a decision is only made with a reason."""
    return decision == Decision.DENIED


def check_pdf(begin: bytes) -> None:
    """A result is a PDF (article 15); `begin` are the first bytes of the file, looked at before it is kept.

    Raises:
        DeliverableNotPdf
    """
    if not begin.startswith(b"%PDF-"):
        raise DeliverableNotPdf


def check_conclusion(guide: Guide, decision: str, reason: str, deliverable: KeptFile | None) -> None:
    """The result exists in electronic form before it is handed over (article 15).

    Raises:
        Refused: `decision_invalid`, `reason_required`, `deliverable_missing`, `deliverable_not_pdf`.
    """
    if decision not in set(Decision):
        raise DecisionInvalid
    if needs_reason(decision):
        check_reason(reason)
    elif guide.deliverable and deliverable is None:
        raise DeliverableMissing(name=guide.deliverable)
    if deliverable and deliverable["media_type"] != "application/pdf":
        raise DeliverableNotPdf
