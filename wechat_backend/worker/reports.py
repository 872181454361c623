"""Writes what the government's systems are told: the acceptance system, and 好差评 in its own field names."""
