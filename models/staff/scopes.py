"""Roles: what each may do, and how far it goes (article 5)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self


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
    SCHEDULES_KEEP = (
        "schedules:keep",
        "Write the hours and windows of a hall, and see to visits that do not fit them any more.",
    )
    OBJECTIONS_DECIDE = (
        "objections:decide",
        "Decide on objections to how a visit was recorded to have ended.",
        True,
    )
    APPLICANTS_VERIFY = "applicants:verify", "Verify a credential at a window (article 7)."
    PAPERS_SERVE = (
        "papers:serve",
        "Serve papers: call, send letters, publish notices; see the phone, on record.",
    )
    REVIEWS_READ = "reviews:read", "Read the reviews of a department, without who gave them."
    REVIEWS_MODERATE = (
        "reviews:moderate",
        "Read the uncivil words of a review, and show or withhold them.",
        True,
    )
    RECTIFICATIONS_HANDLE = (
        "rectifications:handle",
        "Rectify what a bad review is about and, on record, see how to reach who gave it.",
    )
    DISPUTES_RAISE = "disputes:raise", "Dispute a review of one's department, with grounds."
    DISPUTES_DECIDE = (
        "disputes:decide",
        "Ask who gave a disputed review for a word, and uphold it or set it aside.",
        True,
    )
    BLACKLIST_FLAG = (
        "blacklist:flag",
        "Raise a flag on what was seen of an applicant, for service management to look at.",
    )
    BLACKLIST_DECIDE = (
        "blacklist:decide",
        "See all flags and decisions of the blacklist; dismiss, propose, confirm, decline, delist.",
        True,
    )
    APPEALS_DECIDE = (
        "appeals:decide",
        "See appeals against decisions of the blacklist, and keep or lift the decision.",
        True,
    )
    KIOSKS_READ = "kiosks:read", "See the kiosks within reach: their life, their papers and their devices."
    KIOSKS_REQUEST = (
        "kiosks:request",
        "Ask for kiosks of one's department, suspend them, take them out (article 21).",
    )
    KIOSKS_CONTACT = "kiosks:contact", "Name the one contact of a department."
    KIOSKS_APPROVE = (
        "kiosks:approve",
        "Review kiosks, give them their place and their codes, decide on retirement.",
    )
    KIOSKS_KEEP = (
        "kiosks:keep",
        "Look after the kiosks of a hall: faults, notices, taking them away, handing them back.",
    )
    ALERTS_HANDLE = "alerts:handle", "See the alerts of the halls within reach, and take them on."
    DUTY_KEEP = "duty:keep", "Say who of one's section is on duty, and who stands behind them."
    CALENDAR_KEEP = (
        "calendar:keep",
        "Say which days are worked, and that a year's holiday notice is entered whole.",
    )
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
        Scope.PAPERS_SERVE,
        Scope.BLACKLIST_FLAG,
    )
    REVIEWER = (
        "reviewer",
        "审查人员",
        Reach.DEPARTMENT,
        "Examines what was handed in, for those who decide.",
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_ACCEPT,
        Scope.PAPERS_SERVE,
        Scope.BLACKLIST_FLAG,
    )
    APPROVER = (
        "approver",
        "审批人员",
        Reach.DEPARTMENT,
        "Decides on applications.",
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_ACCEPT,
        Scope.APPLICATIONS_DECIDE,
        Scope.PAPERS_SERVE,
        Scope.BLACKLIST_FLAG,
    )
    SUPERVISOR = (
        "supervisor",
        "部门负责人",
        Reach.DEPARTMENT,
        "Answers for the work of a department.",
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_SUPERVISE,
        Scope.STAFF_ABSENCES,
        Scope.REVIEWS_READ,
        Scope.RECTIFICATIONS_HANDLE,
        Scope.DISPUTES_RAISE,
        Scope.BLACKLIST_FLAG,
        Scope.KIOSKS_READ,
        Scope.KIOSKS_CONTACT,
    )
    SERVICE_MANAGEMENT = (
        "service_management",
        "政务管理科",
        Reach.DISTRICT,
        "Watches over the work of all departments, and decides on objections.",
        Scope.APPLICATIONS_READ,
        Scope.APPLICATIONS_SUPERVISE,
        Scope.OBJECTIONS_DECIDE,
        Scope.PAPERS_SERVE,
        Scope.REVIEWS_READ,
        Scope.REVIEWS_MODERATE,
        Scope.RECTIFICATIONS_HANDLE,
        Scope.DISPUTES_DECIDE,
        Scope.BLACKLIST_FLAG,
        Scope.BLACKLIST_DECIDE,
        Scope.APPEALS_DECIDE,
        Scope.CALENDAR_KEEP,
    )
    DIGITAL_AFFAIRS = (
        "digital_affairs",
        "电子公务科",
        Reach.DISTRICT,
        "Runs the systems of every online way, and decides where each kiosk stands.",
        Scope.KIOSKS_READ,
        Scope.KIOSKS_APPROVE,
        Scope.ALERTS_HANDLE,
        Scope.DUTY_KEEP,
        Scope.DELIVERIES_READ,
        Scope.DELIVERIES_RETRY,
    )
    SERVICE_CENTRE = (
        "service_centre",
        "区政务服务中心",
        Reach.HALLS,
        "Manages halls from day to day.",
        Scope.APPOINTMENTS_RECORD,
        Scope.SCHEDULES_KEEP,
        Scope.KIOSKS_READ,
        Scope.KIOSKS_KEEP,
        Scope.ALERTS_HANDLE,
        Scope.DUTY_KEEP,
    )
    TOWNSHIP = (
        "township",
        "镇街",
        Reach.TOWNSHIP,
        "Manages the halls of a township.",
        Scope.APPOINTMENTS_RECORD,
        Scope.SCHEDULES_KEEP,
        Scope.KIOSKS_READ,
        Scope.KIOSKS_KEEP,
        Scope.ALERTS_HANDLE,
        Scope.DUTY_KEEP,
    )
    CONTACT = (
        "contact",
        "业务联络人",
        Reach.DEPARTMENT,
        "Looks after a department's kiosks and items, and rectifies what its bad reviews are about.",
        Scope.KIOSKS_READ,
        Scope.KIOSKS_REQUEST,
        Scope.REVIEWS_READ,
        Scope.RECTIFICATIONS_HANDLE,
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
