"""The command `staff`, as a process: the first administrator, and emergencies."""

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from models.staff.second_factor import step_of
from tests.wechat_backend.database.before import settings_over
from wechat_backend.demo import env as demo_env
from wechat_backend.wiring import utc_now

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def name(mongo_uri: str) -> Iterator[str]:
    """Of a database of these tests alone."""
    name = f"test_{uuid4().hex[:12]}"
    yield name
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        client.drop_database(name)


async def run(uri: str, name: str, *command: str, given: str = "") -> tuple[int | None, str, str]:
    """The exit code, and what was said on both outputs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "wechat_backend", "staff", *command),
        env=settings_over(uri, name),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate(given.encode())
    return process.returncode, said.decode(), complained.decode()


def member(uri: str, name: str, username: str) -> dict[str, Any]:
    with MongoClient[dict[str, Any]](uri) as client:
        return client[name]["staff"].find_one({"_id": username}) or {}


ADMIN = ("add", "first", "--name", "冯国强", "--role", "administrator")


async def test_the_first_administrator_and_emergencies(mongo_uri: str, name: str) -> None:
    code, said, complained = await run(mongo_uri, name, *ADMIN)
    assert (code, complained) == (0, "")
    one_time = re.fullmatch(r"Added first\.\nOne-time password, .*: (\S{19})\n", said)
    assert one_time
    first = member(mongo_uri, name, "first")
    assert (first["name"], first["roles"], "one_time" in first) == ("冯国强", ["administrator"], True)
    assert first["events"][0]["actor"] == "cli"
    assert one_time[1] not in str(first)

    assert await run(mongo_uri, name, *ADMIN) == (2, "", "这个用户名已有人使用，请换一个\n")
    assert await run(mongo_uri, name, "lock", "first") == (
        2,
        "",
        "这是最后一名系统管理员，请先指定另一名系统管理员\n",
    )
    second = ("add", "second", "--name", "乙", "--role", "administrator", "--role", "auditor", "--stdin")
    assert await run(mongo_uri, name, *second, given="password123\n") == (
        2,
        "",
        "这个密码太常见，请换一个\n",
    )
    assert await run(mongo_uri, name, *second, given=" three small stones \r\n") == (0, "Added second.\n", "")
    code, said, _ = await run(mongo_uri, name, "lock", "first")
    assert (code, "let in no more" in said) == (0, True)
    assert member(mongo_uri, name, "first")["suspended_at"]
    code, said, _ = await run(mongo_uri, name, "reset", "first")
    assert (code, "One-time password" in said) == (0, True)
    first = member(mongo_uri, name, "first")
    assert "suspended_at" not in first
    assert [event["name"] for event in first["events"]] == [
        "staff.enrolled",
        "staff.suspended",
        "staff.reset",
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("reset", "nobody"), "没有找到该工作人员\n"),
        (("add", "x.y", "--name", "某", "--role", "king"), "没有岗位“king”，可选："),
        (("add", "x.y", "--name", "某", "--role", "approver"), "岗位“审批人员”须选择所属部门\n"),
        (("add", "x.y", "--name", "某", "--role", "township", "--hall", "nowhere"), "没有找到该大厅\n"),
        (
            ("add", "x.y", "--name", "某", "--role", "approver", "--department", "nobody"),
            "没有找到该部门\n",
        ),
    ],
)
async def test_what_cannot_be_is_told_in_one_line(
    mongo_uri: str, name: str, command: tuple[str, ...], said: str
) -> None:
    code, shown, complained = await run(mongo_uri, name, *command)
    assert (code, shown) == (2, "")
    assert complained.startswith(said)
    assert complained.count("\n") == 1
    assert member(mongo_uri, name, "x.y") == {}


async def test_the_codes_of_a_demo(mongo_uri: str, name: str, tmp_path: Path) -> None:
    """Made of what only a demo keeps: without its file there is none."""
    variables = demo_env.complete({})
    demo_env.write(tmp_path / "demo.env", variables)
    code, said, _ = await run(mongo_uri, name, "code", "--env", str(tmp_path / "demo.env"))
    assert code == 0
    assert step_of(variables[demo_env.STAFF_SECRET], said.strip(), utc_now())
    code, said, complained = await run(mongo_uri, name, "code", "--env", str(tmp_path / "other.env"))
    assert (code, said) == (2, "")
    assert complained.endswith("not the settings of a demo\n")
