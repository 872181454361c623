"""How far an application has come, as its pages ask."""

from collections.abc import Mapping

from models.applications.actions import State
from models.applications.document import Application, Supplement

AHEAD: Mapping[State, str] = {
    State.SUBMITTED: "部门告诉您是否受理，缺什么会一次说清",
    State.SUPPLEMENT_REQUESTED: "请您补齐，补齐后部门继续审核",
    State.ACCEPTED: "部门审查后作出决定，结果会通知您",
    State.PAUSED: "特别程序结束后继续办理，到时会通知您",
}
"""What the department or the applicant does next; `coming.what_next` knows when one has to come."""
UNDECIDED_ENDS = frozenset({State.NOT_ACCEPTED, State.RETURNED, State.WITHDRAWN})


def ended_undecided(application: Application) -> bool:
    """Whether it is over without a decision, so that the applicant may have to apply again."""
    return application["state"] in UNDECIDED_ENDS


def return_reason(application: Application) -> str | None:
    """Why it was returned; None if it was not."""
    if application["state"] is not State.RETURNED:
        return None
    return application["timeline"][-1].get("reason", "")


def awaits_paper(application: Application) -> bool:
    """Whether its form is generated and has still to be printed, signed and brought (article 12)."""
    return application["state"] is State.GENERATED


def awaits_acceptance(application: Application) -> bool:
    """Whether the department has still to accept it or refuse to."""
    return application["state"] is State.SUBMITTED


def open_supplement(application: Application) -> Supplement | None:
    """The supplement that the applicant has still to answer."""
    return application["supplements"][-1] if application["state"] is State.SUPPLEMENT_REQUESTED else None


def unreplaced(application: Application) -> set[str]:
    """Codes of the materials whose file is still the one that the open supplement complains of."""
    if (asked := open_supplement(application)) is None:
        return set()
    files = {paper["code"]: paper["file"] for paper in application["materials"] if paper["file"]}
    return {code for code, file in asked["files"].items() if file and files.get(code) == file}
