"""Notices to a person about the own phone and binding."""

from models.outgoing.deliveries import Via
from models.outgoing.notices.record import Notice, Recipient, Telling, itself
from models.outgoing.sms import Purpose

PHONE = Recipient("phone", itself)
LOST = Recipient("applicant, by the account that lost the binding", itself)
BOUND = Recipient("applicant", itself)
FORMER = Recipient("the phone of before", lambda event, _document: [f"former_phone:{event['about']}"])

NOTICES = (
    Notice(
        name="code",
        label="验证码",
        purpose=Purpose.CODE,
        events={"phone_code.requested": Telling(PHONE)},
        ways=(Via.SMS,),
        parameters=("code",),
    ),
    Notice(
        name="rebinding",
        label="转绑提醒",
        purpose=Purpose.LEGAL,
        events={
            "applicant.rebound": Telling(LOST, {"what": "您的实名认证已转绑到其他微信"}),
            "applicant.phone_changed": Telling(BOUND, {"what": "您登记的手机号码已在窗口更改"}),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "what", "time2": "time"},
        parameters=("what", "time"),
        page="/me",
    ),
    Notice(
        name="former_phone",
        label="原手机号提醒",
        purpose=Purpose.LEGAL,
        events={"applicant.phone_changed": Telling(FORMER)},
        ways=(Via.SMS,),
        parameters=("time",),
    ),
)
