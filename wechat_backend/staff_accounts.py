"""What the command `staff` does in the database; its events say that `cli` did it."""

import argparse
import sys
from collections.abc import Callable
from uuid import uuid4

from models.events import Cause, Channel
from models.guides import Departments
from models.places import Halls
from models.staff import Employment, Post, Staff, one_time_password
from models.staff.members import user_name
from models.staff.passwords import ONE_TIME_LASTS
from models.staff.posts import roles_of
from wechat_backend.database.connection import Database, connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import check_current
from wechat_backend.settings import Settings
from wechat_backend.wiring import utc_now


async def run(settings: Settings, arguments: argparse.Namespace, say: Callable[[str], None]) -> None:
    """
    Raises:
        DomainError: it cannot be done; the message says why.
        DatabaseUnreachable, MigrationError
    """
    database = await connect(
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver
    )
    try:
        await check_current(database, ALL, utc_now())
        by = Cause("cli", utc_now(), Channel.SYSTEM, f"staff-{uuid4().hex[:12]}")
        await VERBS[arguments.verb](database, arguments, by, say)
    finally:
        await database.close()


async def add(
    database: Database, arguments: argparse.Namespace, by: Cause, say: Callable[[str], None]
) -> None:
    for hall in arguments.hall:
        await Halls(database).get(hall)
    if arguments.department:
        await Departments(database).get(arguments.department)
    await Halls(database).check_townships(arguments.township)
    halls, townships = tuple(arguments.hall), tuple(arguments.township)
    post = Post(roles_of(arguments.role), arguments.department, halls, townships)
    password = _password(arguments)
    staff = Staff(database)
    await staff.prepare()
    username = await Employment(staff).employ(arguments.username, arguments.name, password, post, by)
    say(f"Added {username}.")
    _tell(arguments, password, say)


async def reset(
    database: Database, arguments: argparse.Namespace, by: Cause, say: Callable[[str], None]
) -> None:
    password = _password(arguments)
    member = await Employment(Staff(database)).reset(user_name(arguments.username), password, by)
    say(f"{member['_id']} may sign in again; authenticator, phone, WeChat and all sessions have ended.")
    _tell(arguments, password, say)


async def lock(
    database: Database, arguments: argparse.Namespace, by: Cause, say: Callable[[str], None]
) -> None:
    member = await Employment(Staff(database)).suspend(user_name(arguments.username), by)
    say(f"{member['_id']} is let in no more; all sessions have ended.")


VERBS = {"add": add, "reset": reset, "lock": lock}


def _password(arguments: argparse.Namespace) -> str:
    """The one-time password: the first line of standard input without spaces around, as at the
    sign-in, or a new one."""
    return sys.stdin.readline().strip() if arguments.stdin else one_time_password()


def _tell(arguments: argparse.Namespace, password: str, say: Callable[[str], None]) -> None:
    if not arguments.stdin:
        days = ONE_TIME_LASTS.days
        say(f"One-time password, to be changed at the first sign-in, within {days} days: {password}")
