"""Days and times as people may send them: a wild one is no input, before anybody reckons with it."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))
]
