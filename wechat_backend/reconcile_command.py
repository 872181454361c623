"""The command `reconcile`: compares with 好差评 what was said on each day of a span, and mends it there."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from models.voices import Compared
from wechat_backend.database.connection import WORKER_PATIENCE, connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import check_current
from wechat_backend.gateways import Gateways
from wechat_backend.gateways.base import GatewayError
from wechat_backend.settings import Settings
from wechat_backend.wiring import build_stores, privacy_of, utc_now
from wechat_backend.worker.reconciling import Reconciling

DIFFERED, NOT_SAID = 3, 4
"""The exit code where something differed, also where it is mended; and where 好差评 did not answer."""
LONGEST_SPAN = 366
"""Days that are compared at once."""


class SpanWrong(ValueError):
    """What is asked for is no span of days."""


def span(first: date, last: date) -> list[date]:
    """
    Raises:
        SpanWrong: it is empty, or longer than LONGEST_SPAN.
    """
    days = (last - first).days + 1
    if not 1 <= days <= LONGEST_SPAN:
        raise SpanWrong(f"--from must be the day of --to or before it, and at most {LONGEST_SPAN} days")
    return [first + timedelta(days=n) for n in range(days)]


async def run(settings: Settings, days: Sequence[date], say: Callable[[str], None]) -> int:
    """Beside the running service, whose worker tells what is to be told again; the exit code.

    Raises:
        wechat_backend.database.connection.DatabaseUnreachable
        wechat_backend.database.migrations.record.MigrationError: the database is not of this code's shape.
    """
    database = await connect(
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver, WORKER_PATIENCE
    )
    gateways = Gateways(settings, database, privacy_of(settings), utc_now)
    differed = False
    try:
        await check_current(database, ALL, utc_now())
        stores = build_stores(settings, database, gateways)
        await stores.calendar_years.refresh()
        reconciling = Reconciling(stores, gateways.government, utc_now)
        for day in days:
            compared = await reconciling.compare(day)
            differed |= bool(compared["missing"] or compared["different"] or compared["unknown"])
            for line in told(compared):
                say(line)
    except GatewayError as error:
        say(f"the system does not say what it holds: {error.code}")
        return NOT_SAID
    finally:
        gateways.close()
        await database.close()
    return DIFFERED if differed else 0


def told(compared: Compared) -> Iterator[str]:
    """What came of a day, and what is not known here, a line each."""
    counts = ("here", "there", "missing", "different", "on_their_way", "unknown")
    words = ", ".join(f"{compared[name]} {name.replace('_', ' ')}" for name in counts)  # type: ignore[literal-required]
    yield f"{compared['_id']}: {words}"
    yield from (f"  {name}: not known here" for name in compared["names"])
