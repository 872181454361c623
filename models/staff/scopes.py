"""Roles, and what each may do and where (article 5)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NotRequired, Self, TypedDict

from models.errors import Forbidden
from models.store import Record


class ScopeMissing(Forbidden):
    code = "scope_missing"
    message = "您的岗位没有此项权限"


class Scope(StrEnum):
    """What a role may let a member do, with a sentence that says it."""

    sentence: str
    needs_second_factor: bool
    """Whether a member who has it signs in with a code too, and gives one again before using it."""

    def __new__(cls, name: str, sentence: str, second_factor: bool = False) -> Self:
        member = str.__new__(cls, name)
        member._value_, member.sentence = name, sentence
        member.needs_second_factor = second_factor
        return member

    APPLICATIONS_READ = (
        "applications:read",
        "See applications, their files, and, on record, whole identities.",
    )
    APPLICATIONS_ACCEPT = "applications:accept", "Accept, ask for a supplement, or refuse to accept."
    APPLICATIONS_DECIDE = "applications:decide", "Conclude with a decision, or return."
    APPLICATIONS_SUPERVISE = (
        "applications:supervise",
        "Ask for a supplement again (article 12), say whose an application is to handle.",
    )
    APPOINTMENTS_RECORD = (
        "appointments:record",
        "See a day's appointments of a hall, and record how each ended.",
    )
    OBJECTIONS_DECIDE = (
        "objections:decide",
        "Decide on objections to how a visit was recorded to have ended.",
        True,
    )
    APPLICANTS_VERIFY = "applicants:verify", "Verify a credential at a window (article 7)."
    DELIVERIES_READ = "deliveries:read", "See what could not be sent, and what is used of the day's messages."
    DELIVERIES_RETRY = "deliveries:retry", "Send again what could not be sent."
    STAFF_ABSENCES = (
        "staff:absences",
        "Say that a member is away, and who stands in.",
    )
    STAFF_MANAGE = (
        "staff:manage",
        "Add members of staff, give them roles, lock them out, end their work.",
        True,
    )


class Reach(StrEnum):
    """How far a role's scope goes, with a sentence that says it. What a member's record does not name is
    none: only a role says that a member reaches all."""

    sentence: str

    def __new__(cls, name: str, sentence: str) -> Self:
        member = str.__new__(cls, name)
        member._value_, member.sentence = name, sentence
        return member

    OWN = "own", "What is entrusted to the member."
    DEPARTMENT = "department", "The department of the member's record."
    HALLS = "halls", "The halls that the member's record names."
    TOWNSHIP = "township", "All halls of the townships that the record names, those added later too."
    DISTRICT = "district", "All departments and halls."


class Role(StrEnum):
    """A role is one record: its name, what people call it, its reach, a sentence of what it is for, its
    scopes; one that goes less far than the role stands with its own reach. A role without scopes lets a
    member do nothing yet."""

    label: str
    reach: Reach
    sentence: str
    within: Mapping[Scope, Reach]
    """How far each scope of the role goes."""

    def __new__(
        cls, name: str, label: str, reach: Reach, sentence: str, *scopes: Scope | tuple[Scope, Reach]
    ) -> Self:
        member = str.__new__(cls, name)
        member._value_, member.label, member.reach, member.sentence = name, label, reach, sentence
        member.within = dict((scope, reach) if isinstance(scope, Scope) else scope for scope in scopes)
        return member

    @property
    def scopes(self) -> frozenset[Scope]:
        return frozenset(self.within)

    WINDOW = (
        "window",
        "综合窗口",
        Reach.DISTRICT,
        "Receives people and their papers at the comprehensive window.",
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_ACCEPT,
        (Scope.APPOINTMENTS_RECORD, Reach.HALLS),
        Scope.APPLICANTS_VERIFY,
    )
    REVIEWER = (
        "reviewer",
        "审查人员",
        Reach.DEPARTMENT,
        "Examines what was handed in, for those who decide.",
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_ACCEPT,
    )
    APPROVER = (
        "approver",
        "审批人员",
        Reach.DEPARTMENT,
        "Decides on applications.",
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_ACCEPT,
        Scope.APPLICATIONS_DECIDE,
    )
    SUPERVISOR = (
        "supervisor",
        "部门负责人",
        Reach.DEPARTMENT,
        "Answers for the work of a department.",
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_SUPERVISE,
        Scope.STAFF_ABSENCES,
    )
    SERVICE_MANAGEMENT = (
        "service_management",
        "政务管理科",
        Reach.DISTRICT,
        "Watches over the work of all departments, and decides on objections.",
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_SUPERVISE,
        Scope.OBJECTIONS_DECIDE,
    )
    DIGITAL_AFFAIRS = (
        "digital_affairs",
        "电子公务科",
        Reach.DISTRICT,
        "Runs the systems of every online way.",
        Scope.DELIVERIES_READ,
        Scope.DELIVERIES_RETRY,
    )
    SERVICE_CENTRE = (
        "service_centre",
        "区政务服务中心",
        Reach.HALLS,
        "Manages halls from day to day.",
        Scope.APPOINTMENTS_RECORD,
    )
    TOWNSHIP = (
        "township",
        "镇街",
        Reach.TOWNSHIP,
        "Manages the halls of a township.",
        Scope.APPOINTMENTS_RECORD,
    )
    CONTACT = (
        "contact",
        "业务联络人",
        Reach.DEPARTMENT,
        "Looks after a department's kiosks and items; the panel has no room for it yet.",
    )
    KIOSK_MAINTAINER = (
        "kiosk_maintainer",
        "终端运维",
        Reach.OWN,
        "Keeps kiosks running; the panel has no room for it yet.",
    )
    AUDITOR = (
        "auditor",
        "审计人员",
        Reach.DISTRICT,
        "Looks at who saw and did what; the panel has no room for it yet.",
    )
    ADMINISTRATOR = (
        "administrator",
        "系统管理员",
        Reach.DISTRICT,
        "Adds members of staff and gives them their roles.",
        Scope.STAFF_ABSENCES,
        Scope.STAFF_MANAGE,
    )


ROLES = {role.value: role for role in Role}


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
