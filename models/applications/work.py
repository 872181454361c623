"""Which applications wait for a member: those of which a step is due from the member (articles 10, 12).

What waits for the applicant (a form to be brought, a supplement) is due from nobody here, and a procedure
that stops the clock has to end first: both have lists of their own. What another member holds is due from
that member. Who supervises and handles nothing looks after what is overdue.
"""

from collections.abc import Iterable
from datetime import datetime

from models.applications.actions import State, Who, steps_from
from models.staff import Member, Scope, within
from models.store import Document

CLOCKED = (State.SUBMITTED, State.ACCEPTED)
"""The states in which a deadline of the department's runs: what stands there waits for staff."""
WORKED = (*CLOCKED, State.PAUSED)
"""Those in which it is for staff to go on, a deadline or not."""


def visible(member: Member, states: Iterable[str]) -> list[Document]:
    """What a member may read in these states: it fulfils one of these queries."""
    where = within(member, Scope.APPLICATIONS_READ)
    return [] if where is None else [{"state": {"$in": list(states)}, **where}]


def work_of(member: Member, now: datetime) -> list[Document]:
    """What waits for a member fulfils one of these queries."""
    return handled_by(member, CLOCKED) + _overdue(member, now)


def handled_by(member: Member, states: Iterable[State]) -> list[Document]:
    """Of these states, what the member may take a step with, and nobody else holds."""
    reached: dict[str, Document] = {}
    for state in states:  # states of one reach are one clause, which one index reads in order
        for where in _steps_reach(member, state):
            clause = reached.setdefault(
                str(where), {"state": {"$in": []}, **where, "assigned": {"$in": ["", member["_id"]]}}
            )
            clause["state"]["$in"].append(state.value)
    return list(reached.values())


def _steps_reach(member: Member, state: State) -> list[Document]:
    """The queries for where a member may take a step of staff from a state; [] for nowhere."""
    steps = steps_from(state).values()
    scopes = {step.scope for step in steps if step.who is Who.STAFF and step.scope}
    found = [where for scope in sorted(scopes) if (where := within(member, scope)) is not None]
    return [{}] if {} in found else found[:1]


def _overdue(member: Member, now: datetime) -> list[Document]:
    """What is overdue, for who supervises it."""
    where = within(member, Scope.APPLICATIONS_SUPERVISE)
    if where is None:
        return []
    states = [state.value for state in CLOCKED]
    return [{"state": {"$in": states}, **where, "due_at": {"$lt": now}}]
