"""When a kiosk is offline: pure functions of what was heard and of whether it could be heard.

A loss is noticed within two minutes, whichever process dies: a silence of `SILENT`, then the next look, which
another worker takes when the one that looked is gone. The test of these constants adds them up.
"""

from datetime import datetime, timedelta

from models.kiosks.listening import GAP, Listened

SILENT = timedelta(seconds=90)
"""Three heartbeats that did not come."""
LISTENED = timedelta(minutes=2)
"""After a silence of our own every kiosk has so long to be heard again."""
NOTICED = timedelta(minutes=2)
"""The promise: from the last heartbeat until the loss is known."""


def silent_since(listened: Listened | None, now: datetime) -> datetime | None:
    """A kiosk that was heard last at this moment or before is offline; None where nobody can be judged, since
    heartbeats cannot arrive now, or could not for long enough."""
    if listened is None or now - listened["at"] > GAP:
        return None
    if listened["at"] - listened["since"] < LISTENED:
        return None
    return listened["at"] - SILENT
