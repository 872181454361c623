"""The townships of members of staff.

A member of the role `township` listed the halls one by one, and one that was added to the township later was
none of theirs. Now the record names `townships`, and the role reaches all halls of these. A township is named
where the member listed each of its halls that have windows; where some were missing it is not, so that nobody
reaches a hall that was not listed, and the halls stay on the record for an administrator to see. Halls that a
named township covers are left out, unless another role of the member needs the list. All others name none.
"""

from models.store import Document
from wechat_backend.database.migrations.steps import Gather, Migration

OLD: Document = {"townships": {"$exists": False}}
BY_HALLS = {"window", "service_centre"}
"""The roles that go to the halls of the list."""
TOWNSHIPS: list[Document] = [
    {"$match": {"windows": {"$ne": None}}},
    {"$sort": {"_id": 1}},
    {"$group": {"_id": "$township", "halls": {"$push": "$_id"}}},
    {"$sort": {"_id": 1}},
]
UNNAMED: list[Document] = [
    {"$match": OLD},
    {"$lookup": {"from": "halls", "pipeline": TOWNSHIPS, "as": "all"}},
    {"$sort": {"_id": 1}},
]


def _name_townships(member: Document) -> Document:
    listed = set(member["halls"])
    manages = "township" in member["roles"]
    whole = [one for one in member["all"] if manages and listed.issuperset(one["halls"])]
    covered = {hall for one in whole for hall in one["halls"]}
    sets: Document = {"townships": [one["_id"] for one in whole]}
    if covered and not BY_HALLS & set(member["roles"]):
        sets["halls"] = [hall for hall in member["halls"] if hall not in covered]
    return {"$set": sets}


MIGRATION = Migration(14, "townships of members of staff", [Gather("staff", OLD, UNNAMED, _name_townships)])
