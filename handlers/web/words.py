"""Chinese words for the codes that citizens' pages show; templates translate them."""

from collections.abc import Mapping

from models import applications, appointments
from models.applications import (
    INTERNAL,
    MATERIAL_STATES,
    NO_VISIT,
    PROCEDURES,
    RECEIVING,
    REMEDY_NOTICE,
    VISITS,
    Application,
    State,
    decision_text,
    decision_words,
    is_denied,
    plain_decision,
    status_of,
)
from models.events import Channel
from models.guides import HANDLING, TYPES, Handling, MaterialKind, Offer, Way
from models.people import AgencyState, ApplicantKind
from models.voices import LEVELS, Cut

__all__ = [
    "HANDLING",
    "INTERNAL",
    "LEVELS",
    "MATERIAL_STATES",
    "NO_VISIT",
    "PROCEDURES",
    "RECEIVING",
    "REMEDY_NOTICE",
    "TYPES",
    "VISITS",
    "decision_text",
    "decision_words",
    "is_denied",
    "plain_decision",
    "status_of",
]

AUDIENCES: Mapping[str, str] = {
    ApplicantKind.PERSON: "个人",
    ApplicantKind.ENTERPRISE: "企业",
    ApplicantKind.ORGANIZATION: "事业单位及其他组织",
}
BODIES: Mapping[str, str] = {ApplicantKind.ENTERPRISE: "企业", ApplicantKind.ORGANIZATION: "其他组织"}
WAYS: Mapping[str, str] = {Way.WINDOW: "窗口办理", Way.ONLINE: "网上办理"}
CHANNELS: Mapping[str, str] = {
    Offer.H5: "番禺智慧政务公众号",
    Offer.MINIPROGRAM: "小程序",
    Offer.KIOSK: "自助终端（查指南，扫码用手机办理）",
    Offer.WINDOW: "窗口",
}
MATERIAL_KINDS: Mapping[str, str] = {
    MaterialKind.CERTIFICATE: "电子证照",
    MaterialKind.SIGNED: "经电子签名的电子材料",
    MaterialKind.COPY: "原件的照片或扫描件",
    MaterialKind.ELECTRONIC: "其他电子材料",
    MaterialKind.PAPER: "纸质材料",
}
ON_PAPER: Mapping[Handling, str] = {
    Handling.FORM_GENERATION: "这项材料只收纸质的，到窗口提交表单时一起带上，不用上传。",
    Handling.PRE_ACCEPTANCE: "这项材料只收纸质的，审批通过后到窗口签字盖章时一起交，不用上传。",
    Handling.FULLY_ONLINE: "这项材料只收纸质的，请按通知交到窗口，不用上传。",
}
"""When a material is handed in that is taken on paper only."""
HALL_KINDS: Mapping[str, str] = {
    "centre": "区政务服务中心",
    "hall": "智慧政务大厅",
    "township": "镇街政务服务中心",
    "special": "专业大厅",
    "station": "村居便民服务站",
}
GOOD = {State.ACCEPTED, State.CONCLUDED}
BAD = {State.SUPPLEMENT_REQUESTED, State.NOT_ACCEPTED, State.RETURNED}
REVIEWED_IN: Mapping[str, str] = {
    Channel.H5: "公众号网页",
    Channel.CHAT: "公众号对话",
    Channel.WEB: "浏览器网页",
    Channel.MINIPROGRAM: "小程序",
    Channel.APP: "App",
    Channel.KIOSK: "自助终端",
    Channel.WINDOW: "窗口",
}
"""Where a review was given."""
CUTS: Mapping[str, str] = {
    Cut.MONTH: "月份",
    Cut.DEPARTMENT: "部门",
    Cut.ITEM: "事项",
    Cut.HALL: "大厅",
    Cut.CHANNEL: "评价渠道",
}
"""By what statistics are divided."""
NO_HALL = "不在大厅办理"
AGENCY_STATES: Mapping[AgencyState, str] = {
    AgencyState.REQUESTED: "等待法定代表人确认",
    AgencyState.CONFIRMED: "已确认",
    AgencyState.ENDED: "已结束",
}
HAPPENED: Mapping[str, str] = {**applications.DONE, **appointments.DONE}
"""Event → the word for it in a timeline."""
DECIDED = appointments.DECIDED
"""Events of service management in the timeline of an appointment."""
CONCLUDED = applications.STEPS[applications.Action.CONCLUDE].event
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def happened(what: str, denied: str = "") -> str:
    """The word for an event in a timeline; `denied` is the decision, where it went against the applicant."""
    return denied if denied and what == CONCLUDED else HAPPENED[what]


def submitted(handling: str) -> str:
    """The name of the time at which it was sent: a generated form is handed in later, on paper."""
    return "填表时间" if handling == Handling.FORM_GENERATION else "提交时间"


def denied_text(application: Application) -> str:
    """The decision in words where it went against the applicant, else nothing."""
    return (is_denied(application) and decision_text(application)) or ""


def look(application: Application) -> str:
    """The look of its status: `good`, `warn` or `plain`."""
    state = application["state"]
    if is_denied(application) or state in BAD:
        return "warn"
    return "good" if state in GOOD else "plain"
