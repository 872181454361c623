"""Several applications accepted at once: each is a step of its own with its own outcome (article 12)."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.applications.document import Application
from models.applications.handling import CaseHandling
from models.applications.rules import ApplicationMovedOn
from models.errors import BadInput, DomainError
from models.events import Cause
from models.staff import Member

MOST_AT_ONCE = 30
"""What a page of the queue shows."""


class NothingChosen(BadInput):
    code = "nothing_chosen"
    message = "请先勾选要受理的办件"
    field = "chosen"


class TooManyChosen(BadInput):
    code = "too_many_chosen"
    message = "一次最多受理{most}件，请分批受理"
    field = "chosen"


@dataclass(frozen=True)
class Outcome:
    """What became of one; `application` is None where the member may not read it, and `error` says why it was
    not accepted."""

    application: Application | None
    error: DomainError | None = None


async def accept_each(
    handling: CaseHandling, member: Member, chosen: Mapping[str, str], by: Cause
) -> list[Outcome]:
    """Accept each of these, by id and the `version` that was seen, as it was sent, one after the other.

    Raises:
        NothingChosen, TooManyChosen: none is accepted.
    """
    if not chosen:
        raise NothingChosen
    if len(chosen) > MOST_AT_ONCE:
        raise TooManyChosen(most=MOST_AT_ONCE)
    return [await _accept(handling, member, key, version, by) for key, version in chosen.items()]


async def _accept(handling: CaseHandling, member: Member, key: str, version: str, by: Cause) -> Outcome:
    seen = None
    try:
        case = await handling.case(key, member)
        seen = case.application
        if str(seen["version"]) != version:
            raise ApplicationMovedOn
        return Outcome((await handling.accept(case, by)).application)
    except DomainError as error:
        return Outcome(seen, error)
