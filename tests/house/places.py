"""A hall with windows, and what a test wants to be different."""

from typing import Any

from models.places import Hall

MORNING = [["09:00", "12:00"]]
WHOLE_DAY = [*MORNING, ["13:00", "17:00"]]


def hall(code: str = "district", **changes: Any) -> Hall:
    """By default with one window of the group `general`, open on working days."""
    return Hall.model_validate(
        {
            "code": code,
            "kind": "centre",
            "name": "番禺区政务服务中心",
            "name_en": "Panyu District Government Service Centre",
            "address": "番禺区市桥街清河东路319号",
            "township": "市桥街道",
            "location": {"coordinates": [113.384, 22.937]},
            "all_day": True,
            "phone": "020-84601234",
            "windows": {"weekday_hours": WHOLE_DAY, "capacity": {"general": 1}},
            **changes,
        }
    )


def with_windows(capacity: int, hours: list[list[str]] = MORNING, minutes: int = 30, **changes: Any) -> Hall:
    """With so many windows of the group `general`, and slots of so many minutes."""
    windows = {"weekday_hours": hours, "slot_minutes": minutes, "capacity": {"general": capacity}}
    return hall(windows=windows, **changes)


HALL = hall()
