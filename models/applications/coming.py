"""Whether, when and where the applicant of one case has to come; `receiving` has the rule."""

from dataclasses import dataclass

from models.applications.actions import PRIVATE, State
from models.applications.case import Case
from models.applications.outcome import is_denied
from models.applications.progress import AHEAD, ended_undecided
from models.applications.receiving import (
    FIRST_VISIT,
    NO_VISIT,
    RECEIVING,
    VISITS,
    How,
    Visit,
    offered,
    visits,
)
from models.places import Hall, Halls

BEFORE = frozenset({Visit.HAND_IN, Visit.HAND_IN_AND_COLLECT})
"""Visits with which an application begins; the others follow its approval."""


@dataclass(frozen=True)
class Stop:
    """A visit, and the halls to any one of which it can be made."""

    visit: Visit
    halls: tuple[Hall, ...]


def way_of(case: Case) -> How:
    """How the result is received; of a draft, what the guide offers first."""
    if not case.guide.deliverable or not (place := case.application["place"]):
        return offered(case.guide)[0]
    return place["how"]


def visits_of(case: Case) -> tuple[Visit, ...]:
    """All visits of the case from its beginning to its end, if it is approved."""
    return visits(case.guide, way_of(case))


def visits_ahead(case: Case) -> tuple[Visit, ...]:
    """Those that are still to come, as far as we know: nobody records that a result was collected."""
    if ended_undecided(case.application) or is_denied(case.application):
        return ()
    planned = visits_of(case)
    return (
        planned
        if case.state in (State.DRAFT, State.GENERATED)
        else tuple(v for v in planned if v not in BEFORE)
    )


def visit_now(case: Case) -> Visit | None:
    """The one that can be made just now."""
    ahead = visits_ahead(case)
    return ahead[0] if ahead and case.state in (State.GENERATED, State.CONCLUDED) else None


def what_next(case: Case) -> str:
    """What comes next, in words; empty where nothing does."""
    visit = visit_now(case)
    return VISITS[visit].now if visit else AHEAD.get(case.state, "")


def has_paper(case: Case) -> bool:
    """Whether its form is printed, and handed in or signed at a window (article 12)."""
    return case.guide.handling in FIRST_VISIT and case.state not in PRIVATE


async def stops(case: Case, halls: Halls) -> tuple[Stop, ...]:
    """All visits of the case, each with its halls: the one chosen for the result, or any of the guide's."""
    anywhere = tuple(await halls.those(case.guide.places))
    place = case.application["place"]
    chosen = tuple(await halls.those([place["hall"]])) if place and place["hall"] else ()
    return tuple(
        Stop(visit, anywhere if visit is Visit.HAND_IN else chosen or anywhere) for visit in visits_of(case)
    )


def where(found: tuple[Stop, ...], address: str | None) -> str:
    """办理地点或邮寄地点 of the receipt (article 11)."""
    places = [f"{VISITS[stop.visit].where}：{_one_of(stop.halls)}" for stop in found] or [NO_VISIT]
    return "；".join(places + [f"{RECEIVING[How.COURIER]}：{address}"] * bool(address))


def _one_of(halls: tuple[Hall, ...]) -> str:
    first = halls[0].name if halls else ""
    return f"{first}等{len(halls)}个大厅任选一处" if len(halls) > 1 else first


def way_text(case: Case, address: str | None) -> str:
    """How the result is received, with the hall or the postal address."""
    how, place = way_of(case), case.application["place"]
    to = {How.WINDOW: place and place["hall_name"], How.COURIER: address}.get(how)
    return f"{RECEIVING[how]}：{to}" if to else RECEIVING[how]
