"""Who writes in the chat."""

from handlers.web.services import Services
from models.errors import Forbidden
from models.people import Party


async def party_of(services: Services, openid: str) -> Party | None:
    """For whom the user of the chat acts; None before the real name is registered."""
    account = await services.correspondents.find(openid)
    person = account and await services.applicants.find_by_account(account["_id"])
    if not account or not person:
        return None
    if body := account.get("acting"):
        try:
            return Party(await services.binding.acting(person, body), person, account["_id"])
        except Forbidden:  # ended meanwhile
            pass
    return Party(person, person, account["_id"])
