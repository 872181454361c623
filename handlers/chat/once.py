"""What all parts of the answer to one message ask for is read once."""

from dataclasses import dataclass, field
from datetime import datetime

from handlers.chat.dialogue.heard import HallName, hall_names
from handlers.chat.items import named
from handlers.web.services import Services
from models.chat import Kept
from models.guides import Found
from models.people import Account, Correspondent


@dataclass(frozen=True)
class Once:
    """For one message."""

    services: Services
    _found: dict[tuple[str, str], Found] = field(default_factory=dict)
    _writers: dict[str, Correspondent] = field(default_factory=dict)
    _conversations: dict[str, Kept] = field(default_factory=dict)
    _halls: list[tuple[HallName, ...]] = field(default_factory=list)

    async def named(self, words: str, sentence: str = "") -> Found:
        """See `items.named`."""
        if (words, sentence) not in self._found:
            self._found[words, sentence] = await named(self.services, words, sentence)
        return self._found[words, sentence]

    async def halls(self) -> tuple[HallName, ...]:
        """What the halls with windows are called."""
        if not self._halls:
            found = await self.services.shown.halls.all()
            self._halls.append(hall_names(hall for hall in found if hall.windows))
        return self._halls[0]

    async def account(self, sender: str) -> Account | None:
        return (await self._writer(sender)).account

    async def conversation(self, sender: str, now: datetime) -> Kept:
        """How it stood when it was asked for first, since the last `forget`."""
        if sender not in self._conversations:
            found = (await self._writer(sender)).conversation
            self._conversations[sender] = self.services.dialogues.standing(sender, found, now)
        return self._conversations[sender]

    async def _writer(self, sender: str) -> Correspondent:
        if sender not in self._writers:
            self._writers[sender] = await self.services.correspondents.ask(sender)
        return self._writers[sender]

    def forget(self, sender: str) -> None:
        """Something was written: what follows is answered from what is there then."""
        self._conversations.pop(sender, None)
        self._writers.pop(sender, None)
