"""What all parts of the answer to one message ask for is read once."""

from dataclasses import dataclass, field
from datetime import datetime

from handlers.chat.items import named
from handlers.web.services import Services
from models.chat import Kept
from models.guides import Found
from models.people import Account


@dataclass(frozen=True)
class Once:
    """For one message."""

    services: Services
    _found: dict[tuple[str, str], Found] = field(default_factory=dict)
    _accounts: dict[str, Account | None] = field(default_factory=dict)
    _conversations: dict[str, Kept] = field(default_factory=dict)

    async def named(self, words: str, sentence: str = "") -> Found:
        """See `items.named`."""
        if (words, sentence) not in self._found:
            self._found[words, sentence] = await named(self.services, words, sentence)
        return self._found[words, sentence]

    async def account(self, sender: str) -> Account | None:
        if sender not in self._accounts:
            self._accounts[sender] = await self.services.correspondents.find(sender)
        return self._accounts[sender]

    async def conversation(self, sender: str, now: datetime) -> Kept:
        """How it stood when it was asked for first, since the last `forget`."""
        if sender not in self._conversations:
            self._conversations[sender] = await self.services.dialogues.find(sender, now)
        return self._conversations[sender]

    def forget(self, sender: str) -> None:
        """Something was written: what follows is answered from what is there then."""
        self._conversations.pop(sender, None)
        self._accounts.pop(sender, None)
