"""What a member is there for (article 5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.errors import BadInput
from models.staff.scopes import ROLES, Reach, Role
from models.store import Document


class RoleMissing(BadInput):
    code = "role_missing"
    message = "请至少选择一个岗位"
    field = "roles"


class RoleUnknown(BadInput):
    code = "role_unknown"
    message = "没有岗位“{role}”，可选：{roles}"
    field = "roles"


class DepartmentMissing(BadInput):
    code = "department_missing"
    message = "岗位“{role}”须选择所属部门"
    field = "department"


class HallsMissing(BadInput):
    code = "halls_missing"
    message = "岗位“{role}”须选择负责的大厅"
    field = "halls"


class TownshipsMissing(BadInput):
    code = "townships_missing"
    message = "岗位“{role}”须选择负责的镇街"
    field = "townships"


@dataclass(frozen=True)
class Post:
    """What a member is there for: roles, and what they go to: a department or none, halls, townships."""

    roles: tuple[Role, ...]
    department: str | None = None
    halls: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()

    def fields(self) -> Document:
        return {
            "roles": [role.value for role in Role if role in self.roles],
            "department": self.department,
            "halls": sorted(set(self.halls)),
            "townships": sorted(set(self.townships)),
        }


def roles_of(names: Iterable[str]) -> tuple[Role, ...]:
    """
    Raises:
        RoleUnknown
    """
    asked = tuple(names)
    for name in asked:
        if name not in ROLES:
            raise RoleUnknown(role=name, roles="、".join(ROLES))
    return tuple(ROLES[name] for name in asked)


def check_post(post: Post) -> None:
    """
    Raises:
        RoleMissing, DepartmentMissing, HallsMissing, TownshipsMissing
    """
    if not post.roles:
        raise RoleMissing
    for role in post.roles:
        if role.reach is Reach.DEPARTMENT and not post.department:
            raise DepartmentMissing(role=role.label)
        if role.reach is Reach.HALLS and not post.halls:
            raise HallsMissing(role=role.label)
        if role.reach is Reach.TOWNSHIP and not post.townships:
            raise TownshipsMissing(role=role.label)
