"""Migration 3: clocks of an application in place of its deadlines, and forms that wait for their paper."""

from datetime import UTC, datetime
from typing import Any

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0003_clocks import MIGRATION

THURSDAY = datetime(2026, 11, 26, 1, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 1, tzinfo=UTC)
ACCEPTANCE = datetime(2026, 12, 3, 15, 59, 59, tzinfo=UTC)  # five working days after Thursday
DECISION = datetime(2026, 12, 11, 15, 59, 59, tzinfo=UTC)  # ten after Friday


def application(key: str, state: str, **changes: Any) -> Document:
    return {"_id": key, "state": state, "handling": "fully_online", "supplements": [], **changes}


def before(key: str, state: str, *, decided: bool = False, **changes: Any) -> Document:
    deadlines = {"acceptance": ACCEPTANCE, "decision": DECISION if decided else None}
    return application(key, state, deadlines=deadlines, received_at=THURSDAY, **changes)


def after(key: str, state: str, *, decided: bool = False, **changes: Any) -> Document:
    clocks = {
        "acceptance": running(5, THURSDAY, ACCEPTANCE),
        "silence": None,
        "decision": running(10, FRIDAY, DECISION) if decided else None,
    }
    return application(key, state, clocks=clocks, received_at=THURSDAY, **changes)


def running(number: int, began: datetime, due: datetime) -> Document:
    terms = {"period": None, "number": number, "unit": "workdays", "bars_a_person": False}
    return {**terms, "began": began, "pauses": [], "due": due}


async def test_deadlines_become_clocks_and_generated_forms_wait(database: Database, clock: Clock) -> None:
    nothing: Document = {"acceptance": None, "silence": None, "decision": None}
    form: Document = {"handling": "form_generation"}
    asked: Document = {**form, "supplements": [{"materials": ["id_card"]}]}
    kept = application("new", "submitted", clocks=nothing)
    old = [
        application("draft", "draft", deadlines={"acceptance": None, "decision": None}, due_at=None),
        before("submitted", "submitted", due_at=ACCEPTANCE),
        before("accepted", "accepted", decided=True, accepted_at=FRIDAY, due_at=DECISION),
        before("form", "submitted", due_at=ACCEPTANCE, **form),
        before("form_asked", "submitted", due_at=ACCEPTANCE, **asked),
        before("form_accepted", "accepted", decided=True, accepted_at=FRIDAY, due_at=DECISION, **form),
        kept,
        application("odd", "accepted", deadlines={"decision": DECISION}, submitted_at=FRIDAY),
    ]
    new = [
        application("draft", "draft", clocks=nothing, due_at=None),
        after("submitted", "submitted", due_at=ACCEPTANCE),
        after("accepted", "accepted", decided=True, accepted_at=FRIDAY, due_at=DECISION),
        application("form", "generated", clocks=nothing, received_at=THURSDAY, due_at=None, **form),
        after("form_asked", "submitted", due_at=ACCEPTANCE, **asked),
        after("form_accepted", "accepted", decided=True, accepted_at=FRIDAY, due_at=DECISION, **form),
        kept,
        application(
            "odd",
            "accepted",
            clocks=nothing | {"decision": running(10, FRIDAY, DECISION)},
            submitted_at=FRIDAY,
        ),
    ]
    contents = [{"applications": sorted(each, key=lambda one: str(one["_id"]))} for each in (old, new)]
    assert await check_migration(database, clock, MIGRATION, *contents) > 5
