"""A new version over an old database, as operations.md tells it: migrate, start; and all is there."""

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from tests.wechat_backend.database.before import restore, settings_over
from wechat_backend.database.connection import connect
from wechat_backend.database.migrations import ALL

ROOT = Path(__file__).parents[2]
FILTERS = ("", "?state=submitted", "?state=accepted", "?state=concluded", "?state=withdrawn")


class Upgraded:
    """The old database, the settings of a service over it, and who is signed in since before."""

    def __init__(self, uri: str, name: str) -> None:
        self.env = settings_over(uri, name)
        self.port = int(self.env["PANYU_PORT"])
        self.documents: Any = MongoClient(uri)[name]

    def run(self, *command: str) -> tuple[int, str]:
        """The exit code, and what was said."""
        ended = subprocess.run(
            [sys.executable, "-m", "wechat_backend", *command],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    @contextmanager
    def serving(self, log: Path) -> Iterator[None]:
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "wechat_backend", "serve"],
                env=self.env,
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        try:
            while b'"serving"' not in log.read_bytes():
                assert server.poll() is None, log.read_text()
                time.sleep(0.05)
            yield
        finally:
            server.terminate()
            server.wait()

    def signed_in(self, subject: str, channel: str) -> str:
        """The token of a session as the old code kept it."""
        token = uuid4().hex
        self.documents["sessions"].insert_one(
            {
                "_id": sha256(token.encode()).hexdigest(),
                "subject": subject,
                "channel": channel,
                "expires_at": datetime.now(UTC) + timedelta(hours=1),
            }
        )
        return token

    def status(self, path: str, **headers: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status


@pytest.fixture
async def upgraded(mongo_uri: str) -> Any:
    name = f"test_{uuid4().hex[:12]}"
    database = await connect(mongo_uri, name)
    await restore(database)
    upgraded = Upgraded(mongo_uri, name)
    yield upgraded
    upgraded.documents.client.close()
    await database.drop()
    await database.close()


def test_every_page_of_what_was_there_before_is_shown(upgraded: Upgraded, tmp_path: Path) -> None:
    people: dict[str, str] = {}
    for account in upgraded.documents["accounts"].find({}):
        people[account["_id"]] = upgraded.signed_in(f"account:{account['_id']}", "wechat")
    member = upgraded.signed_in("staff:window", "window")
    digital = upgraded.signed_in("staff:digital", "window")
    if ALL:
        code, said = upgraded.run("serve")
        assert (code, said.count("\n")) == (2, 1)
        assert "python -m wechat_backend migrate" in said
    assert upgraded.run("migrate", "--dry-run")[0] == 0
    code, said = upgraded.run("migrate")
    assert (code, said.splitlines()[-1]) == (0, f"The database is at migration {len(ALL)} of {len(ALL)}.")
    with upgraded.serving(tmp_path / "serve.log"):
        wrong = [
            *citizens(upgraded, people),
            *panel(upgraded, member, ("/admin/appointments", "/admin/applications.csv")),
            *panel(upgraded, member, (f"/admin/applications{one}" for one in FILTERS)),
            *panel(upgraded, digital, ("/admin/deliveries",)),
            *panel(upgraded, member, handed_in(upgraded)),
        ]
        assert wrong == []
    assert '"request_failed"' not in (tmp_path / "serve.log").read_text()


def handed_in(upgraded: Upgraded) -> Iterator[str]:
    private = {"state": {"$nin": ["draft", "discarded"]}}
    for found in upgraded.documents["applications"].find(private):
        yield f"/admin/applications/{found['_id']}"


def panel(upgraded: Upgraded, token: str, paths: Any) -> Iterator[tuple[str, int]]:
    """The pages that are not shown."""
    for path in paths:
        if (status := upgraded.status(path, Cookie=f"staff={token}")) != 200:
            yield path, status


def citizens(upgraded: Upgraded, people: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The pages and answers that are not shown to those whose they are, also as the body they act for."""
    for account, token in people.items():
        [person] = upgraded.documents["applicants"].find({"account": account})
        acting = upgraded.documents["accounts"].find_one({"_id": account}).get("acting")
        for applicant in filter(None, (acting, person["_id"])):
            sets = {"acting": acting if applicant == acting else None}
            upgraded.documents["accounts"].update_one({"_id": account}, {"$set": sets})
            for path in own(upgraded, applicant):
                status = upgraded.status(path, Cookie=f"session={token}", Authorization=f"Bearer {token}")
                if status != 200:
                    yield path, status


def own(upgraded: Upgraded, applicant: str) -> Iterator[str]:
    """The addresses of all that somebody has."""
    yield from ("/", "/me", "/me/export", "/applications", "/appointments", "/enterprises")
    yield from ("/api/v1/me", "/api/v1/me/export", "/api/v1/applications", "/api/v1/appointments")
    for kind in ("applications", "appointments"):
        for found in upgraded.documents[kind].find({"applicant": applicant, "state": {"$ne": "discarded"}}):
            yield f"/{kind}/{found['_id']}" + ("/form" if found["state"] == "draft" else "")
            yield f"/api/v1/{kind}/{found['_id']}"
            if kind == "applications" and found["serial"]:
                yield f"/{kind}/{found['_id']}/receipt"
            for paper in found.get("materials", []):
                if paper["file"]:
                    yield f"/applications/{found['_id']}/files/{paper['file']}"
