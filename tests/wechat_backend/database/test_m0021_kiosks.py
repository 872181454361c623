"""Migration 21: kiosks that wait for a notice to be put up, or for a decision, are listed as such."""

from datetime import UTC, datetime

from models.kiosks import Kiosks
from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import STEADY, check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0021_kiosks import MIGRATION

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
FORMER = ("name _id state department hall township", "name _id unposted state department hall township")


def kiosk(key: str, suspension: Document | None = None, retirement: Document | None = None) -> Document:
    return {"_id": key, "suspension": suspension, "retirement": retirement}


async def test_what_waits_is_marked(database: Database, clock: Clock) -> None:
    hanging, proposed = {"posted_at": None}, {"leaves_on": None}
    old = [kiosk("a", hanging), kiosk("b", None, proposed), kiosk("c", hanging, proposed)]
    kept = [
        kiosk("d"),
        kiosk("e", {"posted_at": AT}, {"leaves_on": "2026-12-01"}),
        kiosk("f", hanging) | {"unposted": True},
        kiosk("g", None, proposed) | {"undecided": True},
    ]
    new = [
        old[0] | {"unposted": True},
        old[1] | {"undecided": True},
        old[2] | {"unposted": True, "undecided": True},
    ]
    changed = await check_migration(
        database, clock, MIGRATION, {"kiosks": [*old, *kept]}, {"kiosks": [*new, *kept]}
    )
    assert changed > 2


async def test_the_former_indexes_of_the_list_go(database: Database) -> None:
    for fields in FORMER:
        await database["kiosks"].create_index([(field, 1) for field in fields.split()], name="name")
        for step in MIGRATION.with_keys(STEADY):
            _ = [changed async for changed in step.batches(database)]
        assert "name" not in await database["kiosks"].index_information()
    await database["kiosks"].create_indexes(Kiosks.indexes)
    assert sum([await step.count(database) for step in MIGRATION.with_keys(STEADY)]) == 0
