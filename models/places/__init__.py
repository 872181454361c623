"""The halls and stations, their hours and capacities (article 9)."""

from models.places.halls import Hall, HallKind, Halls, Slot, slots

__all__ = ["Hall", "HallKind", "Halls", "Slot", "slots"]
