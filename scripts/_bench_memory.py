"""What the web server and a worker take once they have started, before anybody asks anything of them.

Everything is on this machine: an embedded mongod with Panyu's data, the simulator, and one process of each
kind. Resident (RSS) is all that a process has in memory; proportional (PSS) counts what n processes share as
one n-th. Both in MB of 1024 × 1024 bytes.
"""

import sys
import time
from pathlib import Path
from subprocess import Popen

from _bench import furnished, wait_for

STARTED = {"serve": '"event": "serving"', "worker": '"event": "heartbeat"'}
"""What the log of each says when it is at work."""
PATIENCE = 60.0


def main() -> int:
    with furnished("bench") as (start, _port, simulator_port, folder):
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
