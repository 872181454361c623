"""Reviews as staff know them.

A review had neither a `ref`, by which staff know it, nor a `day`, nor marks; it did not say whether its words
may be read, nor who acted, and had no follow-up and no dispute.
"""

from datetime import time

from models.privacy import Privacy
from models.store import Document
from models.workdays import local_date, local_moment
from wechat_backend.database.migrations.steps import DropIndex, Migration, Seal


def _whole(review: Document, privacy: Privacy) -> Document:
    return {
        "$set": {
            "ref": privacy.index(review["_id"], "review_ref")[:32],
            "day": local_moment(local_date(review["at"]), time()),
            "agent": review["applicant"],
            "words_state": "shown",
            "reason": privacy.sealed("", f"review:{review['_id']}:words:reason"),
            "again": None,
            "dispute": None,
            "marks": ["bad"] if review["level"] in (1, 2) else [],
        }
    }


MIGRATION = Migration(
    15,
    "reviews as staff know them, and what may become of them",
    [
        Seal("reviews", {"ref": {"$exists": False}}, _whole),
        DropIndex("reviews", "department_1_at_-1", {"key": {"department": 1, "at": -1}}),
    ],
)
