"""Notices about a decision of the blacklist: one waits, an appeal was answered, it has ended (article 28).

What it says stands on the person's own page alone: a message on a locked screen may be read by others.
"""

from models.outgoing.deliveries import Via
from models.outgoing.notices.record import APPLICANT, Notice, Telling
from models.outgoing.sms import Purpose


def _said(what: str, *, serves: bool = False) -> Telling:
    return Telling(APPLICANT, {"what": what}, serves)


NOTICES = (
    Notice(
        name="blacklist",
        label="黑名单决定通知",
        purpose=Purpose.LEGAL,
        events={
            "ban.confirmed": _said("您有一份处理决定书待查收", serves=True),
            "ban.appealed": _said("您的申诉已收到"),
            "ban.kept": _said("您的申诉已有答复"),
            "ban.lifted": _said("原处理决定已撤销"),
            "ban.delisted": _said("原处理决定已解除"),
            "ban.expired": _said("原处理决定已期满"),
            "ban.malice_confirmed": _said("处理决定有新的认定"),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "what", "thing2": "number", "time3": "time"},
        parameters=("what", "number"),
        page="/blacklist/{about}",
    ),
)
