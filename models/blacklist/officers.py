"""Who may decide on the blacklist, and that two different people do (article 28)."""

from collections.abc import Iterable

from models.errors import Refused
from models.events import Cause
from models.staff import Member, Role, ScopeMissing


class SameOfficer(Refused):
    code = "same_officer"
    message = "提出、复核和处理申诉须由不同的人办理，请交由另一位同事处理"


DECIDES = frozenset({Role.SERVICE_MANAGEMENT})
FLAGS = DECIDES | {Role.WINDOW, Role.REVIEWER, Role.APPROVER, Role.SUPERVISOR}


def check_decides(member: Member) -> None:
    """Service management alone decides.

    Raises:
        Forbidden: `scope_missing`.
    """
    _check_role(member, DECIDES)


def check_flags(member: Member) -> None:
    """Windows and departments flag what they have seen, for service management to look at.

    Raises:
        Forbidden: `scope_missing`.
    """
    _check_role(member, FLAGS)


def people_of(by: Cause) -> list[str]:
    """Who acts, and the absent one for whom they do."""
    return [by.actor, by.on_behalf_of] if by.on_behalf_of else [by.actor]


def check_another(before: Iterable[str], by: Cause) -> None:
    """Nobody decides on what they proposed or decided `before`, nor stands in for another to do so.

    Raises:
        Refused: `same_officer`.
    """
    if any(by.is_by(one) for one in before):
        raise SameOfficer


def _check_role(member: Member, roles: frozenset[Role]) -> None:
    if not roles & set(member["roles"]):
        raise ScopeMissing
