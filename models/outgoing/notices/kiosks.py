"""Notices to the contact of a department about its kiosks (article 21, items 5 and 7)."""

from models.outgoing.deliveries import Via
from models.outgoing.notices.record import Notice, Recipient, Telling
from models.outgoing.sms import Purpose

CONTACT = Recipient(
    "the contact of the department", lambda event, _document: [str(event["data"].get("contact", ""))]
)

NOTICES = (
    Notice(
        name="retirement",
        label="终端退出建议",
        purpose=Purpose.COURTESY,
        events={"kiosk.retirement_proposed": Telling(CONTACT, {"what": "请与电子公务科商定是否退出"})},
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "kiosk", "thing2": "hall", "thing3": "ground", "thing4": "what", "time5": "time"},
        parameters=("kiosk", "hall", "ground"),
        page="/admin/kiosks/{about}",
    ),
)
