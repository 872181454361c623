"""No drafts of guides: a version is written when it comes into force.

Before, a version was written as a draft first. One that a process which died had left could only be published
as it stood, and held up its version number for any other content.
"""

from wechat_backend.database.migrations.steps import Migration, Remove

MIGRATION = Migration(4, "no drafts of guides", [Remove("guides", {"state": "draft"})])
