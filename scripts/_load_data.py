"""Puts data/ into the database of the environment's settings (PANYU_*).

scripts/load-data --check    only checks the files
scripts/load-data            checks them, then writes what is new or changed
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.events import Cause, Channel
from wechat_backend.database.connection import DatabaseUnreachable, connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import MigrationError, check_current
from wechat_backend.loading.loader import FOLDER, Data, DataError, load
from wechat_backend.loading.writer import Counts, prepared, store
from wechat_backend.settings import Settings, SettingsError, load_settings
from wechat_backend.wiring import utc_now


async def write(data: Data, settings: Settings) -> Counts:
    database = await connect(
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver
    )
    try:
        await check_current(database, ALL, utc_now())
        by = Cause("system", datetime.now(UTC), Channel.SYSTEM, f"load-data-{uuid4().hex[:8]}")
        return await store(data, await prepared(database), by)
    finally:
        await database.close()


def main() -> int:
    parser = argparse.ArgumentParser("load-data", description="Load Panyu's halls, departments and items.")
    parser.add_argument("--check", action="store_true", help="only check the files")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    try:
        data = load(options.folder)
        print(f"{len(data.departments)} departments, {len(data.halls)} halls, {len(data.guides)} items")
        if data.made_up:
            said = ", ".join(f"{name} ({times})" for name, times in sorted(data.made_up.items()))
            print(f"made up, to be written anew before people rely on it: {said}")
        if not options.check:
            new = asyncio.run(write(data, load_settings()))
            written = f"{new.departments} departments, {new.halls} halls, {new.guides} items"
            print(f"written: {written}, {new.referrals} referrals")
            if new.differing:
                print(f"schedules written in the panel, left as they are: {', '.join(new.differing)}")
    except (DataError, SettingsError, DatabaseUnreachable, MigrationError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
