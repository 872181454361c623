"""What can be done with an application, told once: its states, and one record an action.

These read the records: `rules` and the stores (from which state into which, by whom, as which event), the
panel (the form) and every timeline (the word for what was done).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.staff import Scope


class State(StrEnum):
    DRAFT = "draft"
    DISCARDED = "discarded"
    GENERATED = "generated"  # the form is filled in and waits to be printed, signed and brought (article 12)
    SUBMITTED = "submitted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    ACCEPTED = "accepted"
    PAUSED = "paused"  # a hearing or the like is held, whose time does not count
    NOT_ACCEPTED = "not_accepted"
    RETURNED = "returned"
    CONCLUDED = "concluded"
    WITHDRAWN = "withdrawn"


LABELS: Mapping[State, str] = {
    State.DRAFT: "草稿",
    State.DISCARDED: "已删除",
    State.GENERATED: "已生成表单，待交纸质材料",
    State.SUBMITTED: "已提交，待受理",
    State.SUPPLEMENT_REQUESTED: "待补齐补正",
    State.ACCEPTED: "已受理，办理中",
    State.PAUSED: "办理中，特别程序不计时限",
    State.NOT_ACCEPTED: "不予受理",
    State.RETURNED: "已退件",
    State.CONCLUDED: "已办结",
    State.WITHDRAWN: "已撤回",
}

PRIVATE = frozenset({State.DRAFT, State.DISCARDED})
"""States in which staff do not see it."""


class Action(StrEnum):
    """Its value is the last part of the address in the panel to which the action's form is sent."""

    SUBMIT = "submit"
    GENERATE = "generate"
    DISCARD = "discard"
    RECEIVE = "receive"
    ACCEPT = "accept"
    ACCEPT_BY_SILENCE = "accept_by_silence"
    REQUEST_SUPPLEMENT = "request_supplement"
    SUPPLEMENT = "supplement"
    NOT_ACCEPT = "not_accept"
    PAUSE = "pause"
    RESUME = "resume"
    RETURN = "return"
    CONCLUDE = "conclude"
    WITHDRAW = "withdraw"


class Procedure(StrEnum):
    """What stops the clock of a decision, and is told to the applicant (行政许可法 45)."""

    HEARING = "hearing"
    INSPECTION = "inspection"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"
    TENDER = "tender"


PROCEDURES: Mapping[Procedure, str] = {
    Procedure.HEARING: "听证",
    Procedure.INSPECTION: "检验、检测、检疫",
    Procedure.APPRAISAL: "鉴定",
    Procedure.EXPERT_REVIEW: "专家评审",
    Procedure.TENDER: "招标、拍卖",
}


class Who(StrEnum):
    """Whose action it is."""

    APPLICANT = "applicant"
    STAFF = "staff"
    SYSTEM = "system"


class Kind(StrEnum):
    """What a field of a form takes."""

    TEXT = "text"
    LINE = "line"
    MATERIALS = "materials"  # any of those that the guide asks for online
    QUESTIONS = "questions"  # any of those that the guide's form asks
    DECISION = "decision"
    PROCEDURE = "procedure"
    FILE = "file"


class Tone(StrEnum):
    """How a button looks: for the usual step, for one against the applicant, or for any other."""

    MAIN = "main"
    WARN = "warn"
    PLAIN = "plain"


WRITTEN = frozenset({Kind.TEXT, Kind.LINE, Kind.DECISION, Kind.PROCEDURE})
"""The kinds of fields whose content is shown again where a form cannot be sent."""


@dataclass(frozen=True)
class FormField:
    """`name` is that of the input; `longest` counts characters of what is written."""

    name: str
    label: str
    kind: Kind
    longest: int = 0
    required: bool = True


@dataclass(frozen=True)
class StaffForm:
    """What staff fill in; without fields it is a button alone. `hint` says what to mind before sending it.

    `asks` is for what cannot be taken back: the member is asked once more, and told what follows. `success`
    is said when it is done; `{decision}` in it is the decision in words.
    """

    title: str
    button: str
    tone: Tone
    fields: tuple[FormField, ...] = ()
    hint: str = ""
    asks: str = ""
    success: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """An action's record: the states in which it can be done, the one that it leads to, the `event` that
    tells of it, and `done`, the word for it in a timeline. Staff need a `scope` for theirs, and a `form`."""

    who: Who
    before: tuple[State, ...]
    after: State
    event: str
    done: str
    scope: Scope | None = None
    form: StaffForm | None = None


