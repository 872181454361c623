"""What a member may do, and where: by all the member's roles (article 5)."""

from models.errors import Forbidden
from models.staff.document import Member
from models.staff.scopes import Reach, Scope
from models.store import Document


class ScopeMissing(Forbidden):
    code = "scope_missing"
    message = "您的岗位没有此项权限"


def scopes_of(member: Member) -> frozenset[Scope]:
    return frozenset().union(*(role.scopes for role in member["roles"]))


def reaches_of(member: Member, scope: Scope) -> frozenset[Reach]:
    """How far the roles that give a member the scope take it; empty where none does."""
    return frozenset(role.within[scope] for role in member["roles"] if scope in role.within)


def district_wide(member: Member, scope: Scope) -> bool:
    """Whether a role gives a member the scope for every department."""
    return Reach.DISTRICT in reaches_of(member, scope)


def reaches(member: Member, scope: Scope, department: str) -> bool:
    """Whether a role gives a member the scope for this department."""
    reached = reaches_of(member, scope)
    return Reach.DISTRICT in reached or (Reach.DEPARTMENT in reached and member["department"] == department)


def within(member: Member, scope: Scope) -> Document | None:
    """The query for where a scope takes a member: everywhere, the own department, or nowhere (None)."""
    reached = reaches_of(member, scope)
    if Reach.DISTRICT in reached:
        return {}
    return {"department": member["department"]} if Reach.DEPARTMENT in reached else None


def check_within(member: Member, scope: Scope) -> Document:
    """As `within`.

    Raises:
        Forbidden: `scope_missing`, where it is nowhere.
    """
    if (query := within(member, scope)) is None:
        raise ScopeMissing
    return query


def check_scope(member: Member, scope: Scope) -> None:
    """
    Raises:
        Forbidden: `scope_missing`.
    """
    if scope not in scopes_of(member):
        raise ScopeMissing


def check_district(member: Member, scope: Scope) -> None:
    """For what is of no single department or hall.

    Raises:
        Forbidden: `scope_missing`, also where the scope does not go as far as the district.
    """
    if not district_wide(member, scope):
        raise ScopeMissing


def serves(member: Member, scope: Scope, hall: str, township: str) -> bool:
    """Whether a role gives a member the scope for this hall, which lies in this township."""
    reached = reaches_of(member, scope)
    return (
        Reach.DISTRICT in reached
        or (Reach.HALLS in reached and hall in member["halls"])
        or (Reach.TOWNSHIP in reached and township in member["townships"])
    )
