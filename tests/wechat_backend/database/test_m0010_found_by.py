"""Migration 10: applications that were handed in are found by their parties, and are nobody's yet."""

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import STEADY, check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0010_found_by import INDEXES, MIGRATION


def party(key: str, **texts: str) -> Document:
    sealed = {field: STEADY.seal(text, f"applicant:{key}:{field}") for field, text in texts.items()}
    return {"_id": key, **sealed}


def key_of(field: str, text: str) -> str:
    return STEADY.index(text, f"application_{field}")


PERSON = party("p", name="Anna-Lee", number="440113199001010010", phone="13800138000")
BODY = party("q", name="薇美（广州）有限公司", number="粤-1 2")
OWN: Document = {"_id": "a", "state": "accepted", "applicant": "p", "agent": "p"}
ACTED: Document = {"_id": "b", "state": "withdrawn", "applicant": "q", "agent": "p"}
GONE: Document = {"_id": "c", "state": "submitted", "applicant": "x", "agent": "x"}
DRAFTS: list[Document] = [
    {"_id": "d", "state": "draft", "applicant": "p", "agent": "p"},
    {"_id": "e", "state": "discarded", "applicant": "p", "agent": "p"},
]
OF_PERSON = [
    key_of("name", "anna-lee"),
    key_of("number", "440113199001010010"),
    key_of("phone", "13800138000"),
]
OF_BODY = [key_of("name", "薇美（广州）有限公司"), key_of("number", "粤12")]


async def test_what_was_handed_in_is_found_by_its_parties(database: Database, clock: Clock) -> None:
    parties = [PERSON, BODY]
    before = {"applications": [OWN, ACTED, GONE, *DRAFTS], "applicants": parties}
    after = {
        "applications": [
            OWN | {"found_by": OF_PERSON, "assigned": ""},
            ACTED | {"found_by": OF_BODY + OF_PERSON, "assigned": ""},
            GONE | {"found_by": [], "assigned": ""},
            *DRAFTS,
        ],
        "applicants": parties,
    }
    assert await check_migration(database, clock, MIGRATION, before, after) > 5


async def test_the_former_indexes_of_the_lists_go(database: Database) -> None:
    documents = database["applications"]
    for keys in INDEXES:
        await documents.create_index(list(keys.items()))
    for step in MIGRATION.with_keys(STEADY):
        _ = [changed async for changed in step.batches(database)]
    assert set(await documents.index_information()) == {"_id_"}