REASON = FormField("reason", "理由", Kind.TEXT, longest=500)
EXPLANATION = FormField("reason", "说明", Kind.TEXT, longest=500)
REMARK = FormField("reason", "说明", Kind.TEXT, longest=500, required=False)
BASIS = FormField("basis", "法律依据", Kind.LINE, longest=200)
MATERIALS = FormField("materials", "材料", Kind.MATERIALS, required=False)
QUESTIONS = FormField("fields", "表单信息", Kind.QUESTIONS, required=False)
DECISION = FormField("decision", "决定", Kind.DECISION)
ARRANGEMENT = FormField("reason", "安排和所需时间", Kind.TEXT, longest=500)
PROCEDURE = FormField("procedure", "特别程序", Kind.PROCEDURE)
DELIVERABLE = FormField("deliverable", "办理结果", Kind.FILE, required=False)

STEPS: Mapping[Action, Step] = {
    Action.SUBMIT: Step(
        who=Who.APPLICANT,
        before=(State.DRAFT,),
        after=State.SUBMITTED,
        event="application.submitted",
        done="已提交申请",
    ),
    Action.GENERATE: Step(
        who=Who.APPLICANT,
        before=(State.DRAFT,),
        after=State.GENERATED,
        event="application.form_generated",
        done="已生成表单",
    ),
    Action.DISCARD: Step(
        who=Who.APPLICANT,
        before=(State.DRAFT,),
        after=State.DISCARDED,
        event="application.discarded",
        done="已删除",
    ),
    Action.RECEIVE: Step(
        who=Who.STAFF,
        before=(State.GENERATED,),
        after=State.SUBMITTED,
        event="application.received",
        done="已收到纸质材料",
        scope=Scope.APPLICATIONS_ACCEPT,
        form=StaffForm(
            "收件",
            "确认收件",
            Tone.MAIN,
            (REMARK,),
            hint="核对申请人签名或盖章的纸质表单和材料后收件，受理期限自收件之日起算。",
            success="已收件，受理期限开始计算，系统会通知申请人。",
        ),
    ),
    Action.ACCEPT: Step(
        who=Who.STAFF,
        before=(State.SUBMITTED,),
        after=State.ACCEPTED,
        event="application.accepted",
        done="予以受理",
        scope=Scope.APPLICATIONS_ACCEPT,
        form=StaffForm("受理", "予以受理", Tone.MAIN, success="已受理，办理期限开始计算，系统会通知申请人。"),
    ),
    Action.ACCEPT_BY_SILENCE: Step(
        who=Who.SYSTEM,
        before=(State.SUBMITTED,),
        after=State.ACCEPTED,
        event="application.accepted_by_silence",
        done="逾期未答复，依法视为受理",
    ),
    Action.CONCLUDE: Step(
        who=Who.STAFF,
        before=(State.ACCEPTED,),
        after=State.CONCLUDED,
        event="application.concluded",
        done="办结",
        scope=Scope.APPLICATIONS_DECIDE,
        form=StaffForm(
            "办结",
            "确认办结",
            Tone.MAIN,
            (DECISION, DELIVERABLE, REMARK),
            asks="办结后决定即告知申请人，不能撤回，也不能修改。",
            success="已办结：{decision}，系统会通知申请人。",
        ),
    ),
    Action.REQUEST_SUPPLEMENT: Step(
        who=Who.STAFF,
        before=(State.SUBMITTED,),
        after=State.SUPPLEMENT_REQUESTED,
        event="application.supplement_requested",
        done="要求补齐补正",
        scope=Scope.APPLICATIONS_ACCEPT,
        form=StaffForm(
            "要求补齐补正",
            "发出补正通知",
            Tone.PLAIN,
            (MATERIALS, QUESTIONS, EXPLANATION),
            hint="只能要求办事指南内的材料和信息，并须一次性告知。",
            success="补正通知已发出，等待申请人补齐。",
        ),
    ),
    Action.SUPPLEMENT: Step(
        who=Who.APPLICANT,
        before=(State.SUPPLEMENT_REQUESTED,),
        after=State.SUBMITTED,
        event="application.supplemented",
        done="已补齐补正",
    ),
    Action.NOT_ACCEPT: Step(
        who=Who.STAFF,
        before=(State.SUBMITTED,),
        after=State.NOT_ACCEPTED,
        event="application.not_accepted",
        done="不予受理",
        scope=Scope.APPLICATIONS_ACCEPT,
        form=StaffForm(
            "不予受理",
            "确认不予受理",
            Tone.WARN,
            (REASON, BASIS),
            asks="不予受理后本件结束，理由和依据即告知申请人，不能撤回。",
            success="已作出不予受理决定，系统会通知申请人。",
        ),
    ),
    Action.PAUSE: Step(
        who=Who.STAFF,
        before=(State.ACCEPTED,),
        after=State.PAUSED,
        event="application.paused",
        done="特别程序开始，停止计时",
        scope=Scope.APPLICATIONS_DECIDE,
        form=StaffForm(
            "特别程序（停止计时）",
            "开始特别程序",
            Tone.PLAIN,
            (PROCEDURE, ARRANGEMENT),
            hint="听证、检验、检测、检疫、鉴定、专家评审、招标和拍卖所需时间不计入办理期限，"
            "所需时间会告知申请人（行政许可法第四十五条）。",
            success="特别程序已开始，办理期限停止计算，系统会通知申请人。",
        ),
    ),
    Action.RESUME: Step(
        who=Who.STAFF,
        before=(State.PAUSED,),
        after=State.ACCEPTED,
        event="application.resumed",
        done="特别程序结束，恢复计时",
        scope=Scope.APPLICATIONS_DECIDE,
        form=StaffForm(
            "特别程序结束", "恢复计时", Tone.MAIN, (REMARK,), success="办理期限已恢复计算，系统会通知申请人。"
        ),
    ),
    Action.RETURN: Step(
        who=Who.STAFF,
        before=(State.ACCEPTED,),
        after=State.RETURNED,
        event="application.returned",
        done="退件",
        scope=Scope.APPLICATIONS_DECIDE,
        form=StaffForm(
            "退件",
            "确认退件",
            Tone.WARN,
            (REASON,),
            asks="退件后本件结束，理由即告知申请人，不能撤回。",
            success="已退件，系统会通知申请人。",
        ),
    ),
    Action.WITHDRAW: Step(
        who=Who.APPLICANT,
        before=(
            State.GENERATED,
            State.SUBMITTED,
            State.SUPPLEMENT_REQUESTED,
            State.ACCEPTED,
            State.PAUSED,
        ),
        after=State.WITHDRAWN,
        event="application.withdrawn",
        done="申请人撤回",
    ),
}
"""In the order in which the panel shows their forms."""

