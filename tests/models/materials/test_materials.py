"""Files are sealed, only their owners', and nothing of them is left behind (article 14)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from models.errors import NotFound
from models.events import Cause, Channel
from models.materials import store
from models.materials.inspection.inspector import Inspector
from models.materials.store import FileNotFound, Materials
from models.store import Document
from tests.files import a_pdf, on_disk
from tests.house.clock import Clock, MakeCause
from tests.house.house import House

PDF = a_pdf("secret")


@pytest.fixture
def materials(house: House) -> Materials:
    house.stores.materials.inspector = Inspector()
    return house.stores.materials


async def kept(materials: Materials, by: Cause, application: str = "app1") -> str:
    with on_disk(PDF) as file:
        found = await materials.keep("p1", application, "id_card", "身份证", file, by)
    return str(found["_id"])


async def bytes_left(materials: Materials) -> int:
    return int(await materials.heads.count_documents({}) + await materials.chunks.count_documents({}))


@pytest.mark.article("26.electronic")
async def test_files_are_sealed(materials: Materials, cause: MakeCause) -> None:
    key = await kept(materials, cause())
    raw = [chunk async for chunk in materials.chunks.find({"files_id": key})]
    assert raw
    assert b"secret" not in bytes(raw[0]["data"])
    _, read = await materials.read(key)
    assert read == PDF


async def test_a_dropped_file_is_gone_and_can_be_dropped_again(
    materials: Materials, cause: MakeCause
) -> None:
    key = await kept(materials, cause())
    for _ in range(2):
        await materials.drop(key, cause())
    assert await bytes_left(materials) == 0
    found = await materials.get(key)
    assert [event["name"] for event in found["events"]] == ["material.kept", "material.dropped"]
    with pytest.raises(NotFound):
        await materials.read(key)
    with pytest.raises(NotFound):
        await materials.view(key, cause())
    with pytest.raises(NotFound):
        await materials.drop("0" * 32, cause())


class Racing:
    """A bucket in which a file is dropped just before or just after it is opened."""

    def __init__(self, bucket: Any, drop: Callable[[], Awaitable[None]], *, opened: bool) -> None:
        self.bucket, self.drop, self.opened = bucket, drop, opened

    async def open_download_stream(self, key: str) -> Any:
        if not self.opened:
            await self.drop()
        stream = await self.bucket.open_download_stream(key)
        if self.opened:
            await self.drop()
        return stream


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("half", [False, True])
async def test_a_file_that_is_dropped_while_it_is_read_is_not_found(
    materials: Materials, cause: MakeCause, opened: bool, half: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for read in (materials.read, lambda key: materials.view(key, cause())):
        key = await kept(materials, cause())

        async def drop(key: str = key) -> None:
            await materials.drop(key, cause())

        async def begin_to_drop(key: str = key) -> None:
            await materials.heads.delete_one({"_id": key})
            await materials.chunks.delete_many({"files_id": key})

        with monkeypatch.context() as racing:
            bucket = Racing(materials.files, begin_to_drop if half else drop, opened=opened)
            racing.setattr(materials, "files", bucket)
            with pytest.raises(FileNotFound):
                await read(key)


async def test_a_file_whose_bytes_are_lost_is_trouble_and_not_simply_absent(
    materials: Materials, cause: MakeCause
) -> None:
    key = await kept(materials, cause())
    await materials.chunks.delete_many({"files_id": key})
    with pytest.raises(PyMongoError):
        await materials.read(key)


async def test_dropping_that_is_cut_short_can_be_finished(
    materials: Materials, cause: MakeCause, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await kept(materials, cause())

    async def dies(*_: object, **__: object) -> Document:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(materials, "change", dies)
        with pytest.raises(ConnectionError):
            await materials.drop(key, cause())
    assert await bytes_left(materials) == 0
    assert "dropped_at" not in await materials.get(key)
    with pytest.raises(NotFound):
        await materials.read(key)
    await materials.drop(key, cause())
    assert (await materials.get(key))["dropped_at"]


async def test_no_bytes_without_a_document_that_tells_of_them(
    materials: Materials, cause: MakeCause, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(materials, "add", dies)
    with pytest.raises(ConnectionError):
        await kept(materials, cause())
    assert await bytes_left(materials) == 0


async def test_what_staff_see_is_on_record_before_they_see_it(materials: Materials, cause: MakeCause) -> None:
    key = await kept(materials, cause())
    by = cause("staff:su", Channel.WINDOW)
    found, content = await materials.view(key, by)
    assert (found["_id"], content) == (key, PDF)
    seen: dict[str, Any] = (await materials.get(key))["events"][-1]
    assert (seen["name"], seen["actor"]) == ("material.viewed", "staff:su")
    assert seen["data"] == {"application": "app1"}


async def test_what_nobody_holds_after_a_day_is_swept(
    materials: Materials, cause: MakeCause, clock: Clock
) -> None:
    used, waste = await kept(materials, cause()), await kept(materials, cause(), "app2")
    asked: list[set[str]] = []

    async def held(applications: set[str]) -> set[str]:
        asked.append(applications)
        return {used}

    clock.advance(timedelta(hours=23))
    young = await kept(materials, cause())
    assert await materials.sweep(held, cause()) == 0
    clock.advance(timedelta(hours=2))
    assert await materials.sweep(held, cause()) == 1
    assert asked[0] == {"app1", "app2"}
    assert (await materials.get(waste))["dropped_at"]
    assert (await materials.read(used))[1] == (await materials.read(young))[1] == PDF
    assert await materials.sweep(held, cause()) == 0


async def test_what_nobody_holds_is_swept_however_old(
    materials: Materials, cause: MakeCause, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that stood still for a month leaves nothing for ever, however much there is to look at."""
    monkeypatch.setattr(store, "LOOKED_AT_ONCE", 2)
    used = [await kept(materials, cause(), f"app{number}") for number in range(3)]
    waste = [await kept(materials, cause(), f"app{number}") for number in range(2, 5)]

    async def held(applications: set[str]) -> set[str]:
        assert len(applications) <= 2
        return set(used)

    clock.advance(timedelta(days=40))
    assert await materials.sweep(held, cause()) == 3
    left = [key for key in used + waste if "dropped_at" not in await materials.get(key)]
    assert left == used


async def test_sweeping_uses_an_index(materials: Materials, clock: Clock) -> None:
    plan = await materials.documents.find({"at": {"$lt": clock.now()}, "dropped_at": None}).explain()
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])
