"""Writes what the systems of the government are told: acceptance, 好差评 in its own field names, disclosure
and social credit."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from models.blacklist import State as BanState
from models.blacklist import last_day, paper_of
from models.events import KeptEvent
from models.guides import Guide
from models.outgoing.notices import REPORTS
from models.people import ApplicantKind
from models.store import Store
from models.stores import Stores
from models.voices import READABLE, GivenReview, platform
from models.workdays import local
from wechat_backend.worker.sender import Overtaken

PANYU = "440113"
"""The administrative division code of 番禺区."""
HELD_BACK = "（文字审核中或不予公开）"
"""In place of words: a bad review needs a reason, also there."""
TIME = "%Y-%m-%d %H:%M:%S"

Reporter = Callable[[Stores, KeptEvent], Awaitable[dict[str, Any]]]
"""From an event to the body of the request."""


async def _acceptance(stores: Stores, event: KeptEvent) -> dict[str, Any]:
    application = await stores.applications.get(event["about"])
    return {
        "serial": application["serial"],
        "item": application["item"],
        "department": application["department"],
        "state": REPORTS["acceptance"].states[event["name"]],
        "at": event["at"].isoformat(),
    }


async def _review(stores: Stores, event: KeptEvent) -> dict[str, Any]:
    """A review, or its follow-up; who gave it stays masked, and words that a moderator has not shown are not
    told."""
    review = await stores.reviews.get(event["about"])
    again = event["name"] == "review.followed_up"
    said = (review["again"] if again else None) or review
    matter, guide = await _matter(stores, review)
    department = await stores.departments.get(guide.department)
    applicant = await stores.applicants.get(review["applicant"])
    return {
        "areaCode": PANYU,
        "deptCode": guide.department,
        "taskCode": guide.item,
        "taskHandleItem": guide.item,
        "taskName": guide.name,
        "projectNo": matter.get("serial") or matter["_id"],
        "proStatus": REPORTS["reviews"].states[event["name"]],
        "proDepart": department.name,
        "userName": applicant["masked_name"],
        "userProp": "1" if applicant["kind"] == ApplicantKind.PERSON else "2",
        "satisfaction": str(said["level"]),
        "evalDetail": ",".join(str(tag) for tag in said["tags"]),
        "writingEvaluation": said["words"] if said["words_state"] in READABLE else HELD_BACK,
        "assessTime": local(event["at"], TIME),
        "assessNumber": "2" if again else "1",
        "promiseTime": "2" if guide.time_limit.on_the_spot else "1",
        "acceptDate": _accepted(matter),
        "pf": platform(event["channel"], said.get("invitation")),
    }


async def _matter(stores: Stores, review: GivenReview) -> tuple[Mapping[str, Any], Guide]:
    """What a review is about, and its guide; one of a guide is about nothing else."""
    kind, _, document = review["_id"].partition(":")
    if kind == "guide":
        item, version, _applicant = document.split(":")
        return {"_id": review["ref"], "timeline": []}, await stores.guides.version(f"{item}@{version}")
    store: Store[Any] = stores.applications if kind == "application" else stores.appointments
    matter = await store.get(document)
    return matter, await stores.guides.version(matter["guide"])


def _accepted(matter: Mapping[str, Any]) -> str:
    """When it was accepted; an appointment has no such time."""
    for line in matter["timeline"]:
        if line["what"] == "application.accepted":
            return local(line["at"], TIME)
    return ""


def _decision(system: str) -> Reporter:
    """A decision of the blacklist, published or withdrawn, to one of the two systems that hear of it."""

    async def body(stores: Stores, event: KeptEvent) -> dict[str, Any]:
        state, ban = REPORTS[system].states[event["name"]], await stores.bans.get(event["about"])
        if state == "published" and ban["state"] in (BanState.LIFTED, BanState.DELISTED):
            raise Overtaken("no_longer_in_force")
        listed, paper = await stores.applicants.get(ban["applicant"]), paper_of(ban)
        return {
            "number": paper.number,
            "name": stores.applicants.name(listed),
            "kind": listed["credential"]["kind"].value,
            "code": stores.applicants.number(listed),
            "ground": paper.ground,
            "basis": paper.basis,
            "office": paper.office,
            "state": state,
            "until": last_day(ban["until"]) if ban["until"] else "",
            "at": event["at"].isoformat(),
        }

    return body


REPORTERS: Mapping[str, Reporter] = {
    "acceptance": _acceptance,
    "reviews": _review,
    "disclosure": _decision("disclosure"),
    "credit": _decision("credit"),
}
"""Report (`models.outgoing.notices`) → what its system is told."""
