"""A member of the staff as kept, and whether the member is let in (article 5)."""

from datetime import datetime
from enum import StrEnum
from typing import NotRequired, TypedDict

from models.staff.scopes import Role
from models.store import Document, Record

PRESENT: Document = {"suspended_at": None, "left_at": None}
"""The query for the members who are let in."""


class Standing(StrEnum):
    """Whether a member works here, and is let in."""

    PRESENT = "present"
    SUSPENDED = "suspended"
    LEFT = "left"


class SecondFactor(TypedDict):
    """By what a member proves, besides the password, who they are: the `secret` that their authenticator
    shares (sealed), the last time step whose code was `used`, and keyed hashes of the `recovery` codes that
    are left."""

    secret: str
    used: int
    recovery: list[str]


class Listed(TypedDict):
    """What the list of members finds them by, in one index: their `standing` in a word, user name and name in
    small letters, and the names of their roles, each between spaces."""

    standing: str
    text: str
    roles: str


class Phone(TypedDict):
    """A phone that was in the member's hands: its `number` (sealed), and since when it is kept."""

    number: str
    since: datetime


class Wechat(TypedDict):
    """A member's own WeChat: the `openid` of the official account (sealed), its keyed hash `index`, which no
    other member has, and since when it is kept."""

    openid: str
    index: str
    since: datetime


class Linking(TypedDict):
    """A way to bind a WeChat that is open `until` a moment: SHA-256 of its `token`, and, once a WeChat has
    taken it, what that is (`openid` sealed, `index`) and the `code` (sealed) that it was shown, and how often
    one was entered (`tries`)."""

    token: str
    until: datetime
    tries: int
    openid: NotRequired[str]
    index: NotRequired[str]
    code: NotRequired[str]


class View(TypedDict):
    """A view that a member keeps: the address of the list, its name, and what the list is asked for."""

    list: str
    name: str
    asked: dict[str, str]


class Absence(TypedDict):
    """A member is away from the local day `first` to the day `last` (ISO), both whole, and a `substitute` may
    act for them; `set_by` and `ended_by` are actors."""

    id: str
    substitute: str
    first: str
    last: str
    set_by: str
    set_at: datetime
    ended_at: datetime | None
    ended_by: NotRequired[str]


class Member(Record):
    """A member of the staff; `_id` is the user name. Who has no `department` is of none; `halls` (codes) and
    `townships` (names, as halls have them) are where roles of such a reach go. Who was suspended
    (`suspended_at`) or has left (`left_at`) is not let in. A password that is to be changed first was given
    at `one_time`. `enrolling` is the sealed secret of an authenticator that is not proven yet. `phone` and
    `wechat` are for what is told to the member; `views` are the member's own, of the panel's lists.
    `vouched` counts how often this administrator stayed when another one ceased. What is assigned to one who
    leaves goes to the `heir` ("" for nobody): so many were `handed_over`, and at `handed_over_at` it was
    done."""

    name: str
    password_hash: str
    department: str | None
    roles: list[Role]
    halls: list[str]
    townships: list[str]
    suspended_at: NotRequired[datetime]
    left_at: NotRequired[datetime]
    listed: Listed
    one_time: NotRequired[datetime]
    second: NotRequired[SecondFactor]
    enrolling: NotRequired[str]
    phone: NotRequired[Phone]
    wechat: NotRequired[Wechat]
    linking: NotRequired[Linking]
    views: NotRequired[list[View]]
    vouched: NotRequired[int]
    absences: NotRequired[list[Absence]]
    heir: NotRequired[str]
    handed_over: NotRequired[int]
    handed_over_at: NotRequired[datetime]


def administers(member: Member) -> bool:
    return Role.ADMINISTRATOR in member["roles"] and is_let_in(member)


def standing(member: Member) -> Standing:
    if member.get("left_at"):
        return Standing.LEFT
    return Standing.SUSPENDED if member.get("suspended_at") else Standing.PRESENT


def is_let_in(member: Member) -> bool:
    return standing(member) is Standing.PRESENT
