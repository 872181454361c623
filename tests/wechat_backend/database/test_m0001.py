"""Migration 1: channels by their doors."""

from models.store import Document
from models.stores import told
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import Contents, check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0001_channels import CARRY_EVENTS, MIGRATION


def event(key: str, actor: str, channel: str) -> Document:
    return {"id": key, "actor": actor, "channel": channel, "name": "account.followed"}


def contents(page: str, chat: str) -> Contents:
    """As the pages and the chat are called, each in every place that has a channel."""
    carried = [event("1", "openid:o", chat), event("2", "staff:a", "window"), event("3", "account:a", page)]
    documents: dict[str, list[Document]] = {name: [{"_id": "a", "events": carried}] for name in CARRY_EVENTS}
    for name in ("sessions", "applications", "appointments", "reviews"):
        found = documents.setdefault(name, [{"_id": "a"}])
        found[0]["channel"] = page
        found += [{"_id": "b", "channel": "miniprogram"}, {"_id": "c", "channel": "window", "events": []}]
    documents["applications"].append({"_id": "draft", "state": "draft"})
    documents["guides"][0]["channels"] = ["window", page, "miniprogram"]
    documents["guides"].append({"_id": "b", "channels": ["kiosk"], "events": []})
    documents["deliveries"][0]["channel"] = "wechat"  # how it is sent, which is another thing
    documents["events"] = [
        {"_id": "1", "actor": "openid:o", "channel": chat},
        {"_id": "2", "actor": "account:a", "channel": page},
        {"_id": "3", "actor": "applicant:a", "channel": page},
        {"_id": "4", "actor": "system", "channel": "system"},
        {"_id": "5", "actor": "applicant:a", "channel": "miniprogram"},
    ]
    return documents


async def test_each_channel_becomes_its_door(database: Database, clock: Clock) -> None:
    before, after = contents("wechat", "wechat"), contents("h5", "chat")
    assert await check_migration(database, clock, MIGRATION, before, after) > 20


SINCE = {
    "alerts",
    "bans",
    "calendar",
    "contacts",
    "device_answers",
    "duty",
    "duty_heads",
    "flags",
    "heartbeats",
    "help_calls",
    "invitations",
    "kiosks",
    "listening",
    "pairings",
    "rectifications",
    "referrals",
    "servings",
    "uncivil",
}
"""Collections that came after this migration."""


def test_it_knows_every_collection_that_carries_events() -> None:
    assert {*CARRY_EVENTS, *SINCE} == {store.collection for store in told().values()}
