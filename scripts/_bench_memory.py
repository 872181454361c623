"""What the web server and a worker take once they have started, before anybody asks anything of them.

Everything is on this machine: an embedded mongod with Panyu's data, the simulator, and one process of each
kind. Resident (RSS) is all that a process has in memory; proportional (PSS) counts what n processes share as
one n-th. Both in MB of 1024 × 1024 bytes.
"""

import asyncio
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from subprocess import Popen

from _bench import free_port, processes, wait_for

from wechat_backend.database.mongod import Mongod
from wechat_backend.demo import data as demo_data
from wechat_backend.demo import env as demo_env

STARTED = {"serve": '"event": "serving"', "worker": '"event": "heartbeat"'}
"""What the log of each says when it is at work."""
PATIENCE = 60.0


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="panyu-bench-")))
        database = Mongod(folder / "mongo")
        stack.callback(database.stop)
        database.wait()
        port, simulator_port = free_port(), free_port()
        env = demo_env.complete({}) | demo_env.addresses(port, simulator_port, database.uri)
        asyncio.run(demo_data.furnish(env, reset=False, say=lambda _line: None))
        start = stack.enter_context(processes(env, folder))
        start("simulator", "--port", str(simulator_port))
        wait_for(simulator_port)
        print(f"{'process':<10}{'RSS, MB':>10}{'PSS, MB':>10}{'threads':>10}")
        for name, line in STARTED.items():
            process = start(name)
            wait_for_line(process, folder / f"{name}.log", line)
            threads = len(list(Path(f"/proc/{process.pid}/task").iterdir()))
            print(
                f"{name:<10}{taken(process.pid, 'Rss'):>10.1f}{taken(process.pid, 'Pss'):>10.1f}{threads:>10}"
            )
    return 0


def wait_for_line(process: Popen[bytes], log: Path, line: str) -> None:
    """
    Raises:
        RuntimeError: the process ended, or said nothing like it in time; with its log.
    """
    until = time.monotonic() + PATIENCE
    while line not in log.read_text():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(log.read_text())
        time.sleep(0.05)


def taken(process: int, kind: str) -> float:
    """MB of a process: `Rss` or `Pss`."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith(f"{kind}:")]
    return int(kilobytes) / 1024


if __name__ == "__main__":
    sys.exit(main())
