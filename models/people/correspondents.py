"""Who writes in the chat: their accounts, read for many of them at once."""

from models.people.accounts import Account, Accounts
from models.together import Finds


class Correspondents:
    """Followers of the official account, by the openid that their messages have."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts, self._found = accounts, Finds(accounts.documents, "openid")

    async def find(self, openid: str) -> Account | None:
        """The account, if there is one; it is another caller's too, and is not to be changed."""
        found = await self._found.ask(openid)
        return None if found is None else self._accounts.shaped(found)
