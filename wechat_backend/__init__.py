"""The running service, and everything beyond its walls."""
