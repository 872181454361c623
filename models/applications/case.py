"""A case: an application together with the version of the guide under which it was made.

An `OwnCase` can only be made for its applicant, and a `StaffCase` only for a member who may read it.
"""

from dataclasses import dataclass, replace
from typing import Self

from models.applications.actions import PRIVATE, State
from models.applications.document import Application
from models.applications.rules import ApplicationNotFound, files_of
from models.guides import Guide
from models.materials.store import Materials
from models.people import Party
from models.staff import Member, Scope, check_scope, reaches


@dataclass(frozen=True)
class Case:
    """An application and its guide; another version of the guide is a mistake of the caller's."""

    application: Application
    guide: Guide

    def __post_init__(self) -> None:
        if self.guide.key != self.application["guide"]:
            raise AssertionError(f"{self.guide.key} is not the guide of this application")

    @property
    def key(self) -> str:
        return self.application["_id"]

    @property
    def state(self) -> State:
        return self.application["state"]

    def changed_to(self, application: Application) -> Self:
        """The same case after a change."""
        return replace(self, application=application)


@dataclass(frozen=True)
class OwnCase(Case):
    """A case of the party's own.

    Raises:
        ApplicationNotFound: it is another applicant's, or a draft that was deleted.
    """

    party: Party

    def __post_init__(self) -> None:
        super().__post_init__()
        check_own(self.application, self.party)


@dataclass(frozen=True)
class StaffCase(Case):
    """A case that the member may read.

    Raises:
        Forbidden: `scope_missing`.
        ApplicationNotFound: it has not been handed in, or the member's reach ends before its department:
            nobody learns what other departments have.
    """

    member: Member

    def __post_init__(self) -> None:
        super().__post_init__()
        check_scope(self.member, Scope.APPLICATIONS_READ)
        there = reaches(self.member, Scope.APPLICATIONS_READ, self.application["department"])
        if self.state in PRIVATE or not there:
            raise ApplicationNotFound

    def file(self, key: str) -> str:
        """The id of a file that the department has had with it.

        Raises:
            MaterialNotFound: it is none; it may be one of another application.
        """
        if key not in files_of(self.application):
            raise Materials.missing
        return key


def check_own(application: Application, party: Party) -> None:
    """
    Raises:
        ApplicationNotFound: it is another applicant's, or a draft that was deleted.
    """
    if application["state"] is State.DISCARDED:
        raise ApplicationNotFound
    if application["applicant"] != party.id:
        raise ApplicationNotFound(application["applicant"])
