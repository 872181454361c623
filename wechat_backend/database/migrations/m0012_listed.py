"""Members of the staff as their list finds them, and since when a one-time password is one.

A member had no `listed`; `one_time` was True, without the day on which the password was given. It gets the
moment of the migration, so that what was given just before it lasts as long as any other.
"""

import unicodedata

from models.store import Document
from wechat_backend.database.migrations.steps import Change, Migration


def _listed(member: Document) -> Document:
    standing = "left" if member.get("left_at") else "suspended" if member.get("suspended_at") else "present"
    text = unicodedata.normalize("NFKC", f"{member['_id']} {member['name']}").casefold()
    roles = f" {' '.join(member['roles'])} "
    return {"$set": {"listed": {"standing": standing, "text": text, "roles": roles}}}


MIGRATION = Migration(
    12,
    "members as their list finds them, and the day of one-time passwords",
    [
        Change("staff", {"listed": {"$exists": False}}, _listed),
        Change("staff", {"one_time": True}, lambda _member: {"$currentDate": {"one_time": True}}),
    ],
)
