"""The document and the answers are one: all that it describes is asked for, and it names each answer."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.house.api import Service

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
LEAVING = ("delete_session", "delete_binding")
"""After these nobody is there to ask the rest."""


@pytest.mark.timeout(300)
async def test_every_answer_is_in_the_document(api: Service, tmp_path: Path) -> None:
    """By schemathesis, with the borders of what is described and beyond, and a few at random."""
    client = await api.citizen("wang")
    address = f"{api.url}/api/v1"
    run = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("schemathesis"),
        *("run", f"{address}/openapi.json", "--url", address),
        *("--header", f"Authorization: Bearer {client.token}"),
        *("--phases", "coverage,fuzzing", "--max-examples", "3", "--seed", "1", "--no-shrink"),
        *("--checks", ",".join(CHECKS), "--generation-database", "none"),
        *(part for name in LEAVING for part in ("--exclude-operation-id", name)),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await run.communicate()
    assert run.returncode == 0, told.decode()
    passed = re.search(r"([0-9]+) generated, \1 passed", told.decode())
    assert passed
    assert int(passed[1]) > 500
