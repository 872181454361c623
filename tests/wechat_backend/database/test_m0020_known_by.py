"""Migration 20: applicants are found by what they are known by under each credential."""

from models.people import known_by
from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import STEADY, check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0020_known_by import MIGRATION


def applicant(key: str, name: str, phone: str = "", **more: str) -> Document:
    texts = {"name": name, **({"phone": phone} if phone else {})}
    sealed = {field: STEADY.seal(text, f"applicant:{key}:{field}") for field, text in texts.items()}
    return {"_id": key, "credential": {"number_index": f"number of {key}"}, **sealed, **more}


def hashed(text: str, purpose: str) -> str:
    return STEADY.index(text, purpose)


PERSON = applicant("a", "Anna-Lee", "13800138000")
CARD_ONLY = applicant("b", "陈建国")
BODY = applicant("c", "薇美（广州）有限公司", "13800138001", representative="hash")
DONE = applicant("d", "王小明", "13800138002") | {"known_by": ["as it is"]}


async def test_applicants_are_found_by_what_they_are_known_by(database: Database, clock: Clock) -> None:
    new = {
        "a": ["number of a", hashed("anna-lee\0" + "13800138000", "person")],
        "b": ["number of b"],
        "c": ["number of c", hashed("薇美（广州）有限公司\0hash", "body")],
    }
    old = [PERSON, CARD_ONLY, BODY]
    after = [one | {"known_by": new[one["_id"]]} for one in old]
    assert [known_by(STEADY, one) for one in old] == list(new.values())
    changed = await check_migration(
        database, clock, MIGRATION, {"applicants": [*old, DONE]}, {"applicants": [*after, DONE]}
    )
    assert changed > 2
