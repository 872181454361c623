"""The command `figures`: rebuilds the figures of reviews from what is true, and compares."""

from collections.abc import Callable

from models.voices.recount import Found
from wechat_backend.database.connection import WORKER_PATIENCE, connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import check_current
from wechat_backend.gateways import Gateways
from wechat_backend.settings import Settings
from wechat_backend.wiring import build_stores, privacy_of, utc_now

DIFFERED = 3
"""The exit code where the figures were not what they must be, also where they were put right."""


async def run(settings: Settings, say: Callable[[str], None], *, replace: bool) -> int:
    """Beside the running service; the exit code.

    Raises:
        wechat_backend.database.connection.DatabaseUnreachable
        wechat_backend.database.migrations.record.MigrationError: the database is not of this code's shape.
    """
    database = await connect(
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver, WORKER_PATIENCE
    )
    gateways = Gateways(settings, database, privacy_of(settings), utc_now)
    try:
        await check_current(database, ALL, utc_now())
        stores = build_stores(settings, database, gateways)
        await stores.calendar_years.refresh()
        for store in (stores.figures, stores.review_ticks):
            await store.prepare()
        found = await stores.recount.run(replace=replace)
    finally:
        gateways.close()
        await database.close()
    for line in told(found, replaced=replace):
        say(line)
    return DIFFERED if found.differences else 0


def told(found: Found, *, replaced: bool) -> list[str]:
    """What was found, a line each, and the sum of it last."""
    lines = [f"{key}: {words}" for key, words in found.differences.items()]
    lines += [f"{matter}: waits for a worker" for matter in sorted(found.waiting)]
    verb = "put right" if replaced else "different"
    count = len(found.differences)
    return [
        *lines,
        f"{found.matters} matters, {found.cells} cells: {count} {verb}, {len(found.waiting)} waiting",
    ]
