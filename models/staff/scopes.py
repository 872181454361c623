"""Roles, and what each may do and where (article 5)."""

from datetime import datetime
from enum import StrEnum
from typing import NotRequired, Self

from models.errors import Forbidden
from models.store import Record


class ScopeMissing(Forbidden):
    code = "scope_missing"
    message = "您的岗位没有此项权限"


class Scope(StrEnum):
    """What a role may let a member do, with a sentence that says it."""

    sentence: str

    def __new__(cls, name: str, sentence: str) -> Self:
        member = str.__new__(cls, name)
        member._value_, member.sentence = name, sentence
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
    )
    APPLICANTS_VERIFY = "applicants:verify", "Verify a credential at a window (article 7)."
    DELIVERIES_READ = "deliveries:read", "See what could not be sent, and what is used of the day's messages."
    DELIVERIES_RETRY = "deliveries:retry", "Send again what could not be sent."


class Reach(StrEnum):
    """How far a role's scopes go; appointments always end at the halls of the member's own record. What a
    record does not name is none: only a role says that a member reaches all."""

    DEPARTMENT = "department"  # the member's own
    HALLS = "halls"  # those of the member's own record
    DISTRICT = "district"


class Role(StrEnum):
    """A role is one record: its name, what people call it, its reach, its scopes."""

    label: str
    reach: Reach
    scopes: frozenset[Scope]

    def __new__(cls, name: str, label: str, reach: Reach, *scopes: Scope) -> Self:
        member = str.__new__(cls, name)
        member._value_, member.label, member.reach, member.scopes = name, label, reach, frozenset(scopes)
        return member

    WINDOW = (
        "window",
        "综合窗口",
        Reach.DISTRICT,
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_ACCEPT,
        Scope.APPOINTMENTS_RECORD,
        Scope.APPLICANTS_VERIFY,
    )
    APPROVER = (
        "approver",
        "审批人员",
        Reach.DEPARTMENT,
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_ACCEPT,
        Scope.APPLICATIONS_DECIDE,
    )
    SERVICE_MANAGEMENT = (
        "service_management",
        "政务管理科",
        Reach.DISTRICT,
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_SUPERVISE,
        Scope.OBJECTIONS_DECIDE,
    )
    DIGITAL_AFFAIRS = (
        "digital_affairs",
        "电子公务科",
        Reach.DISTRICT,
        Scope.DELIVERIES_READ,
        Scope.DELIVERIES_RETRY,
    )
    SERVICE_CENTRE = "service_centre", "区政务服务中心", Reach.HALLS, Scope.APPOINTMENTS_RECORD
    TOWNSHIP = "township", "镇街", Reach.HALLS, Scope.APPOINTMENTS_RECORD


ROLES = {role.value: role for role in Role}


class Member(Record):
    """A member of the staff; `_id` is the user name. Who has no `department` is of none, and records
    appointments at the `halls` alone. Who was suspended (`suspended_at`) is not let in."""

    name: str
    password_hash: str
    department: str | None
    roles: list[Role]
    halls: list[str]
    suspended_at: NotRequired[datetime]


def scopes_of(member: Member) -> frozenset[Scope]:
    return frozenset().union(*(role.scopes for role in member["roles"]))


def district_wide(member: Member, scope: Scope) -> bool:
    """Whether a role gives a member the scope for every department."""
    return any(role.reach is Reach.DISTRICT and scope in role.scopes for role in member["roles"])


def reaches(member: Member, scope: Scope, department: str) -> bool:
    """Whether what a member may do by a scope goes as far as this department."""
    return district_wide(member, scope) or member["department"] == department


def check_scope(member: Member, scope: Scope) -> None:
    """
    Raises:
        Forbidden: `scope_missing`.
    """
    if scope not in scopes_of(member):
        raise ScopeMissing


def serves(member: Member, hall: str) -> bool:
    """Whether a hall is one of a member's own."""
    return hall in member["halls"]
