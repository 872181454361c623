"""Evidence of disputes, and rectifications that can be opened anew.

A dispute had no list of files, and a rectification no list of what was done before a bad follow-up, nor the
day of its public reply.
"""

from datetime import time

from models.store import Document
from models.workdays import local_date, local_moment
from wechat_backend.database.migrations.steps import Change, Migration


def _rounds(case: Document) -> Document:
    reply = case["done"].get("close")
    replied = local_moment(local_date(reply["at"]), time()) if reply else None
    return {"$set": {"earlier": [], "replied": replied}}


MIGRATION = Migration(
    19,
    "files of disputes, and earlier rounds and replies of rectifications",
    [
        Change(
            "reviews",
            {"dispute.state": {"$exists": True}, "dispute.files": {"$exists": False}},
            lambda _review: {"$set": {"dispute.files": []}},
        ),
        Change("rectifications", {"earlier": {"$exists": False}}, _rounds),
    ],
)
