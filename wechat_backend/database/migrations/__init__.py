"""Changes of stored shapes: numbered, one module each (`m0001_<what>.py`), done once, in their order.

docs/adding.md, "A change of a stored shape", says how to add one. They carry no events: nothing happens to a
person's matter, what is known of it is only written differently. The collection `migrations` records them.
"""

from wechat_backend.database.migrations import (
    m0001_channels,
    m0002_types,
    m0003_clocks,
    m0004_drafts,
    m0005_sealed,
    m0006_under_way,
    m0007_codes,
    m0008_endings,
    m0009_staff,
    m0010_found_by,
    m0011_lists,
    m0012_listed,
    m0013_again,
    m0014_townships,
    m0015_reviews,
    m0016_flags,
    m0017_figures,
    m0018_exported,
    m0019_voices,
    m0020_known_by,
    m0021_kiosks,
    m0022_windows,
    m0023_reminded,
    m0024_visits,
    m0025_called,
)
from wechat_backend.database.migrations.steps import Migration

ALL: tuple[Migration, ...] = (
    m0001_channels.MIGRATION,
    m0002_types.MIGRATION,
    m0003_clocks.MIGRATION,
    m0004_drafts.MIGRATION,
    m0005_sealed.MIGRATION,
    m0006_under_way.MIGRATION,
    m0007_codes.MIGRATION,
    m0008_endings.MIGRATION,
    m0009_staff.MIGRATION,
    m0010_found_by.MIGRATION,
    m0011_lists.MIGRATION,
    m0012_listed.MIGRATION,
    m0013_again.MIGRATION,
    m0014_townships.MIGRATION,
    m0015_reviews.MIGRATION,
    m0016_flags.MIGRATION,
    m0017_figures.MIGRATION,
    m0018_exported.MIGRATION,
    m0019_voices.MIGRATION,
    m0020_known_by.MIGRATION,
    m0021_kiosks.MIGRATION,
    m0022_windows.MIGRATION,
    m0023_reminded.MIGRATION,
    m0024_visits.MIGRATION,
    m0025_called.MIGRATION,
)
"""Numbered from 1, without a gap. What has been released stays as it is."""
