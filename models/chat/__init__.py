"""Conversations in WeChat, as far as they are remembered."""

from models.chat.dialogues import Dialogues, Kept
from models.chat.inbox import Answered, Inbox, Listed, digest
from models.chat.keys import BOOK_KEY, HELP_KEY
from models.chat.turns import Repeated, Turn

__all__ = [
    "BOOK_KEY",
    "HELP_KEY",
    "Answered",
    "Dialogues",
    "Inbox",
    "Kept",
    "Listed",
    "Repeated",
    "Turn",
    "digest",
]
