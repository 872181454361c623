"""Conversations in WeChat, as far as they are remembered."""
