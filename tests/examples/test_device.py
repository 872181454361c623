"""The client of `examples/device` walks through the protocol against the real server, in a process."""

import ast
import asyncio
import importlib.util
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.error import URLError

import pytest

from models.kiosks import CommandName
from tests.house.api import Service, opened_api
from tests.house.kiosks import Kiosked, kiosked

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "device"


@pytest.fixture(scope="module")
async def kiosks(mongo_uri: str, database: Any) -> AsyncIterator[Kiosked]:
    async with opened_api(mongo_uri, database) as api:
        yield await kiosked(api)


async def run(kiosks: Kiosked, folder: Path, *words: str) -> tuple[int, str]:
    """The client's exit status, and what it said."""
    assert isinstance(kiosks.house, Service)
    given = (str(EXAMPLE / "device.py"), "--service", kiosks.house.url, "--folder", str(folder), *words)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", *given, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    return process.returncode or 0, (out + err).decode()


async def test_from_activation_to_a_new_key(kiosks: Kiosked, tmp_path: Path) -> None:
    kiosk = (await kiosks.placed_one())["_id"]
    code = await kiosks.stores.activations.issue(kiosk, *kiosks.who("digital"))
    status, told = await run(kiosks, tmp_path, "activate", code)
    assert (status, json.loads(told)["kiosk"]) == (0, kiosk)
    first = (await kiosks.get(kiosk))["device_key"]["spki"]

    status, told = await run(kiosks, tmp_path, "run", "--beats", "1")
    assert (status, json.loads(told)["state"]) == (0, "in_service")

    for name in CommandName:
        await kiosks.stores.commands.order(kiosk, name, "2.0.0", *kiosks.who("digital"))
    status, told = await run(kiosks, tmp_path, "run", "--beats", "1")
    assert (status, len(json.loads(told)["commands"])) == (0, len(CommandName))
    found = await kiosks.get(kiosk)
    assert found["commands"] == []
    assert found["device_key"]["spki"] != first
    kept = await kiosks.stores.kiosks.documents.find_one({"_id": kiosk})
    answered = {
        event["data"]["name"]: event["data"]["outcome"]
        for event in kept["events"]
        if event["name"] == "kiosk.command_answered"
    }
    assert answered == {
        name.value: "failed" if name is CommandName.UPDATE else "done" for name in CommandName
    }

    status, told = await run(kiosks, tmp_path, "run", "--beats", "1")
    assert (status, json.loads(told)["commands"]) == (0, [])
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0

    await kiosks.stores.devices.revoke(kiosk, *kiosks.who("digital"))
    status, told = await run(kiosks, tmp_path, "run", "--beats", "1")
    assert status == 1
    assert told.startswith("401 key_revoked")


async def test_a_device_that_lost_power_while_it_renewed_its_key(kiosks: Kiosked, tmp_path: Path) -> None:
    """Whether or not the offer arrived, it goes on with the key that the service takes."""
    kiosk = (await kiosks.placed_one())["_id"]
    code = await kiosks.stores.activations.issue(kiosk, *kiosks.who("digital"))
    await run(kiosks, tmp_path, "activate", code)
    other = tmp_path / "other"
    await run(kiosks, other, "activate", "NOTHING23456")  # makes a key, and is refused
    (tmp_path / "next.pem").write_bytes((other / "key.pem").read_bytes())
    status, told = await run(kiosks, tmp_path, "run", "--beats", "1")
    assert status == 0, told
    status, told = await run(kiosks, tmp_path, "renew")
    assert status == 0, told
    assert not (tmp_path / "next.pem").exists()


async def test_a_wrong_code_is_told(kiosks: Kiosked, tmp_path: Path) -> None:
    status, told = await run(kiosks, tmp_path, "activate", "NOTHING23456")
    assert status == 1
    assert told.startswith("422 activation_refused")


def test_it_takes_nothing_of_the_house() -> None:
    tree = ast.parse((EXAMPLE / "device.py").read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    outside = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    needed = re.findall(r"^([\w-]+)==", (EXAMPLE / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    assert outside == set(needed) == {"cryptography"}


def test_its_requirements_are_those_of_the_house() -> None:
    ours = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert set((EXAMPLE / "requirements.txt").read_text("utf-8").split()) <= set(ours)


def test_a_service_that_starts_anew_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes is tried again; what does not ends the client."""
    spec = importlib.util.spec_from_file_location("device", EXAMPLE / "device.py")
    assert spec
    assert spec.loader
    client = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(client)
    waited: list[int] = []
    monkeypatch.setattr(client.time, "sleep", waited.append)
    heard = {"commands": [], "next_after_s": 30}
    refused = [client.Refused(status, "told", "") for status in (429, 503, 401)]
    device = Mock(beat=Mock(side_effect=[URLError("refused"), heard, *refused]))
    with pytest.raises(client.Refused, match="401"):
        client.run(device, 0)
    assert waited == [client.PAUSE, 30, client.PAUSE, client.PAUSE]
