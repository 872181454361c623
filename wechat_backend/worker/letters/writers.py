"""Writes the letter of a delivery: the facts of its notice, as the event and the documents tell them."""

from collections.abc import Awaitable, Callable, Mapping

from models.appointments.booking import LABELS
from models.appointments.booking import State as AppointmentState
from models.errors import NotFound
from models.guides import Handling
from models.people.credentials import ApplicantKind
from models.store import Document
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.notices import Letter
from wechat_backend.worker.sender import Overtaken

TIME = "%Y年%m月%d日 %H:%M"
HANDLING = {
    Handling.FORM_GENERATION: "网上填表，打印后办理",
    Handling.PRE_ACCEPTANCE: "网上预受理",
    Handling.FULLY_ONLINE: "全流程网办",
}
PROGRESS: Mapping[str, tuple[str, str]] = {
    "application.accepted": ("已受理", "我们正在办理，请留意进度"),
    "application.not_accepted": ("不予受理", "请点开查看理由和救济途径"),
    "application.supplement_requested": ("需要补齐补正", "请点开查看，一次补齐"),
    "application.supplemented": ("已收到补正材料", "我们将尽快审核"),
    "application.returned": ("已退件", "请点开查看理由"),
    "application.concluded": ("已办结", "请点开查看结果，欢迎评价"),
    "application.withdrawn": ("已撤回", "如需办理可重新申请"),
}
"""Event → what happened, what to do now."""
REBINDING: Mapping[str, str] = {
    "applicant.rebound": "您的实名认证已转绑到其他微信",
    "applicant.phone_changed": "您登记的手机号码已在窗口更改",
}
APPOINTMENT = {**LABELS, AppointmentState.BOOKED: "预约成功，请按时前往"}
AGENCY: Mapping[str, str] = {
    "agency.requested": "待您确认",
    "agency.confirmed": "已确认",
    "agency.ended": "已结束",
}

Writer = Callable[[Stores, Document, Document], Awaitable[Letter]]
"""From a delivery and its event to the letter."""


async def write(stores: Stores, delivery: Document, event: Document) -> Letter:
    """
    Raises:
        Overtaken: there is nothing to send any more.
    """
    return await WRITERS[delivery["notice"]](stores, delivery, event)


async def _code(stores: Stores, _delivery: Document, event: Document) -> Letter:
    """Only the newest code of its account, and only while it is valid: an old one would mislead."""
    try:
        kept = await stores.phone_codes.get(event["about"])
    except NotFound:
        raise Overtaken("code_expired") from None
    code = next((each for each in kept["codes"] if each["id"] == event["id"]), None)
    if code is None or code["used"] or code["expires_at"] <= stores.clock():
        raise Overtaken("code_expired")
    if code != stores.phone_codes.newest(kept, code["account"]):
        raise Overtaken("newer_code")
    phone, digits = stores.phone_codes.secret(kept, code)
    return Letter({"code": digits}, phone=phone)


async def _application(stores: Stores, _delivery: Document, event: Document) -> Letter:
    application = await stores.applications.get(event["about"])
    status, note = PROGRESS.get(event["name"], ("已提交", ""))
    is_receipt = event["name"] == "application.submitted"
    return Letter(
        {
            "serial": application["serial"],
            "item": application["item_name"],
            "department": application["department_name"],
            "handling": HANDLING[Handling(application["handling"])],
            "time": local(event["at"], TIME),
            "status": status,
            "note": note,
        },
        page=f"/applications/{application['_id']}" + ("/receipt" if is_receipt else ""),
        **await _reach(stores, application),
    )


async def _appointment(stores: Stores, _delivery: Document, event: Document) -> Letter:
    appointment = await stores.appointments.get(event["about"])
    state = AppointmentState(event["name"].removeprefix("appointment."))
    return Letter(
        {
            "item": appointment["item_name"],
            "hall": appointment["hall_name"],
            "time": local(appointment["start"], TIME),
            "status": APPOINTMENT[state],
        },
        page=f"/appointments/{appointment['_id']}",
        **await _reach(stores, appointment),
    )


async def _rebinding(stores: Stores, _delivery: Document, event: Document) -> Letter:
    """To the account that lost the binding, or that is bound while the phone was changed at a window."""
    applicant = await stores.applicants.get(event["about"])
    return Letter(
        {"what": REBINDING[event["name"]], "time": local(event["at"], TIME)},
        page="/me",
        account=event["data"].get("old_account") or applicant["account"],
        phone=stores.applicants.phone(applicant),
    )


async def _agency(stores: Stores, delivery: Document, event: Document) -> Letter:
    """To the legal representative who is asked, or to the agent who is told."""
    agency = await stores.agencies.get(event["about"])
    body = await stores.applicants.get(agency["body"])
    told = await _told(stores, delivery["recipient"])
    return Letter(
        {
            "enterprise": stores.applicants.name(body),
            "person": agency["agent_name"],
            "status": AGENCY[event["name"]],
        },
        page="/enterprises",
        account=told["account"],
        phone=stores.applicants.phone(told),
    )


async def _told(stores: Stores, recipient: str) -> Document:
    """
    Raises:
        Overtaken: the legal representative is not known here yet; the request waits on their page.
    """
    kind, _, index = recipient.rpartition(":")
    if kind != "representative":
        return await stores.applicants.get(recipient)
    found = await stores.applicants.of_number_index(index)
    if found is None:
        raise Overtaken("representative_unknown")
    return found


async def _reach(stores: Stores, document: Document) -> dict[str, str | None]:
    """How to reach the one who is to hear of an application or appointment now."""
    person = await _hears(stores, document)
    return {"account": person["account"], "phone": stores.applicants.phone(person)}


async def _hears(stores: Stores, document: Document) -> Document:
    """The applicant; of a body the agent who did it, or its legal representative if that agency has ended.

    A body that has neither here has no account and no phone: the delivery fails, and staff see it.
    """
    applicant = await stores.applicants.get(document["applicant"])
    if applicant["kind"] == ApplicantKind.PERSON:
        return applicant
    if await stores.agencies.acts(document["agent"], applicant):
        return await stores.applicants.get(document["agent"])
    return await stores.applicants.of_number_index(applicant["representative"]) or applicant


WRITERS: Mapping[str, Writer] = {
    "code": _code,
    "receipt": _application,
    "progress": _application,
    "appointment": _appointment,
    "rebinding": _rebinding,
    "agency": _agency,
}
