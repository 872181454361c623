"""Channels by their doors: `wechat` was the chat and the citizens' pages alike.

Of events only the actor tells the two apart: who writes in the chat is known by the openid (`openid:…`).
Whether a page was read in WeChat's browser was not recorded; signing in led through WeChat, so it counts as
`h5`. Guides name the pages `h5` too. `channel` of `deliveries` is how they are sent, and stays.
"""

from models.store import Document
from wechat_backend.database.migrations.steps import Change, Migration

OLD = "wechat"
HAVE_A_CHANNEL = ("sessions", "applications", "appointments", "reviews")
CARRY_EVENTS = (
    *("accounts", "agencies", "applicants", "applications", "appointments", "deliveries", "departments"),
    *("guides", "halls", "materials", "phone_codes", "reviews", "staff"),
)


def _door(event: Document) -> str:
    return "chat" if event["actor"].startswith("openid:") else "h5"


def _of_event(event: Document) -> Document:
    return {"$set": {"channel": _door(event)}}


def _of_document(_document: Document) -> Document:
    return {"$set": {"channel": "h5"}}


def _of_carried(document: Document) -> Document:
    old = ((n, event) for n, event in enumerate(document["events"]) if event["channel"] == OLD)
    return {"$set": {f"events.{n}.channel": _door(event) for n, event in old}}


def _of_guide(guide: Document) -> Document:
    return {"$set": {f"channels.{n}": "h5" for n, channel in enumerate(guide["channels"]) if channel == OLD}}


MIGRATION = Migration(
    1,
    "channels by their doors",
    [
        Change("events", {"channel": OLD}, _of_event),
        *(Change(name, {"channel": OLD}, _of_document) for name in HAVE_A_CHANNEL),
        *(Change(name, {"events.channel": OLD}, _of_carried) for name in CARRY_EVENTS),
        Change("guides", {"channels": OLD}, _of_guide),
    ],
)
