"""What several processes of one web server count, as if they were one.

Each writes its figures into a file of its own in a folder that they share, which Prometheus's client calls
its multi-process mode. Whichever is asked for `/metrics` adds them up. A process that is started again goes
on with the file of the one that died: its number names it, so that no count falls and no file is left over.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from prometheus_client import Counter, Gauge, values

from handlers.web.metrics import FOLDER

RUNNING = Gauge(
    "panyu_server_process",
    "1 while this process of the web server runs",
    ["process"],
    multiprocess_mode="sum",
)
ENDED = Counter("panyu_server_process_ended", "How often it died and was started again", ["process"])


class Name:
    """Of the file of this process."""

    current = "parent"


@contextmanager
def shared() -> Iterator[None]:
    """Count in files from now on, which are gone at the end. Before the first thing is counted."""
    with TemporaryDirectory(prefix="panyu-figures-") as folder:
        os.environ[FOLDER] = folder
        values.ValueClass = values.MultiProcessValue(lambda: Name.current)  # type: ignore[no-untyped-call]
        yield


def be(number: int) -> None:
    """This process is one that serves."""
    Name.current = str(number)
