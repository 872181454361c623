"""The places of the 1+6+N circle, their hours and windows, and the nearest of them (articles 9 and 18)."""

from models.places.hall import Access, Closure, Hall, HallKind, Manager, Slot, Window, Windows, slots
from models.places.halls import Halls, Kept
from models.places.nearest import Near, nearest_working, seen_from, shown_first
from models.places.opening import Working, open_times, working
from models.places.positions import Datum, Position, position, to_gcj02
from models.places.schedules import GROUPS, Changes, ClosureRow, WindowRow, places_on, rescheduled
from models.places.shown import ShownHalls
from models.places.ways import Minutes
from models.places.week import Run, Week

__all__ = [
    "GROUPS",
    "Access",
    "Changes",
    "Closure",
    "ClosureRow",
    "Datum",
    "Hall",
    "HallKind",
    "Halls",
    "Kept",
    "Manager",
    "Minutes",
    "Near",
    "Position",
    "Run",
    "ShownHalls",
    "Slot",
    "Week",
    "Window",
    "WindowRow",
    "Windows",
    "Working",
    "nearest_working",
    "open_times",
    "places_on",
    "position",
    "rescheduled",
    "seen_from",
    "shown_first",
    "slots",
    "to_gcj02",
    "working",
]
