"""The members of staff that tests know by name, and what each is there for."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.staff.scopes import Role
from tests.house.guides import OTHER, USCC

PASSWORD = "a password of the tests"


@dataclass(frozen=True)
class Post:
    """`halls` are those that the member records for; None is all of them."""

    roles: tuple[Role, ...]
    department: str | None = None
    halls: tuple[str, ...] | None = None


POSTS: Mapping[str, Post] = {
    "window": Post((Role.WINDOW,)),
    "approver": Post((Role.APPROVER,), USCC),
    "approver_everywhere": Post((Role.APPROVER,)),
    "both": Post((Role.APPROVER, Role.WINDOW), USCC),
    "civil": Post((Role.APPROVER,), OTHER),
    "management": Post((Role.SERVICE_MANAGEMENT,)),
    "digital": Post((Role.DIGITAL_AFFAIRS,)),
    "centre": Post((Role.SERVICE_CENTRE,)),
    "township": Post((Role.TOWNSHIP,)),
    "elsewhere": Post((Role.TOWNSHIP,), halls=("wanbo",)),
}
"""By user name."""
USUALLY = "approver"
"""Who acts where a test does not say."""
