"""Notices about an application: its receipt (article 11) and its progress (article 13)."""

from models.outgoing.deliveries import Via
from models.outgoing.notices.record import APPLICANT, Notice, Telling
from models.outgoing.sms import Purpose


def _progress(status: str, note: str, *, serves: bool = False) -> Telling:
    """What happened, and what to do now."""
    return Telling(APPLICANT, {"status": status, "note": note}, serves)


NOTICES = (
    Notice(
        name="receipt",
        label="申请回执",
        purpose=Purpose.LEGAL,
        events={
            "application.submitted": Telling(APPLICANT),
            "application.form_generated": Telling(APPLICANT),
        },
        ways=(Via.WECHAT, Via.SMS),
        fallback=Via.SMS,
        fields={
            "character_string1": "serial",
            "thing2": "item",
            "thing3": "department",
            "time4": "time",
            "thing5": "coming",
        },
        parameters=("serial", "item", "department", "coming"),
        page="/applications/{about}/receipt",
    ),
    Notice(
        name="progress",
        label="进度通知",
        purpose=Purpose.LEGAL,
        events={
            "application.received": _progress("已收到纸质材料", "我们将尽快审核"),
            "application.accepted": _progress("已受理", "我们正在办理，请留意进度"),
            "application.accepted_by_silence": _progress("视为已受理", "逾期未答复，依法视为受理"),
            "application.not_accepted": _progress("不予受理", "请查看理由和救济途径", serves=True),
            "application.supplement_requested": _progress("需要补齐补正", "{reason}"),
            "application.supplemented": _progress("已收到补正材料", "我们将尽快审核"),
            "application.paused": _progress("特别程序进行中", "所需时间不计入办理期限"),
            "application.resumed": _progress("特别程序已结束", "我们继续办理，请留意进度"),
            "application.returned": _progress("已退件", "{reason}"),
            "application.concluded": Telling(APPLICANT, {"note": "{conclusion}"}, serves=True),
            "application.invitation_withdrawn": _progress("邀请已收回", "{errand}，不必再到大厅"),
            "application.withdrawn": _progress("已撤回", "如需办理可重新申请"),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={
            "character_string1": "serial",
            "thing2": "item",
            "thing3": "status",
            "time4": "time",
            "thing5": "note",
        },
        parameters=("serial", "item", "status", "note"),
        page="/applications/{about}",
    ),
    Notice(
        name="booking",
        label="邀请预约到大厅",
        purpose=Purpose.COURTESY,
        events={"application.invited_to_book": Telling(APPLICANT)},
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "item", "thing2": "errand", "thing3": "department", "character_string4": "serial"},
        parameters=("serial", "item", "errand", "link"),
        page="/appointments/new?item={item}",
    ),
)
