"""JSON lines on standard error, for everything that is logged in the process.

Each line has `at` (UTC, ISO 8601), `level`, `logger`, `event`, whatever the context binds (the request id
as `request`, from a request through its event to the worker) and what the call adds. Personal data and
secrets are replaced by `***`; they are known by the name of their key, or by their look.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog

from models.typed import PERSONAL

BLOT = "***"
SECRET = re.compile(
    r"(?:^|[^a-z])(?:phone|number|token|secret|password|key|cookie|authorization|signature|openid|unionid"
    r"|credential)s?(?:[^a-z]|$)",
    re.IGNORECASE,
)
"""The keys whose values are blotted out; `key` is the whole word, not the end of `monkey`."""
MOST_ALIKE, ALIKE_SECONDS = 20, 10.0
"""Lines of one kind, and the time that they are counted in."""


def configure(level: str = "INFO") -> None:
    """Route structlog and the standard library (Tornado, PyMongo) to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Flood())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class Flood(logging.Filter):
    """Lets through so many lines of one kind in a while, and says how many more there were.

    A kind is an event of ours, or a line of a library's source. What we tell at INFO, once for each request
    or thing done, is not counted.
    """

    def __init__(self, most: int = MOST_ALIKE, seconds: float = ALIKE_SECONDS) -> None:
        super().__init__()
        self.most, self.seconds = most, seconds
        self.seen: dict[tuple[str, str], int] = {}
        self.until = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.created >= self.until:
            self._begin(record.created)
        event = f"{record.module}:{record.lineno}"
        if isinstance(record.msg, dict):
            if record.levelno <= logging.INFO:
                return True
            event = str(record.msg.get("event"))
        kind = record.name, event
        self.seen[kind] = self.seen.get(kind, 0) + 1
        return self.seen[kind] <= self.most

    def _begin(self, now: float) -> None:
        """A new while; of the last one it is told what was left out."""
        self.until = now + self.seconds
        seen, self.seen = self.seen, {}
        for (logger, event), count in seen.items():
            if count > self.most:
                structlog.get_logger("panyu.logs").warning(
                    "lines_left_out", of=logger, alike=event, count=count - self.most
                )


def redact(_logger: Any, _method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A processor: the same line with nothing in it that is nobody's business."""
    return {key: _blotted(key, value) for key, value in line.items()}


def _blotted(key: str, value: Any) -> Any:
    if value and SECRET.search(str(key)):
        return BLOT
    if isinstance(value, Mapping):
        return {inner: _blotted(inner, one) for inner, one in value.items()}
    if isinstance(value, list | tuple):
        return [_blotted("", one) for one in value]
    return PERSONAL.sub(BLOT, value) if isinstance(value, str) else value
