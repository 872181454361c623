"""Who writes: in which roles a person may act, and in which tongue they are answered."""

from handlers.chat.dialogue.state import State
from handlers.chat.dialogue.steps import SELF
from handlers.chat.dialogue.words import Tongue
from handlers.web.services import Services
from models.people import Account, ApplicantKind, Party


def tongue_of(state: State, account: Account | None) -> Tongue:
    """English for who writes it, or has chosen it and does not write Chinese; short sentences for who has
    chosen large text."""
    if speaks_english(state, account):
        return Tongue.ENGLISH
    return Tongue.ELDER if account and account["elder"] else Tongue.CHINESE


def speaks_english(state: State, account: Account | None) -> bool:
    if state.english is None:
        return bool(account and account.get("language") == "en")
    return state.english


async def roles_of(services: Services, account: Account | None) -> dict[str, Party]:
    """In which roles the user of an account may act, the present one first; none before the real name."""
    person = account and await services.applicants.find_by_account(account["_id"])
    if not account or not person:
        return {}
    own = Party(person, person, account["_id"])
    found = {SELF: own}
    for acting in await services.binding.others(own, list(ApplicantKind)):
        if acting.body:
            body = await services.applicants.get(acting.body)
            found[acting.body] = Party(body, person, account["_id"])
    present = account.get("acting") or SELF
    return {role: found[role] for role in sorted(found, key=lambda role: role != present)}
