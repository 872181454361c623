"""What 好差评 holds of a review: one record of what was said first, and one of the follow-up, in the field
names of the national interface and three of ours (docs/architecture.md, "Government systems").

Both say how the review is now. Who gave it stays masked; words that a moderator has not shown are not told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.guides import Guide
from models.people import ApplicantKind
from models.store import Store
from models.stores import Stores
from models.voices import (
    READABLE,
    DisputeState,
    GivenReview,
    Opinion,
    WordsState,
    platform,
    project_of,
)
from models.workdays import local

PANYU = "440113"
"""The administrative division code of 番禺区."""
CONCLUDED = "3"
"""`proStatus`: what is reviewed has come to its end."""
UNREAD: Mapping[WordsState, str] = {
    WordsState.HELD: "（文字审核中）",
    WordsState.WITHHELD: "（文字不予公开）",
}
"""In place of words: a bad review needs a reason, also there."""
COUNTS, SET_ASIDE = "1", "2"
"""`assessState`: whether it counts, or was set aside after a dispute."""
TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Report:
    """One thing that a system is told, which takes it once by its `key`; "" stands for the delivery's id."""

    body: Mapping[str, Any]
    key: str = ""


async def review_records(stores: Stores, review: GivenReview) -> list[Report]:
    """What was said first, then the follow-up, if there is one."""
    matter, guide = await _matter(stores, review)
    department = await stores.departments.get(guide.department)
    applicant = await stores.applicants.get(review["applicant"])
    shared = {
        "areaCode": PANYU,
        "deptCode": guide.department,
        "taskCode": guide.item,
        "taskHandleItem": guide.item,
        "taskName": guide.name,
        "projectNo": project_of(review),
        "proStatus": CONCLUDED,
        "proDepart": department.name,
        "userName": applicant["masked_name"],
        "userProp": "1" if applicant["kind"] == ApplicantKind.PERSON else "2",
        "promiseTime": "2" if guide.time_limit.on_the_spot else "1",
        "acceptDate": _accepted(matter),
        "assessState": SET_ASIDE if _is_set_aside(review) else COUNTS,
        "revision": str(review["revision"]),
    }
    said = [review, review["again"]] if review["again"] else [review]
    return [_record(shared, number, one) for number, one in enumerate(said, 1) if one]


def _record(shared: Mapping[str, str], number: int, said: Opinion) -> Report:
    body = {
        **shared,
        "satisfaction": str(said["level"]),
        "evalDetail": ",".join(said["tags"]),
        "tagsVersion": said["tags_version"],
        "writingEvaluation": said["words"]
        if said["words_state"] in READABLE
        else UNREAD[said["words_state"]],
        "assessTime": local(said["at"], TIME),
        "assessNumber": str(number),
        "pf": platform(said["channel"], said.get("invitation")),
    }
    return Report(body, f"{shared['projectNo']}:{number}:{shared['revision']}")


def _is_set_aside(review: GivenReview) -> bool:
    dispute = review["dispute"]
    return dispute is not None and dispute["state"] is DisputeState.SET_ASIDE


async def _matter(stores: Stores, review: GivenReview) -> tuple[Mapping[str, Any], Guide]:
    """What a review is about, and its guide; one of a guide is about nothing else."""
    kind, _, document = review["_id"].partition(":")
    if kind == "guide":
        item, version, _applicant = document.split(":")
        return {"timeline": []}, await stores.guides.version(f"{item}@{version}")
    store: Store[Any] = stores.applications if kind == "application" else stores.appointments
    matter = await store.get(document)
    return matter, await stores.guides.version(matter["guide"])


def _accepted(matter: Mapping[str, Any]) -> str:
    """When it was accepted; an appointment has no such time."""
    for line in matter["timeline"]:
        if line["what"] == "application.accepted":
            return local(line["at"], TIME)
    return ""
