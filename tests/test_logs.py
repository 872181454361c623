"""Log lines: JSON, with the request they belong to, and nothing that is nobody's business."""

import json
import os
import subprocess
import sys
from typing import Any

from wechat_backend.logs import redact

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


def lines() -> list[dict[str, Any]]:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT],
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
