"""What a tap on the menu sends."""

HELP_KEY = "help"
"""The key of the menu's 帮助."""
BOOK_KEY = "book"
"""The key of the menu's 预约, which begins a conversation."""
