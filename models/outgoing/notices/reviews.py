"""Notices about a review: asking for it, and what became of its words, its rectification, its dispute."""

from models.outgoing.deliveries import Via
from models.outgoing.notices.record import APPLICANT, Notice, Telling
from models.outgoing.sms import Purpose


def _told(status: str, note: str) -> Telling:
    return Telling(APPLICANT, {"status": status, "note": note})


NOTICES = (
    Notice(
        name="invitation",
        label="评价邀请",
        purpose=Purpose.COURTESY,
        events={"invitation.made": Telling(APPLICANT, {"note": "自愿评价，约需一分钟"})},
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "item", "thing2": "place", "time3": "time", "thing4": "note"},
        parameters=("item", "link"),
        page="/reviews/{about}",
    ),
    Notice(
        name="review",
        label="评价处理通知",
        purpose=Purpose.LEGAL,
        events={
            "review.words_shown": _told("您的评价文字已通过审核", "感谢您的评价"),
            "review.words_withheld": _told("您的评价文字不予公开", "满意程度照常计入，请看理由"),
            "review.word_asked": _told("部门对您的评价有异议", "请在期限内说明情况"),
            "review.upheld": _told("异议不成立，评价有效", "理由请看评价页面"),
            "review.set_aside": _told("异议成立，评价不计入", "理由请看评价页面"),
            "rectification.fixed": _told("您反映的问题已整改", "请查看并评价整改结果"),
            "rectification.closed": _told("您的评价已公开回复", "请在评价页面查看"),
        },
        ways=(Via.WECHAT,),
        fallback=Via.SMS,
        fields={"thing1": "item", "thing2": "status", "time3": "time", "thing4": "note"},
        parameters=("item", "status", "note"),
        page="/reviews/{about}",
    ),
)
