"""A district's worth of applications: copies of a few that were made through the models, put in at one go."""

import random
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta

from models.applications import CLOCKED, CLOSED, SEEN, State
from models.applications.document import NudgeState
from models.applications.sealing import WRITTEN, written_in
from models.events import Channel
from models.store import Document
from models.stores import Stores
from tests.house.desk import Desk
from tests.house.guides import OTHER, USCC, form_guide, plain_guide

MANY = 100_000
TIMES = 10
"""How often the database copies each that was put in, as it does so quicker."""
SERIALS = "0"
"""With what the serial numbers of those begin that were put in; their copies' with how often they were."""
DEPARTMENTS = (USCC, OTHER, *(f"11440113{number:09}X" for number in range(18)))
ITEMS = 3
"""Items of each department but the first, which has those of the patterns."""
STATES: Mapping[State, int] = {
    State.GENERATED: 2,
    State.SUBMITTED: 8,
    State.SUPPLEMENT_REQUESTED: 3,
    State.ACCEPTED: 12,
    State.PAUSED: 2,
    State.NOT_ACCEPTED: 4,
    State.RETURNED: 3,
    State.CONCLUDED: 60,
    State.WITHDRAWN: 6,
}
"""How many of a hundred are in each state that staff see."""
CHANNELS: Mapping[Channel, int] = {
    Channel.H5: 60,
    Channel.MINIPROGRAM: 20,
    Channel.WEB: 12,
    Channel.KIOSK: 7,
    Channel.APP: 1,
}
HOLDERS: Mapping[str, Sequence[str]] = {USCC: ("", "", "approver", "both", "window"), OTHER: ("", "civil")}
OPEN_DAYS, YEARS_DAYS = 30, 700
"""How far back the last change of an open one lies, and of one that is over."""
FIRST = 101
"""The number of the first guide."""
ALONE = ("draft", "under_way")
"""What is one document's alone, and that a copy must not have."""


async def fill(stores: Stores, desk: Desk, many: int = MANY) -> list[Document]:
    """So many copies of one application in each state, over `DEPARTMENTS`, and the patterns, which stay; the
    indexes are made afterwards, as that is quicker."""
    documents = stores.applications.documents
    patterns = {}
    for number, state in enumerate(STATES, FIRST):
        guide = form_guide if state is State.SUPPLEMENT_REQUESTED else plain_guide
        of = guide(number, **({"handling": "form_generation"} if state is State.GENERATED else {}))
        made = await desk.brought_to(state, of)
        patterns[state] = await documents.find_one({"_id": made["_id"]}, dict.fromkeys(ALONE, 0))
    await documents.drop_indexes()
    unwritten = {state: _unwritten(one) for state, one in patterns.items()}
    copies = list(_copies(unwritten, stores.clock(), many // TIMES))
    await documents.insert_many(copies, ordered=False)
    for time in range(1, TIMES):
        old = {"$match": {"serial": {"$gte": SERIALS, "$lt": f"{SERIALS}1"}}}
        new = {"$merge": {"into": documents.name, "whenMatched": "fail"}}
        await (await documents.aggregate([old, {"$set": _moved(time)}, new])).to_list()
    await stores.applications.prepare()
    return list(patterns.values())


def _moved(time: int) -> Document:
    """What is another in a copy: its keys, and its times by a few minutes."""
    moments = {name: {"$subtract": [f"${name}", time * 7 * 60_000]} for name in ("changed_at", "due_at")}
    keys = {name: {"$concat": [str(time), {"$substrCP": [f"${name}", 1, 40]}]} for name in ("_id", "serial")}
    return {**keys, **moments}


def _unwritten(pattern: Document) -> Document:
    """Without what staff wrote, which is sealed for one document alone."""
    copy = deepcopy(pattern)
    for part in written_in(copy):
        for name in WRITTEN:
            part.pop(name, None)
    return copy


def _copies(patterns: Mapping[State, Document], now: datetime, many: int) -> Iterator[Document]:
    chance = random.Random(11)
    states = chance.choices(list(STATES), list(STATES.values()), k=many)
    channels = chance.choices(list(CHANNELS), list(CHANNELS.values()), k=many)
    items = sorted({pattern["item"] for pattern in patterns.values()})
    for number, (state, channel) in enumerate(zip(states, channels, strict=True)):
        which = chance.randrange(len(DEPARTMENTS))
        department = DEPARTMENTS[which]
        days = YEARS_DAYS if state in CLOSED else OPEN_DAYS
        due = now + timedelta(minutes=chance.randrange(-14_000, 28_000))
        nudged = {"nudged": chance.choice(list(NudgeState)).value} if chance.random() < 0.01 else {}
        yield {
            **patterns[state],
            **nudged,
            "_id": f"{number:032x}",
            "serial": f"{number:019}",
            "events": [],
            "changed_at": now - timedelta(seconds=chance.randrange(days * 86400)),
            "due_at": due if state in CLOCKED else None,
            "department": department,
            "item": chance.choice(items) if which == 0 else f"item-{which}-{chance.randrange(ITEMS)}",
            "channel": channel.value,
            "assigned": chance.choice(HOLDERS.get(department, ("", f"clerk-{which}", f"expert-{which}"))),
            "found_by": [f"{name}-{number // 2}" for name in ("name", "number", "phone")],
        }


assert {*STATES} == {*SEEN}
