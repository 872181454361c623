"""What is wrong with a kiosk now, as the watch knows it."""

from datetime import datetime
from typing import NamedTuple

from models.kiosks.document import Labelled


class Fault(Labelled):
    OFFLINE = "offline", "离线"
    FAULT = "fault", "故障"


class Trouble(NamedTuple):
    kiosk: str
    what: Fault
    since: datetime
