"""What the government's systems are told."""

from models.outgoing.notices.record import Report
from models.store import Document


def _disclosed(ban: Document) -> bool:
    """Of enterprises, what they were told of (article 28)."""
    return ban["kind"] == "enterprise" and ban["delivered"] is not None


def _malice(ban: Document) -> bool:
    """What was found to be malice, by two officers (article 28)."""
    return (ban.get("malice") or {}).get("state") == "confirmed"


ENDED = {"ban.lifted": "withdrawn", "ban.delisted": "withdrawn"}

REPORTS = (
    Report(
        name="acceptance",
        label="一站式系统",
        states={
            "application.submitted": "submitted",
            "application.form_generated": "generated",
            "application.received": "submitted",
            "application.supplemented": "submitted",
            "application.supplement_requested": "supplement_requested",
            "application.accepted": "accepted",
            "application.accepted_by_silence": "accepted",
            "application.paused": "paused",
            "application.resumed": "accepted",
            "application.not_accepted": "not_accepted",
            "application.returned": "returned",
            "application.concluded": "concluded",
            "application.withdrawn": "withdrawn",
        },
    ),
    Report(
        name="reviews",
        label="好差评系统",
        states={
            "review.given": "3",
            "review.followed_up": "3",
            "review.words_shown": "3",
            "review.words_withheld": "3",
            "review.set_aside": "3",
            "review.told_again": "3",
        },
    ),
    Report(
        name="disclosure",
        label="商事主体信息公示系统",
        states={"ban.delivered": "published", **ENDED},
        concerns=_disclosed,
    ),
    Report(
        name="credit",
        label="社会信用体系",
        states={"ban.malice_confirmed": "published", **ENDED},
        concerns=_malice,
    ),
)
"""`3` is 好差评's `proStatus` of a matter that is concluded."""
