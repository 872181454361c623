"""Roles, and what each may do and where."""

from enum import StrEnum

from models.errors import Forbidden
from models.store import Document


class ScopeMissing(Forbidden):
    code = "scope_missing"
    message = "您的岗位没有此项权限"


class Role(StrEnum):
    WINDOW = "window"  # 综合窗口
    APPROVER = "approver"  # 审批人员
    SERVICE_MANAGEMENT = "service_management"  # 政务管理科
    DIGITAL_AFFAIRS = "digital_affairs"  # 电子公务科
    SERVICE_CENTRE = "service_centre"  # 区政务服务中心
    TOWNSHIP = "township"  # 镇街


SCOPES: dict[Role, frozenset[str]] = {
    Role.WINDOW: frozenset(
        {"applications:read", "applications:accept", "appointments:record", "applicants:verify"}
    ),
    Role.APPROVER: frozenset({"applications:read", "applications:accept", "applications:decide"}),
    Role.SERVICE_MANAGEMENT: frozenset(
        {"applications:read", "applications:supervise", "reviews:read", "guides:publish"}
    ),
    Role.DIGITAL_AFFAIRS: frozenset({"deliveries:read", "deliveries:retry"}),
    Role.SERVICE_CENTRE: frozenset({"appointments:record", "reviews:read"}),
    Role.TOWNSHIP: frozenset({"appointments:record"}),
}
EVERY_DEPARTMENT = frozenset({Role.WINDOW, Role.SERVICE_MANAGEMENT})
"""Roles that reach over all departments, with their own scopes."""


def scopes(member: Document) -> frozenset[str]:
    return frozenset().union(*(SCOPES[Role(role)] for role in member["roles"]))


def department_limit(member: Document, scope: str) -> str | None:
    """The one department for which a member has a scope; None is all of them."""
    own: str | None = member["department"]
    wide = EVERY_DEPARTMENT.intersection(member["roles"])
    return None if any(scope in SCOPES[role] for role in wide) else own


def check_scope(member: Document, scope: str) -> None:
    """
    Raises:
        Forbidden: `scope_missing`.
    """
    if scope not in scopes(member):
        raise ScopeMissing


def serves(member: Document, hall: str) -> bool:
    """Whether a hall is one of a member's own; who has no list of halls serves all of them."""
    halls: list[str] | None = member.get("halls")
    return halls is None or hall in halls
