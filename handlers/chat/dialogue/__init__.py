"""Booking wholly inside the chat: state in, message in → state out, words out, and what is to be done."""

from handlers.chat.dialogue.talk import Talk

__all__ = ["Talk"]
