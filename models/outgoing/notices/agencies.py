"""Notices between an agent and a legal representative."""

from models.outgoing.deliveries import Via
from models.outgoing.notices.record import Notice, Recipient, Telling
from models.outgoing.sms import Purpose

AGENT = Recipient("agent", lambda _event, document: [str(document["person"])])
REPRESENTATIVE = Recipient(
    "legal representative", lambda _event, document: [f"representative:{document['representative']}"]
)

NOTICES = (
    Notice(
        name="agency",
        label="经办人通知",
        purpose=Purpose.COURTESY,
        events={
            "agency.requested": Telling(REPRESENTATIVE, {"status": "待您确认"}),
            "agency.confirmed": Telling(AGENT, {"status": "已确认"}),
            "agency.ended": Telling(AGENT, {"status": "已结束"}),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "enterprise", "thing2": "person", "thing3": "status"},
        parameters=("enterprise", "person", "status"),
        page="/enterprises",
    ),
)
