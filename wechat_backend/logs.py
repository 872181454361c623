"""JSON lines on standard error, for everything that is logged in the process.

Each line has `at` (UTC, ISO 8601), `level`, `logger`, `event`, whatever the context binds (the request id
as `request`, from a request through its event to the worker) and what the call adds. Personal data and
secrets are replaced by `***`; they are known by the name of their key, or by their look.
"""

import atexit
import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from time import time
from typing import Any

import structlog
from structlog.processors import JSONRenderer

from models.typed import PERSONAL
from wechat_backend.pen import Pen

BLOT = "***"
SECRET = re.compile(
    r"(?:^|[^a-z])(?:phone|number|token|secret|password|key|cookie|authorization|signature|openid|unionid"
    r"|credential)s?(?:[^a-z]|$)",
    re.IGNORECASE,
)
"""The keys whose values are blotted out; `key` is the whole word, not the end of `monkey`."""
MOST_ALIKE, ALIKE_SECONDS = 20, 10.0
"""Lines of one kind, and the time that they are counted in."""

pen = Pen()


def configure(level: str = "INFO") -> None:
    """Route structlog, by a way of its own, and the standard library (Tornado, PyMongo) to standard error."""
    flood = Flood()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    rendered: list[structlog.typing.Processor] = [redact, JSONRenderer(ensure_ascii=False, default=str)]
    structlog.configure(
        processors=[*shared, flood.ours, *rendered],
        logger_factory=Ours,
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        cache_logger_on_first_use=True,
    )
    theirs = Theirs()
    theirs.addFilter(flood.theirs)
    theirs.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.PositionalArgumentsFormatter(),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                *shared,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    logging.basicConfig(handlers=[theirs], level=level.upper(), force=True)
    logging.captureWarnings(True)
    atexit.register(flush)


def write_behind() -> None:
    """Write lines in a thread from now on (`wechat_backend.pen`); in a process that forks no more."""
    pen.write_behind()


def flush() -> None:
    """Write what waits, before this process ends."""
    pen.flush()


class Ours:
    """Where a line of ours goes, once it is a line. `name` is the logger's, or the calling module's."""

    def __init__(self, name: str = "") -> None:
        self.name = name or structlog.stdlib.LoggerFactory([__name__])().name

    def info(self, line: str) -> None:
        pen.put(line)

    def warning(self, line: str) -> None:
        pen.put_at_once(line)

    debug = info
    error = critical = warning


class Theirs(logging.Handler):
    """Where the lines of the standard library's loggers go."""

    def emit(self, record: logging.LogRecord) -> None:
        put = pen.put if record.levelno < logging.WARNING else pen.put_at_once
        put(self.format(record))


class Flood:
    """Lets through so many lines of one kind in a while, and says how many more there were.

    A kind is an event of ours, or a line of a library's source. What we tell at INFO, once for each request
    or thing done, is not counted.
    """

    def __init__(self, most: int = MOST_ALIKE, seconds: float = ALIKE_SECONDS) -> None:
        self.most, self.seconds = most, seconds
        self.seen: dict[tuple[str, str], int] = {}
        self.until = 0.0

    def ours(self, logger: Any, method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        """A processor, which also adds the logger's name."""
        line["logger"] = logger.name
        if not self._passes(logger.name, str(line.get("event")), counts=method not in ("info", "debug")):
            raise structlog.DropEvent
        return line

    def theirs(self, record: logging.LogRecord) -> bool:
        """A filter of the standard library's."""
        return self._passes(record.name, f"{record.module}:{record.lineno}")

    def _passes(self, logger: str, event: str, *, counts: bool = True) -> bool:
        if time() >= self.until:
            self._begin()
        if not counts:
            return True
        kind = logger, event
        self.seen[kind] = self.seen.get(kind, 0) + 1
        return self.seen[kind] <= self.most

    def _begin(self) -> None:
        """A new while; of the last one it is told what was left out."""
        self.until = time() + self.seconds
        seen, self.seen = self.seen, {}
        log = structlog.get_logger("panyu.logs")
        for (logger, event), count in seen.items():
            if count > self.most:
                log.warning("lines_left_out", of=logger, alike=event, count=count - self.most)
        if pen.dropped:
            dropped, pen.dropped = pen.dropped, 0
            log.warning("lines_left_out", of="all", alike="that nobody read", count=dropped)


def redact(_logger: Any, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A processor: the same line with nothing in it that is nobody's business."""
    return {key: _blotted(key, value) for key, value in line.items()}


@lru_cache(4096)
def _is_secret(key: str) -> bool:
    return SECRET.search(key) is not None


def _blotted(key: str, value: Any) -> Any:
    if value and _is_secret(str(key)):
        return BLOT
    if isinstance(value, Mapping):
        return {inner: _blotted(inner, one) for inner, one in value.items()}
    if isinstance(value, list | tuple):
        return [_blotted("", one) for one in value]
    return PERSONAL.sub(BLOT, value) if isinstance(value, str) else value
