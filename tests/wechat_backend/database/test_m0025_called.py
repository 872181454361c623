"""Migration 25: calls name all who were told, and the former index of six digits goes."""

from models.pairings import Pairings
from models.store import Document, unique_text
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import STEADY, check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0025_called import MIGRATION


def event(name: str, **data: object) -> Document:
    return {"id": name, "name": name, "data": data}


async def test_a_call_names_all_who_were_told(database: Database, clock: Clock) -> None:
    called, taken = event("help.called", kiosk="k", member="ling"), event("help.taken")
    old: list[Document] = [
        {"_id": "a", "member": "ling", "events": [called, taken]},
        {"_id": "b", "member": ""},
        {"_id": "c", "member": "ming", "events": []},
    ]
    new: list[Document] = [
        {"_id": "a", "told": ["ling"], "events": [event("help.called", kiosk="k", members=["ling"]), taken]},
        {"_id": "b", "told": []},
        {"_id": "c", "told": ["ming"], "events": []},
    ]
    kept = [{"_id": "d", "told": ["ling", "ming"], "events": []}]
    contents = {"help_calls": [*old, *kept]}, {"help_calls": [*new, *kept]}
    assert await check_migration(database, clock, MIGRATION, *contents) > 3


async def test_the_former_index_of_six_digits_goes(database: Database) -> None:
    documents = database[Pairings.collection]
    await documents.create_indexes([unique_text("short"), unique_text("code")])
    step = MIGRATION.with_keys(STEADY)[-1]
    assert await step.count(database) == 1
    _ = [changed async for changed in step.batches(database)]
    assert await step.count(database) == 0
    assert set(await documents.index_information()) == {"_id_", "code"}
    await documents.create_indexes([*Pairings.indexes])
    assert await step.count(database) == 0
