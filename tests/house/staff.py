"""The members of staff that tests know by name, and what each is there for."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.staff.scopes import Role
from tests.house.guides import OTHER, USCC
from tests.house.places import HALL

PASSWORD = "a password of the tests"
SECRET = "TESTSECRETOFTHETESTSTESTSECRET22"
"""Of the authenticator of each member whose role needs one; in base 32."""


@dataclass(frozen=True)
class Post:
    """`halls` and `townships` are those that the record names."""

    roles: tuple[Role, ...]
    department: str | None = None
    halls: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()


POSTS: Mapping[str, Post] = {
    "window": Post((Role.WINDOW,), halls=(HALL.code,)),
    "approver": Post((Role.APPROVER,), USCC),
    "unplaced": Post((Role.APPROVER, Role.SERVICE_CENTRE)),
    "both": Post((Role.APPROVER, Role.WINDOW), USCC, halls=(HALL.code,)),
    "civil": Post((Role.APPROVER,), OTHER),
    "management": Post((Role.SERVICE_MANAGEMENT,)),
    "admin": Post((Role.ADMINISTRATOR,)),
    "digital": Post((Role.DIGITAL_AFFAIRS,)),
    "centre": Post((Role.SERVICE_CENTRE,), halls=(HALL.code,)),
    "township": Post((Role.TOWNSHIP,), townships=(HALL.township,)),
    "elsewhere": Post((Role.TOWNSHIP,), townships=("南村镇",)),
}
"""By user name."""
USUALLY = "approver"
"""Who acts where a test does not say."""
