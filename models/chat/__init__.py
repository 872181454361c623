"""Conversations in WeChat, as far as they are remembered."""

from models.chat.inbox import Answered, Inbox
from models.chat.keys import HELP_KEY

__all__ = ["HELP_KEY", "Answered", "Inbox"]
