"""Uploaded files: whether one can be taken, and how it is kept (article 14)."""
