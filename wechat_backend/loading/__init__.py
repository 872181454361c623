"""Reads `data/` and puts it in the database."""
