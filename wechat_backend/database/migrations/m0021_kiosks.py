"""Kiosks that wait for somebody, as the panel lists them.

A kiosk had no `unposted`, which is True while its hall has not put up the notice of its suspension, and no
`undecided`, which is True while its retirement is proposed and not decided. The index of the list knew of
neither, then of the first alone.
"""

from wechat_backend.database.migrations.steps import Change, DropIndex, Migration

UNSET = {"$type": "null"}
"""There, and None: in a document without the field around it there is nothing to wait for."""
FORMER = ("state", "department", "hall", "township")

MIGRATION = Migration(
    21,
    "kiosks that wait for a notice to be put up, or for a decision",
    [
        Change(
            "kiosks",
            {"suspension.posted_at": UNSET, "unposted": {"$exists": False}},
            lambda _kiosk: {"$set": {"unposted": True}},
        ),
        Change(
            "kiosks",
            {"retirement.leaves_on": UNSET, "undecided": {"$exists": False}},
            lambda _kiosk: {"$set": {"undecided": True}},
        ),
        *(
            DropIndex("kiosks", "name", {"key": dict.fromkeys(("name", "_id", *known, *FORMER), 1)})
            for known in ((), ("unposted",))
        ),
    ],
)
