"""The machines of kiosks: each has its key, says how it is, and does what it is told (docs/devices.md)."""

from simulator.devices.keys import Devices
from simulator.devices.manners import Manner
from simulator.devices.player import Machine, Player

__all__ = ["Devices", "Machine", "Manner", "Player"]
