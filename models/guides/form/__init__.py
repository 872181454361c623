"""The form of a guide: what it asks, and whether it is answered."""
