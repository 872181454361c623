"""What `scripts/drill voices` counts: what must have come of what was done, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pymongo.database import Database

from models.outgoing.notices import NOTICES

House = Database[dict[str, Any]]
Items = list[dict[str, Any]]


@dataclass
class Truth:
    """What must come of what was done: 好差评's records, the levels that count, and how each paper ends."""

    records: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    boxes: Counter[str] = field(default_factory=Counter)
    papers: dict[str, str] = field(default_factory=dict)


Row = tuple[str, int, int, int, int]
"""What it is, and how many are expected, there, lost and doubled."""


def reckon(truth: Truth, house: House, reviews: Items, messages: Items) -> list[Row]:
    """From what was done, the database, and what the other sides took."""
    return [
        of_reviews(truth, reviews),
        of_papers(truth, house),
        of_messages(house, messages),
        of_figures(truth, house),
    ]


def of_reviews(truth: Truth, taken: Items) -> Row:
    """`doubled` are revisions that were taken twice, and records that nobody gave."""
    bodies = [one["body"] for one in taken if not one["body"]["projectNo"].endswith("-X")]
    latest = {(body["projectNo"], body["assessNumber"]): body for body in bodies}
    wrong = [key for key, said in truth.records.items() if not said.items() <= latest.get(key, {}).items()]
    revisions = Counter((body["projectNo"], body["assessNumber"], body["revision"]) for body in bodies)
    doubled = sum(n - 1 for n in revisions.values()) + len(latest.keys() - truth.records.keys())
    return "records at 好差评", len(truth.records), len(latest), len(wrong), doubled


Records = dict[tuple[str, str], dict[str, Any]]
"""By `projectNo` and `assessNumber`."""


def latest(taken: Items) -> Records:
    """What 好差评 holds, but for the revisions."""
    bodies = (one["body"] for one in taken)
    return {
        (body["projectNo"], body["assessNumber"]): {k: v for k, v in body.items() if k != "revision"}
        for body in bodies
    }


def of_gaps(before: Records, spoilt: Records, after: Records, reported: list[str]) -> Row:
    """Three gaps: what was forgotten or altered is as before, and what was invented is reported and stays."""
    gaps = {key for key, body in before.items() if spoilt.get(key) != body}
    invented = spoilt.keys() - before.keys()
    mended = sum(after.get(key) == before[key] for key in gaps)
    seen = sum(":".join(key) in reported and key in after for key in invented)
    return "gaps at 好差评", 3, mended + seen, 3 - mended - seen, len(after.keys() - before.keys() - invented)


def of_papers(truth: Truth, house: House) -> Row:
    """`doubled` are papers of which a step was taken, or that were delivered, twice."""
    found = {one["about"]: one for one in house["servings"].find()}
    ends = {about: "delivered" if one["delivered"] else one["step"] for about, one in found.items()}
    wrong = [about for about, end in truth.papers.items() if ends.get(about) != end]
    doubled = 0
    for about, one in found.items():
        hows = [step["how"] for step in one["steps"]]
        events = Counter(
            each["name"] for each in house["events"].find({"about": {"$in": [about, one["_id"]]}})
        )
        once = ("serving.begun", "serving.delivered", "application.served")
        doubled += len(hows) - len({*hows}) + sum(max(0, events[name] - 1) for name in once)
    return "papers", len(truth.papers), len(found), len(wrong), doubled


def of_messages(house: House, sent: Items) -> Row:
    """By WeChat. `lost` are events of which nobody was told, and messages that never came to an end."""
    told = {event: notice for notice in NOTICES.values() for event in notice.events}
    events = house["events"].find({"name": {"$in": [*told]}}, {"_id": 1})
    planned = {one["event"] for one in house["deliveries"].find({}, {"event": 1})}
    untold = sum(event["_id"] not in planned for event in events)
    unended = house["deliveries"].count_documents(
        {"state": {"$in": ["pending", "failed"]}, "channel": "wechat"}
    )
    came = Counter(message["client_msg_id"] for message in sent)
    numbers = {str(message["msgid"]) for message in sent}
    said = [one["sent_as"] for one in house["deliveries"].find({"channel": "wechat", "state": "sent"})]
    missed = sum(sent_as not in numbers for sent_as in said)
    return "messages", len(said), len(came), untold + unended + missed, sum(n - 1 for n in came.values())


def of_figures(truth: Truth, house: House) -> Row:
    sums: Counter[str] = Counter()
    for cell in house["review_figures"].find():
        sums.update({name: n for name, n in cell["n"].items() if name in truth.boxes})
    wanted = {name: n for name, n in truth.boxes.items() if n}
    lost = sum(max(0, n - sums[name]) for name, n in wanted.items())
    doubled = sum(max(0, n - truth.boxes[name]) for name, n in sums.items())
    return "opinions in the figures", sum(wanted.values()), sum(sums.values()), lost, doubled


def again_by_sms(sent: Items) -> int:
    return sum(n - 1 for n in Counter(each["out_id"] for each in sent if each["out_id"]).values())
