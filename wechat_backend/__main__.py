"""python -m wechat_backend serve | worker | migrate | figures | reconcile | staff | demo | simulator"""

import os
import signal

if __name__ == "__main__":
    for told in (signal.SIGINT, signal.SIGTERM):  # until there is something to end in order
        signal.signal(told, lambda *_: os._exit(0))

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from models.errors import DomainError
from wechat_backend import logs, staff_command
from wechat_backend.database.connection import WORKER_PATIENCE, DatabaseUnreachable, connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.record import MigrationError
from wechat_backend.settings import Settings, SettingsError, load_settings
from wechat_backend.watchdog import end_within

REFUSED = 2
"""The exit code when a setting or the database must be put right first; standard error says how."""
CUT_OFF = 1
"""The exit code of a migration that was told to stop; the next one goes on with it."""

ENDING_SECONDS = 10.0
"""Within which a process that was told to end is gone."""


def main() -> int:
    arguments = _parser().parse_args()
    return _answered(lambda: int(arguments.start(arguments)))


def _answered(start: Callable[[], int]) -> int:
    """Its exit code; where something must be put right first, standard error says what."""
    try:
        return start()
    except SettingsError as error:
        return _refuse(str(error))
    except DatabaseUnreachable as error:
        return _refuse(f"PANYU_MONGO_URI: the database does not answer: {error}")
    except (MigrationError, DomainError) as error:
        return _refuse(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m wechat_backend")
    commands = parser.add_subparsers(
        required=True, metavar="serve | worker | migrate | figures | reconcile | staff | demo | simulator"
    )
    serve_parser = commands.add_parser("serve", help="pages, JSON API, WeChat callback")
    serve_parser.add_argument(
        "--processes", type=int, metavar="N", help="instead of PANYU_PROCESSES: how many, 0 as by default"
    )
    serve_parser.set_defaults(start=serve)
    commands.add_parser("worker", help="relays events, sends notices").set_defaults(start=worker)
    migrate_parser = commands.add_parser("migrate", help="brings the database to what this code needs")
    migrate_parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    migrate_parser.set_defaults(start=migrate)
    figures_parser = commands.add_parser(
        "figures", help="compares the statistics of reviews with what is true; exit code 3 if they differed"
    )
    figures_parser.add_argument("--replace", action="store_true", help="put right what differs")
    figures_parser.set_defaults(start=figures)
    reconcile_parser = commands.add_parser(
        "reconcile", help="compares with 好差评 what it holds, and mends it there; exit code 3 if it differed"
    )
    for name, into in (("--from", "first"), ("--to", "last")):
        reconcile_parser.add_argument(
            name, type=date.fromisoformat, required=True, dest=into, help=f"the {into} day, as 2026-11-01"
        )
    reconcile_parser.set_defaults(start=reconcile)
    staff_command.add_to(
        commands.add_parser("staff", help="lets members of staff in, or locks them out"), staff
    )
    demo_parser = commands.add_parser("demo", help="everything, with a database and a simulator of its own")
    demo_parser.add_argument("--port", type=int, default=8888, help="of the web server (8888)")
    demo_parser.add_argument("--simulator-port", type=int, default=8889, help="of the phone simulator (8889)")
    demo_parser.add_argument(
        "--data", type=Path, default=Path("data-demo"), help="the folder to keep data in"
    )
    demo_parser.add_argument("--reset", action="store_true", help="begin with an empty folder")
    demo_parser.set_defaults(start=demo)
    simulator_parser = commands.add_parser("simulator", help="plays WeChat, Aliyun and the government")
    simulator_parser.add_argument("--port", type=int, default=8889)
    simulator_parser.add_argument("--state", type=Path, help="the file that phones remember things in")
    simulator_parser.add_argument("--devices", type=Path, help="the file with the keys of kiosks to play")
    simulator_parser.set_defaults(start=simulator)
    return parser


def serve(arguments: argparse.Namespace) -> int:
    settings = _begin()
    count = arguments.processes or settings.processes or _processors(settings)
    if count == 1:
        return _serve(settings)
    from wechat_backend import processes  # noqa: PLC0415 - each process loads what it needs

    return processes.run(count, settings, partial(_serve, settings))


def _processors(settings: Settings) -> int:
    """How many the web server uses by itself."""
    return 1 if settings.demo or sys.platform != "linux" else len(os.sched_getaffinity(0))


def _serve(settings: Settings, *place: Any) -> int:
    """`place` is what one process of several is given."""
    from wechat_backend import app  # noqa: PLC0415

    logs.write_behind()
    return _answered(lambda: _run_with(settings, lambda _: app.serve(settings, *place)))


def worker(_arguments: argparse.Namespace) -> int:
    async def process(settings: Settings) -> None:
        from wechat_backend import worker as relay  # noqa: PLC0415

        logs.write_behind()
        await relay.run(settings)

    return _run(process)


def migrate(arguments: argparse.Namespace) -> int:
    async def process(settings: Settings) -> None:
        from wechat_backend.database.migrations import runner  # noqa: PLC0415
        from wechat_backend.wiring import privacy_of, utc_now  # noqa: PLC0415

        database = await connect(
            settings.mongo_uri.get_secret_value(),
            settings.mongo_database,
            settings.mongo_driver,
            WORKER_PATIENCE,
        )
        try:
            if arguments.dry_run:
                await runner.preview(database, ALL, utc_now, _say)
            else:
                await runner.migrate(database, ALL, utc_now, _say, privacy_of(settings))
        finally:
            await database.close()

    return _run(process, told=CUT_OFF)


def figures(arguments: argparse.Namespace) -> int:
    codes: list[int] = []

    async def process(settings: Settings) -> None:
        from wechat_backend import review_figures  # noqa: PLC0415

        codes.append(await review_figures.run(settings, _say, replace=arguments.replace))

    return _run(process, told=CUT_OFF) or codes[0]


def reconcile(arguments: argparse.Namespace) -> int:
    from wechat_backend import reconcile_command  # noqa: PLC0415

    codes: list[int] = []
    try:
        days = reconcile_command.span(arguments.first, arguments.last)
    except reconcile_command.SpanWrong as error:
        return _refuse(str(error))

    async def process(settings: Settings) -> None:
        codes.append(await reconcile_command.run(settings, days, _say))

    return _run(process, told=CUT_OFF) or codes[0]


def staff(arguments: argparse.Namespace) -> int:
    async def process(settings: Settings) -> None:
        from wechat_backend import staff_accounts  # noqa: PLC0415

        await staff_accounts.run(settings, arguments, _say)

    return _run(process, told=CUT_OFF)


def simulator(arguments: argparse.Namespace) -> int:
    async def process(settings: Settings) -> None:
        import simulator as peers  # noqa: PLC0415
        from wechat_backend.demo.peer import simulator_of  # noqa: PLC0415

        config = simulator_of(settings, arguments.port, arguments.state, arguments.devices)
        await peers.serve(config)

    return _run(process)


def demo(arguments: argparse.Namespace) -> int:
    from wechat_backend.demo import supervisor  # noqa: PLC0415

    options = supervisor.Options(
        arguments.port, arguments.simulator_port, arguments.data.resolve(), arguments.reset
    )
    code = supervisor.main(options)
    sys.stdout.flush()
    os._exit(code)  # all is ended; taking the interpreter apart lasts seconds on a busy machine


def _run(process: Callable[[Settings], Awaitable[None]], told: int = 0) -> int:
    """Run until SIGTERM or SIGINT, which cancel the process so that it can finish what it is at.

    The exit code is 0, or `told` if it was told to end.
    """
    return _run_with(_begin(), process, told)


def _begin() -> Settings:
    settings = load_settings()
    logs.configure(settings.log_level)
    return settings


def _run_with(settings: Settings, process: Callable[[Settings], Awaitable[None]], told: int = 0) -> int:
    return 0 if asyncio.run(_until_told(process(settings))) else told


async def _until_told(running: Awaitable[None]) -> bool:
    """Whether it came to its own end."""
    task = asyncio.ensure_future(running)
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, lambda: task.cancelling() or task.cancel())
    await asyncio.wait([task])
    end_within(ENDING_SECONDS)
    if not task.cancelled():
        task.result()
    return not task.cancelled()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _refuse(lines: str) -> int:
    logs.flush()
    sys.stderr.write(lines + "\n")
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
