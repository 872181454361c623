"""What the demo's calendar begins with: the first days of next year, entered while its notice is awaited."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from models.calendar import Days, Kind
from models.events import Cause, Channel
from models.festivals import LAST_PUBLISHED_YEAR
from models.stores import Stores
from models.workdays import local_date

KEEPER = "management"


async def make_once(stores: Stores, now: datetime) -> bool:
    """Enter them where nothing of the year is; False where something is, or where its notice is known."""
    year = local_date(now).year + 1
    years, keeper = stores.calendar_years, await stores.staff.get(KEEPER)
    if year <= LAST_PUBLISHED_YEAR or (await years.of_year(year))["revision"]:
        return False
    by = Cause(f"staff:{KEEPER}", now, Channel.WINDOW, f"demo-{uuid4().hex[:12]}")
    first = date(year, 1, 1)
    sunday = first + timedelta(days=3 + (6 - (first + timedelta(days=3)).weekday()))
    holiday = Days(first, first + timedelta(days=2), Kind.OFF, "元旦（示例）")
    await years.set_days(holiday, 0, keeper, by)
    await years.set_days(Days(sunday, sunday, Kind.WORKED, "元旦调休上班（示例）"), 1, keeper, by)
    return True
