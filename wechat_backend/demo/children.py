"""Child processes of the demo: they die with it, are logged to a file each, started again when they die."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import structlog

from wechat_backend.dies_with_parent import dying_with_parent

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 2.0
PAUSE_SECONDS = 1.0
LAST_WORDS = 12

log = structlog.get_logger("panyu.demo")


class ChildError(Exception):
    """A child ended before it was ready; the message has its last words."""


class Child:
    """`python -m wechat_backend NAME …`; `process` is the running one."""

    process: asyncio.subprocess.Process

    def __init__(self, name: str, *arguments: str, environment: Mapping[str, str], folder: Path) -> None:
        self.name, self.environment = name, environment
        self.command = dying_with_parent([sys.executable, "-m", "wechat_backend", name, *arguments])
        self.log = folder / f"{name}.log"
        self.log.unlink(missing_ok=True)

    async def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment,
                cwd=ROOT,
                start_new_session=True,  # Ctrl-C is for the demo, which ends its children in order
            )

    def check(self) -> None:
        """
        Raises:
            ChildError: it has ended.
        """
        if self.process.returncode is not None:
            words = self.log.read_text(errors="replace").splitlines()[-LAST_WORDS:]
            raise ChildError("\n".join([f"{self.name} did not start; its last words ({self.log}):", *words]))

    async def keep(self) -> None:
        """Start it again whenever it ends."""
        while True:
            code = await self.process.wait()
            log.warning("child_ended", child=self.name, code=code, log=str(self.log))
            await asyncio.sleep(PAUSE_SECONDS)
            await self.start()


async def stop(children: Iterable[Child]) -> None:
    """Ask all of them to end, and make those that have not in time."""
    running = [child.process for child in children if child.process.returncode is None]
    for process in running:
        process.terminate()
    waiting = [asyncio.ensure_future(process.wait()) for process in running]
    if waiting:
        await asyncio.wait(waiting, timeout=STOP_SECONDS)
    for process in running:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    await asyncio.gather(*waiting)
