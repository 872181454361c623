"""What a tap on the menu sends."""

HELP_KEY = "help"
"""The key of the menu's 帮助."""
