"""What an application under way holds, and the halls of members of staff.

An application that was handed in and is not over holds its applicant's place for the item, in `under_way`;
the old documents held nothing, so that there may be several: the first that was handed in gets it. A member
whose list of halls was null or missing recorded for every hall, and now lists those that there are, if a role
of theirs records appointments. A `department` of null meant all to an approver and means none from now on: no
list of departments takes its place, since each decides its own items alone.
"""

from pymongo import ASCENDING

from models.store import Document
from wechat_backend.database.migrations.steps import Gather, Migration

UNDER_WAY = {"$in": ["generated", "submitted", "supplement_requested", "accepted", "paused"]}
RECORDING = {"window", "service_centre", "township"}
FIRSTS: list[Document] = [
    {"$match": {"state": UNDER_WAY}},
    {"$sort": {"submitted_at": ASCENDING, "_id": ASCENDING}},
    {
        "$group": {
            "_id": {"$concat": ["$applicant", ":", "$item"]},
            "first": {"$first": "$_id"},
            "held": {"$max": "$under_way"},
        }
    },
    {"$match": {"held": None}},
    {"$project": {"_id": "$first", "holds": "$_id"}},
    {"$sort": {"_id": ASCENDING}},
]
WINDOWS = [{"$match": {"windows": {"$ne": None}}}, {"$sort": {"_id": ASCENDING}}, {"$project": {"_id": 1}}]
UNLISTED: list[Document] = [
    {"$match": {"halls": None}},
    {"$lookup": {"from": "halls", "pipeline": WINDOWS, "as": "all"}},
    {"$sort": {"_id": ASCENDING}},
]


def _hold(one: Document) -> Document:
    return {"$set": {"under_way": one["holds"]}}


def _list_halls(member: Document) -> Document:
    own = [hall["_id"] for hall in member["all"]] if RECORDING & set(member["roles"]) else []
    return {"$set": {"halls": own}}


MIGRATION = Migration(
    6,
    "applications under way and members' halls",
    [
        Gather("applications", {"state": UNDER_WAY}, FIRSTS, _hold),
        Gather("staff", {"halls": None}, UNLISTED, _list_halls),
    ],
)
