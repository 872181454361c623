"""Notices to members of the staff: kiosks of a place are in trouble, or somebody at one needs help."""

from models.outgoing.deliveries import Via
from models.outgoing.notices.record import Notice, Recipient, Telling
from models.outgoing.sms import Purpose

MEMBER = Recipient("the member whose turn it is", lambda event, _document: [str(event["data"]["member"])])
MEMBERS = Recipient("all who are on duty", lambda event, _document: [*event["data"]["members"]])

NOTICES = (
    Notice(
        name="alert",
        label="终端告警",
        purpose=Purpose.LEGAL,
        events={
            "alert.opened": Telling(MEMBER, {"what": "请确认并处理"}),
            "alert.grew": Telling(MEMBER, {"what": "又有终端异常"}),
            "alert.escalated": Telling(MEMBER, {"what": "尚未处理，请您跟进"}),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "hall", "thing2": "trouble", "thing3": "what", "time4": "time"},
        parameters=("hall", "trouble", "what"),
        page="/admin/alerts/{about}",
    ),
    Notice(
        name="help",
        label="终端求助",
        purpose=Purpose.LEGAL,
        events={"help.called": Telling(MEMBERS)},
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "hall", "thing2": "position", "thing3": "kiosk", "time4": "time"},
        parameters=("hall", "position", "kiosk"),
        page="/admin/kiosk-board",
    ),
)
