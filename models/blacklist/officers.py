"""That different people propose, confirm and decide on the appeal (article 28); who may is told by scopes."""

from collections.abc import Iterable

from models.errors import Refused
from models.events import Cause
from models.staff import Member, Scope, ScopeMissing, district_wide


class SameOfficer(Refused):
    code = "same_officer"
    message = "提出、复核和处理申诉须由不同的人办理，请交由另一位同事处理"


def check_reads(member: Member) -> None:
    """Those who decide, and those who decide on appeals, read what a decision rests on.

    Raises:
        Forbidden: `scope_missing`.
    """
    if not any(district_wide(member, scope) for scope in (Scope.BLACKLIST_DECIDE, Scope.APPEALS_DECIDE)):
        raise ScopeMissing


def people_of(by: Cause) -> list[str]:
    """Who acts, and the absent one for whom they do."""
    return [by.actor, by.on_behalf_of] if by.on_behalf_of else [by.actor]


def is_another(before: Iterable[str], by: Cause) -> bool:
    """Whether nobody who acts has acted `before`, or stands in for one who did."""
    return not any(by.is_by(one) for one in before)


def check_another(before: Iterable[str], by: Cause) -> None:
    """Nobody decides on what they proposed or decided `before`, nor stands in for another to do so.

    Raises:
        Refused: `same_officer`.
    """
    if not is_another(before, by):
        raise SameOfficer
