"""Notices about an appointment."""

from models.outgoing.deliveries import Via
from models.outgoing.notices.record import APPLICANT, Notice, Telling
from models.outgoing.sms import Purpose

NOTICES = (
    Notice(
        name="appointment",
        label="预约通知",
        purpose=Purpose.COURTESY,
        events={
            "appointment.booked": Telling(APPLICANT, {"status": "预约成功，请按时前往"}),
            "appointment.cancelled": Telling(APPLICANT, {"status": "已取消"}),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "item", "thing2": "hall", "time3": "time", "thing4": "status"},
        parameters=("item", "hall", "time", "status"),
        page="/appointments/{about}",
    ),
)
