"""Who writes in the chat, and how their conversation stands: read for many of them in one round trip."""

from collections.abc import Sequence
from typing import NamedTuple

from models.chat import Dialogues
from models.people.accounts import Account, Accounts
from models.store import Document
from models.together import Together, each_their_own


class Correspondent(NamedTuple):
    """What is known of one; `conversation` as `Dialogues.standing` takes it."""

    account: Account | None
    conversation: Document | None


class Correspondents(Together[str, Correspondent]):
    """Followers of the official account, by the openid that their messages have."""

    def __init__(self, accounts: Accounts, dialogues: Dialogues) -> None:
        super().__init__(accounts.documents)
        self.accounts, self.dialogues = accounts, dialogues

    async def find(self, openid: str) -> Account | None:
        """The account, if there is one."""
        return (await self.ask(openid)).account

    async def _round(self, asked: Sequence[str]) -> Sequence[Correspondent]:
        ones = {"$in": [*dict.fromkeys(asked)]}
        conversations = {"coll": self.dialogues.collection, "pipeline": [{"$match": {"_id": ones}}]}
        query = [{"$match": {"openid": ones}}, {"$unionWith": conversations}]
        accounts, dialogues = dict[str, Document](), dict[str, Document]()
        async for one in await self.documents.aggregate(query, batchSize=2 * self.most + 1):
            if "openid" in one:
                accounts[one["openid"]] = one
            else:
                dialogues[one["_id"]] = one
        pairs = zip(each_their_own(accounts, asked), each_their_own(dialogues, asked), strict=True)
        shaped = self.accounts.shaped
        return [Correspondent(shaped(account) if account else None, kept) for account, kept in pairs]
