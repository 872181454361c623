"""Flags and decisions of the blacklist were found by their state and moment alone.

The lists of the panel also need the id and what they are narrowed by; the next start makes their indexes.
"""

from wechat_backend.database.migrations.steps import DropIndex, Migration

OLD = {"bans": {"state": 1, "proposed_at": -1}, "flags": {"state": 1, "at": 1}}
"""The keys of the index `state`, by collection."""

MIGRATION = Migration(
    16,
    "flags and decisions of the blacklist are listed in the panel",
    [DropIndex(collection, "state", {"key": key}) for collection, key in OLD.items()],
)
