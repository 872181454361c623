"""What was sent back for a supplement had indexes of its own.

They were for what waits for who supervises, which is by now what is overdue. The lists of an item and of a
member's own have theirs instead, which the next start makes.
"""

from wechat_backend.database.migrations.steps import DropIndex, Migration

INDEXES = ("again_by_due", "again_by_change")
OLD = {"partialFilterExpression": {"supplements.0.at": {"$exists": True}}}

MIGRATION = Migration(
    13,
    "what was sent back for a supplement is listed as all else",
    [DropIndex("applications", name, OLD) for name in INDEXES],
)
