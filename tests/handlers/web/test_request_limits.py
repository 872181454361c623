"""How much a door takes, and who is asked before a file is read."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pytest

from handlers.web import incoming, uploads
from handlers.web.request_limits import LARGEST
from handlers.web.uploads import AT_ONCE_OF_ONE, OPEN_UPLOADS, OpenUploads, UploadsBusy
from models.materials.inspection import scratch
from models.materials.inspection.scratch import scratch_file
from tests.files import photo
from tests.house.applying import draft
from tests.house.browser import Browser
from tests.house.town import Town

MEGABYTE = 1024 * 1024


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[IO[bytes]]:
    """All files that uploads made."""
    made: list[IO[bytes]] = []

    def file() -> IO[bytes]:
        made.append(scratch_file())
        return made[-1]

    monkeypatch.setattr(incoming, "scratch_file", file)
    return made


async def test_form_has_a_largest_size(town: Town) -> None:
    citizen = await town.citizen()
    taken = await citizen.post("/settings", {"language": "zh_CN", "more": "x" * (LARGEST - 500)})
    assert taken.status < 400
    page = await citizen.post("/settings", {"language": "zh_CN", "more": "x" * LARGEST})
    assert page.status == 413
    assert "超过64 KB" in page.text
    told = await citizen.post("/binding/code", {"phone": "1" * LARGEST}, X_Requested_With="fetch")
    assert (told.status, told.json["code"]) == (413, "too_large")


async def test_size_is_found_without_being_told(town: Town) -> None:
    """A chunked body does not say how long it is."""
    address = urlsplit(town.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(b"POST /settings HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(LARGEST // 4096 + 1):
        writer.write(b"1000\r\n" + bytes(4096) + b"\r\n")
    writer.write(b"0\r\n\r\n")
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert b" 413 " in answer


async def test_upload_beyond_everything_is_told(town: Town, files: list[IO[bytes]]) -> None:
    citizen = await town.citizen()
    where, content = f"{await draft(citizen)}/materials/permit", bytes(25 * MEGABYTE)
    told = await citizen.upload(where, "x", content, X_Requested_With="fetch")
    assert (told.status, told.json["code"]) == (413, "too_large")
    page = await citizen.upload(where, "x", content)
    assert page.status == 413
    assert "超过24 MB" in page.text
    large = await citizen.upload(where, "x", content[: 21 * MEGABYTE])
    assert large.status == 400
    assert "文件超过20MB" in large.text
    assert len(files) == 1


async def test_whoever_may_not_send_a_file_fills_no_disk(town: Town, files: list[IO[bytes]]) -> None:
    citizen, other = await town.citizen(), await town.citizen()
    path = await draft(citizen)
    stranger = town.browser()
    await stranger.token()
    for browser, where, status in (
        (stranger, f"{path}/materials/permit", 401),
        (other, f"{path}/materials/permit", 404),
        (citizen, f"{path}/materials/nothing", 404),
    ):
        assert (await browser.upload(where, "p.jpg", photo())).status == status
    forged = Browser(town, {**citizen.cookies, "_xsrf": stranger.cookies["_xsrf"][:-1] + "x"})
    assert (await forged.upload(f"{path}/materials/permit", "p.jpg", photo())).status == 403
    assert files == []


async def test_file_is_on_disk_and_gone_afterwards(town: Town, files: list[IO[bytes]]) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    assert (await citizen.upload(f"{path}/materials/permit", "p.jpg", photo())).status == 303
    [file] = files
    assert file.closed
    assert not OPEN_UPLOADS.open


async def test_half_a_file_leaves_nothing(town: Town, files: list[IO[bytes]]) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    sent = await half_uploaded(citizen, f"{path}/materials/permit")
    await until(lambda: bool(files) and bool(OPEN_UPLOADS.open))
    sent.close()
    await until(lambda: files[0].closed and not OPEN_UPLOADS.open)


async def test_one_sender_sends_so_many_files_at_once(town: Town) -> None:
    citizen = await town.citizen()
    path = await draft(citizen)
    held = [await half_uploaded(citizen, f"{path}/materials/permit") for _ in range(AT_ONCE_OF_ONE)]
    await until(lambda: OPEN_UPLOADS.open.total() == AT_ONCE_OF_ONE)
    late = await citizen.upload(f"{path}/materials/permit", "p.jpg", photo(), X_Requested_With="fetch")
    assert (late.status, late.json["code"]) == (429, "uploads_busy")
    assert int(late.headers["Retry-After"]) == uploads.RETRY_AFTER
    for each in held:
        each.close()
    await until(lambda: not OPEN_UPLOADS.open)
    assert (await citizen.upload(f"{path}/materials/permit", "p.jpg", photo())).status == 303


def test_a_few_senders_lock_nobody_out() -> None:
    desk = OpenUploads(most=8, most_of_one=4)
    for sender in ("a", "b", "c"):
        with suppress(UploadsBusy):
            for _ in range(5):
                desk.take(sender)
    for sender in ("d", "e"):
        desk.take(sender)
    with pytest.raises(UploadsBusy):
        desk.take("e")


@pytest.mark.parametrize("filled", ["before", "meanwhile"])
async def test_a_full_disk_is_told_as_what_it_is(
    town: Town, monkeypatch: pytest.MonkeyPatch, filled: str
) -> None:
    citizen = await town.citizen()
    path = f"{await draft(citizen)}/materials/permit"
    if filled == "before":
        monkeypatch.setattr(scratch, "LARGEST_WRITTEN", 1 << 62)
    else:
        monkeypatch.setattr(incoming, "scratch_file", lambda: Path("/dev/full").open("r+b", 0))  # noqa: SIM115
    told = await citizen.upload(path, "p.jpg", photo(), X_Requested_With="fetch")
    assert (told.status, told.json["code"]) == (503, "no_room_for_files")
    assert not OPEN_UPLOADS.open


async def half_uploaded(browser: Browser, path: str) -> socket.socket:
    """A connection over which a file has begun to come."""
    address = urlsplit(browser.town.url)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\nContent-Length: 100000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        f'--b\r\nContent-Disposition: form-data; name="_xsrf"\r\n\r\n{await browser.token()}\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\n\r\nbegins'
    )
    connection = await asyncio.to_thread(socket.create_connection, (address.hostname, address.port))
    connection.sendall(head.encode())
    return connection


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - what happens inside the server tells nobody
        await asyncio.sleep(0.01)