PAPER = "application.paper"
"""What is planned where an application ends against its applicant: the paper is to be served."""
ASK_REVIEW = "application.ask_review"
"""What is planned where an application is concluded: its person is asked for a review."""
SILENCE = "application.silence"
"""What is planned for the moment from which silence means acceptance."""
STARTED, FOLLOWED = "application.started", "application.material_followed"
SERVED = "application.served"

DONE: Mapping[str, str] = {
    STARTED: "已开始填写",
    FOLLOWED: "补交材料",
    SERVED: "文书已送达",
    **{step.event: step.done for step in STEPS.values()},
}
"""Event → the word for it in a timeline; the first three lead to no other state."""


def status_text(state: str) -> str:
    """What people call a state."""
    return LABELS[State(state)]


def steps_from(state: str) -> dict[Action, Step]:
    """What can be done in a state; nothing in a final one."""
    return {action: step for action, step in STEPS.items() if State(state) in step.before}


def by_staff() -> dict[Action, Step]:
    """The actions of staff."""
    return {action: step for action, step in STEPS.items() if step.who is Who.STAFF}


def written() -> dict[str, str]:
    """Name and label of all that staff may have written in any form."""
    forms = [step.form for step in by_staff().values() if step.form]
    return {field.name: field.label for form in forms for field in form.fields if field.kind in WRITTEN}


SEEN = tuple(state.value for state in State if state not in PRIVATE)
OPEN = tuple(state for state in SEEN if steps_from(state))
CLOSED = tuple(state for state in SEEN if not steps_from(state))
"""The states that staff see: all of them, those from which a step leads on, and the final ones."""
