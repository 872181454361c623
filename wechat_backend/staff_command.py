"""The words of the command `staff`: the first administrator, and emergencies."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from wechat_backend.settings import SettingsError


def add_to(parser: argparse.ArgumentParser, start: Callable[[argparse.Namespace], int]) -> None:
    """What can be asked; `start` does what needs the database."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="add | reset | lock | code")
    add = verbs.add_parser("add", help="add a member of the staff; prints a one-time password")
    add.add_argument("username")
    add.add_argument("--name", required=True, help="what people call them: 陈嘉敏")
    add.add_argument("--role", action="append", required=True, help="administrator, window, …; several times")
    add.add_argument("--department", help="its credit code (USCC)")
    add.add_argument("--hall", action="append", default=[], help="its code; several times")
    add.add_argument("--township", action="append", default=[], help="its name: 南村镇; several times")
    reset = verbs.add_parser("reset", help="let a member in again by a new one-time password")
    reset.add_argument("username")
    lock = verbs.add_parser("lock", help="let a member in no more, from now on")
    lock.add_argument("username")
    for verb in (add, reset):
        verb.add_argument(
            "--stdin", action="store_true", help="read the one-time password from standard input"
        )
    for verb in (add, reset, lock):
        verb.set_defaults(start=start)
    code = verbs.add_parser("code", help="of a demo: the code with which its members sign in just now")
    code.add_argument("--env", type=Path, required=True, help="the demo's settings: data-demo/demo.env")
    code.set_defaults(start=show_code)


def show_code(arguments: argparse.Namespace) -> int:
    """Print the code that the authenticators of a demo's members show; only a demo keeps its secret.

    Raises:
        SettingsError: the file is not a demo's.
    """
    from models.staff.second_factor import code_of  # noqa: PLC0415 - only the demo needs it
    from wechat_backend.demo import env as demo_env  # noqa: PLC0415
    from wechat_backend.wiring import utc_now  # noqa: PLC0415

    secret = demo_env.read(arguments.env).get(demo_env.STAFF_SECRET)
    if not secret:
        raise SettingsError(f"{arguments.env}: not the settings of a demo")
    sys.stdout.write(f"{code_of(secret, utc_now())}\n")
    return 0
