"""The phone to look at."""
