"""Log lines: JSON, with the request they belong to, and nothing that is nobody's business."""

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

from wechat_backend.logs import MOST_ALIKE, redact

SCRIPT = """
import logging
import structlog
from wechat_backend.logs import configure
configure("info")
structlog.contextvars.bind_contextvars(request="r1")
structlog.get_logger("panyu").info("bound", applicant="a1")
logging.getLogger("tornado.access").warning("%d GET %s", 404, "/nowhere")
logging.getLogger("pymongo").debug("not asked for")
try:
    int("13800138000 is no number")
except ValueError:
    structlog.get_logger("panyu").exception("failed")
"""


def lines(script: str = SCRIPT) -> list[dict[str, Any]]:
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not ended.stdout
    return [json.loads(line) for line in ended.stderr.splitlines()]


def test_lines_of_every_library_are_alike() -> None:
    bound, missed, failed = lines()
    assert (bound["event"], bound["applicant"]) == ("bound", "a1")
    assert (missed["event"], missed["logger"]) == ("404 GET /nowhere", "tornado.access")
    for line in (bound, missed, failed):
        assert line["request"] == "r1"
        assert line["at"].endswith("Z")
    assert [line["level"] for line in (bound, missed, failed)] == ["info", "warning", "error"]
    assert "ValueError" in failed["exception"]
    assert "13800138000" not in failed["exception"]


def test_secrets_and_persons_are_blotted_out() -> None:
    line = {
        "event": "sent to 13800138000, for 440113199001011234.",
        "phone": "13800138000",
        "answer": {"access_token": "abc", "rows": [{"id_number": "X1"}, "tel 13912345678"]},
        "serial": "20261124ABCDEFGHJKM",
        "monkey": "business",
        "attempts": 3,
        "password": "",
    }
    assert redact(None, "info", line) == {
        "event": "sent to ***, for ***.",
        "phone": "***",
        "answer": {"access_token": "***", "rows": [{"id_number": "***"}, "tel ***"]},
        "serial": "20261124ABCDEFGHJKM",
        "monkey": "business",
        "attempts": 3,
        "password": "",
    }


FLOOD = """
import logging
import structlog
from wechat_backend import logs
logs.configure("info")
flood = logging.getLogger().handlers[0].filters[0].__self__
ours, theirs = structlog.get_logger("panyu"), logging.getLogger("asyncio")
for number in range(1000):
    ours.warning("accept_failed", number=number)
    theirs.error("exception %s", number)
    ours.info("request", number=number)
theirs.error("another")
flood.until = 0.0
ours.info("request", number=1000)
"""


def test_floods_of_one_kind_are_counted() -> None:
    told = lines(FLOOD)
    kinds = Counter(line["event"].partition(" ")[0] for line in told)
    assert kinds == {
        "accept_failed": MOST_ALIKE,
        "exception": MOST_ALIKE,
        "another": 1,
        "request": 1001,
        "lines_left_out": 2,
    }
    left_out = {line["of"]: line for line in told if line["event"] == "lines_left_out"}
    assert left_out["panyu"]["alike"] == "accept_failed"
    assert [line["count"] for line in left_out.values()] == [1000 - MOST_ALIKE] * 2
