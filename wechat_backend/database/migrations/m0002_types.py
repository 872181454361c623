"""Types of items: an application keeps the type of its guide, and those begun before had none.

They are `other`, as the versions of the guides under which they were begun are read; a guide says its type
from its next version on.
"""

from wechat_backend.database.migrations.steps import Change, Migration

MIGRATION = Migration(
    2,
    "types of items",
    [Change("applications", {"type": {"$exists": False}}, lambda _one: {"$set": {"type": "other"}})],
)
