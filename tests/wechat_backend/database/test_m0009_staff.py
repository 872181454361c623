"""Migration 9: proofs of members' sessions, tries by place, and channels that are down."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0009_staff import MIGRATION

LATER = datetime(2026, 11, 26, 9, tzinfo=UTC)
LIANG: Document = {"_id": "liang", "name": "梁", "password_hash": "a hash", "roles": ["window"]}
PROOF = sha256(b"a hash").hexdigest()


def session(key: str, subject: str, **more: Any) -> Document:
    return {"_id": key, "subject": subject, "channel": "window", "expires_at": LATER, **more}


async def test_members_stay_signed_in_and_what_is_short_lived_goes(database: Database, clock: Clock) -> None:
    citizen = session("c", "account:x")
    proven = session("p", "staff:liang", proof="of another password")
    tried = {"_id": "t2", "tries": 3, "again_at": LATER, "until": LATER}
    down = {"_id": "wechat", "code": "45009", "since": LATER, "until": LATER}
    before = {
        "staff": [LIANG],
        "sessions": [citizen, session("g", "staff:gone"), proven, session("s", "staff:liang")],
        "staff_tries": [{"_id": "t1", "tries": 11, "until": LATER}, tried],
        "closures": [{"_id": "sms", "code": "isv.OUT_OF_SERVICE", "until": LATER}, down],
    }
    after = {
        "staff": [LIANG],
        "sessions": [citizen, proven, session("s", "staff:liang", proof=PROOF)],
        "staff_tries": [tried],
        "closures": [down],
    }
    assert await check_migration(database, clock, MIGRATION, before, after) > 5
