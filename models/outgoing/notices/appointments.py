"""Notices about an appointment."""

from models.outgoing.deliveries import Via
from models.outgoing.notices.record import APPLICANT, Notice, Telling
from models.outgoing.sms import Purpose


def _recorded(status: str) -> Telling:
    """Staff recorded how the visit ended."""
    return Telling(APPLICANT, {"status": status, "note": "与事实不符的，可在预约页面提出异议"})


def _answered(status: str, note: str) -> Telling:
    return Telling(APPLICANT, {"status": status, "note": note})


def _of_kiosk(status: str, note: str) -> Telling:
    """The kiosk that alone offers the item there is out of service at that time, or is not after all."""
    return Telling(APPLICANT, {"status": status, "note": note})


NOTICES = (
    Notice(
        name="appointment",
        label="预约通知",
        purpose=Purpose.COURTESY,
        events={
            "appointment.booked": Telling(APPLICANT, {"status": "预约成功，请按时前往"}),
            "appointment.moved": Telling(APPLICANT, {"status": "已改到新的时间，请按时前往"}),
            "appointment.asked_to_move": Telling(APPLICANT, {"status": "大厅时间调整，请改约"}),
            "appointment.cancelled": Telling(APPLICANT, {"status": "已取消"}),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "item", "thing2": "hall", "time3": "time", "thing4": "status"},
        parameters=("item", "hall", "time", "status"),
        page="/appointments/{about}",
    ),
    Notice(
        name="reminder",
        label="预约提醒",
        purpose=Purpose.COURTESY,
        events={"appointment.reminded": Telling(APPLICANT)},
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "item", "thing2": "hall", "thing3": "address", "time4": "time", "thing5": "bring"},
        parameters=("item", "hall", "address", "time", "bring", "link"),
        page="/appointments/{about}",
    ),
    Notice(
        name="ending",
        label="预约结果通知",
        purpose=Purpose.LEGAL,
        events={
            "appointment.served": _recorded("已办理"),
            "appointment.no_show": _recorded("未到场"),
            "appointment.missing_material": _recorded("缺少必备材料"),
            "appointment.giving_up_proposed": _answered(
                "工作人员称您放弃这次预约", "请在预约页面确认，不理会不算放弃"
            ),
            "appointment.objection_upheld": _answered("异议成立，原记录已撤销", "您可以重新预约"),
            "appointment.objection_kept": _answered("异议不成立，维持原记录", "理由请看预约页面"),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "item", "thing2": "hall", "time3": "time", "thing4": "status", "thing5": "note"},
        parameters=("item", "hall", "time", "status", "note"),
        page="/appointments/{about}",
    ),
    Notice(
        name="kiosk",
        label="自助终端暂停通知",
        purpose=Purpose.COURTESY,
        events={
            "appointment.kiosk_stops": _of_kiosk("{pause}", "预约保留，也可到{elsewhere}"),
            "appointment.kiosk_goes_on": _of_kiosk("照常服务", "请按预约的时间前往"),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "item", "thing2": "hall", "time3": "time", "thing4": "status", "thing5": "note"},
        parameters=("item", "hall", "time", "status", "note"),
        page="/appointments/{about}",
    ),
)
