"""How devices behave: what each says of itself, heartbeat after heartbeat."""

from enum import StrEnum
from typing import Any


class Manner(StrEnum):
    IDLE = "idle"  # nobody comes
    BUSY = "busy"  # people come and print
    LOW = "low"  # its toner runs out
    BROKEN = "broken"  # paper is jammed


FULL, REFILLED = 96, 15
"""Percent of paper, after and before somebody brings more."""
WELL: dict[str, Any] = {"printer": ["none"], "scanner": ["none"], "network": {"rtt_ms": 24}}
JAMMED: dict[str, Any] = {**WELL, "printer": ["media-jam-error"], "reader": ["none"]}
TONER_LOW: dict[str, Any] = {**WELL, "printer": ["toner-low-warning"]}


def said(manner: Manner, number: int, software: str) -> dict[str, Any]:
    """The heartbeat of a device that has sent `number` before it."""
    serving = manner is Manner.BUSY and number % 5 in (1, 2)
    served = number // 5
    heartbeat: dict[str, Any] = {
        "state": "serving" if serving else "idle",
        "session": serving,
        "peripherals": WELL,
        "paper": FULL,
        "toner": 70,
        "software": software,
        "temperature": 34.5,
    }
    if manner is Manner.BUSY:
        return heartbeat | {"paper": FULL - served % (FULL - REFILLED)}
    if manner is Manner.LOW:
        return heartbeat | {"peripherals": TONER_LOW, "paper": 55, "toner": 9}
    if manner is Manner.BROKEN:
        return heartbeat | {"state": "fault", "peripherals": JAMMED, "paper": 60}
    return heartbeat
