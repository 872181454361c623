"""What the demo begins with: Panyu's items and halls, and people to work in the panel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.staff import Role


class DataError(Exception):
    pass


@dataclass(frozen=True)
class Member:
    """`department` is its USCC, None for those of no single one."""

    username: str
    name: str
    role: Role
    department: str | None = None


STAFF = (
    Member("window", "陈嘉敏", Role.WINDOW),
    Member("approver", "梁志强", Role.APPROVER),
    Member("management", "黄慧仪", Role.SERVICE_MANAGEMENT),
    Member("digital", "何俊杰", Role.DIGITAL_AFFAIRS),
    Member("centre", "周淑贞", Role.SERVICE_CENTRE),
    Member("township", "罗永康", Role.TOWNSHIP),
)


async def furnish(variables: Mapping[str, str], *, reset: bool, say: Callable[[str], None]) -> None:
    return
