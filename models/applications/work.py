"""Which applications wait for a member: those that the member may take a step with (article 10)."""

from collections.abc import Iterable

from models.applications.actions import Action, State, Who, steps_from
from models.staff import Member, Reach, Scope, reaches_of
from models.store import Document

CLOCKED = (State.SUBMITTED, State.ACCEPTED)
"""The states in which a deadline of the department's runs: what stands there waits for staff."""

ASKED_BEFORE: Document = {"supplements.0.at": {"$exists": True}}
"""The query for what was sent back before, in words by which an index can be partial."""


def visible(member: Member, states: Iterable[str]) -> list[Document]:
    """What a member may read in these states: it fulfils one of these queries."""
    within = _within(member, Scope.APPLICATIONS_READ)
    return [] if within is None else [{"state": {"$in": list(states)}, **within}]


def work_of(member: Member) -> list[Document]:
    """What waits for a step that `rules.may` allows the member: it fulfils one of these queries."""
    clauses = [clause for state in CLOCKED for clause in _clauses(member, state)]
    groups: dict[str, Document] = {}
    for clause in clauses:  # states of one reach are one clause, which one index reads in order
        rest = {name: value for name, value in clause.items() if name != "state"}
        groups.setdefault(str(rest), {"state": {"$in": []}, **rest})["state"]["$in"].append(clause["state"])
    return list(groups.values())


def _clauses(member: Member, state: State) -> list[Document]:
    """Of one state: all of it, or a department's; and of what was sent back before, for which only a
    supervisor may ask again (article 12)."""
    steps = {action: step for action, step in steps_from(state).items() if step.who is Who.STAFF}
    scopes = {step.scope for step in steps.values() if step.scope}
    reached = [within for scope in sorted(scopes) if (within := _within(member, scope)) is not None]
    if {} in reached:
        return [{"state": state.value}]
    clauses = [{"state": state.value, **reached[0]}] if reached else []
    within = _within(member, Scope.APPLICATIONS_SUPERVISE)
    if Action.REQUEST_SUPPLEMENT in steps and within is not None:
        clauses.append({"state": state.value, **ASKED_BEFORE, **within})
    return clauses


def _within(member: Member, scope: Scope) -> Document | None:
    """The query for what a member may do by a scope: everywhere, in the own department, or nowhere (None); a
    member reads wherever the member acts."""
    reached = reaches_of(member, scope)
    if Reach.DISTRICT in reached:
        return {}
    return {"department": member["department"]} if Reach.DEPARTMENT in reached else None
