"""A page of a document is drawn in a child, in bounds; whoever sees one is on record (article 14)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from models.errors import NotFound
from models.events import Cause, Channel
from models.materials.inspection import inspector as judging
from models.materials.inspection.faults import PageNotFound, PageNotShown, ViewerBusy
from models.materials.inspection.inspector import Inspector
from models.materials.inspection.kinds import Lane
from models.materials.inspection.limits import LIMITS, MOST_OF_ONE
from models.materials.inspection.pages import LONGEST_SIDE
from models.materials.store import OPENING, OPENINGS_KEPT, FileNotFound, Materials
from tests.files import a_pdf, on_disk, photo, scan
from tests.house.clock import Clock, MakeCause
from tests.house.house import House
from tests.models.materials import bombs
from tests.models.materials.test_inspector import children

RED, GREEN, BLUE = (224, 0, 0), (0, 160, 0), (0, 0, 224)


def picture(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def is_colour(content: bytes, colour: tuple[int, int, int]) -> bool:
    """Whether the rectangle of a page of `scan` has this colour, as a JPEG has it."""
    shown = picture(content)
    there: Any = shown.getpixel((shown.width // 4, shown.height // 6))
    return all(abs(a - b) < 25 for a, b in zip(there, colour, strict=True))


def drawn_by(orders: bytes) -> bytes:
    """A document whose page follows the orders of the PDF's own language."""
    writer: Any = PdfWriter()
    page = writer.add_blank_page(595, 842)
    stream = DecodedStreamObject()
    stream.set_data(orders)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def sized(width: float, height: float) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width, height)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


async def test_each_page_is_drawn_as_it_is() -> None:
    inspector = Inspector()
    assert await inspector.draw(scan(), 0) == (3, b"")
    for number, colour in enumerate((RED, GREEN, BLUE), start=1):
        pages, content = await inspector.draw(scan(), number)
        assert pages == 3
        assert is_colour(content, colour), number
        assert picture(content).format == "JPEG"
        assert picture(content).height == pytest.approx(2339, abs=3)
    assert children() == []


async def test_there_is_no_page_after_the_last() -> None:
    with pytest.raises(PageNotFound):
        await Inspector().draw(scan(), 4)


@pytest.mark.parametrize("size", [(14400, 14400), (200_000, 100_000), (1, 14400), (5, 5)])
async def test_a_page_of_any_size_is_a_picture_in_bounds(size: tuple[int, int]) -> None:
    _, content = await Inspector().draw(sized(*size), 1)
    assert 1 <= min(picture(content).size) <= max(picture(content).size) <= LONGEST_SIDE + 1


async def test_what_was_filled_in_is_seen() -> None:
    """A field of a form is drawn by its own appearance, which a plain drawing leaves out."""
    writer: Any = PdfWriter()
    page = writer.add_blank_page(200, 200)
    look = DecodedStreamObject()
    look.set_data(b"1 0 0 rg 0 0 200 200 re f")
    box = ArrayObject(NumberObject(n) for n in (0, 0, 200, 200))
    look.update({NameObject("/Subtype"): NameObject("/Form"), NameObject("/BBox"): box})
    names = {"/Type": "/Annot", "/Subtype": "/Widget", "/FT": "/Tx"}
    widget = DictionaryObject({NameObject(name): NameObject(value) for name, value in names.items()})
    widget[NameObject("/T")] = TextStringObject("tenant")
    widget[NameObject("/F")] = NumberObject(4)  # it is printed
    widget[NameObject("/Rect")] = box
    widget[NameObject("/AP")] = DictionaryObject({NameObject("/N"): writer._add_object(look)})
    fields = ArrayObject([writer._add_object(widget)])
    page[NameObject("/Annots")] = fields
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})
    out = BytesIO()
    writer.write(out)
    _, content = await Inspector().draw(out.getvalue(), 1)
    there: Any = picture(content).getpixel((100, 100))
    assert there[0] > 200
    assert there[1] < 50


@pytest.mark.parametrize(
    "hostile",
    [
        lambda: a_pdf(password="secret"),
        bombs.hex_string,
        lambda: bombs.long_stream(300),
        lambda: b"%PDF-1.4 junk",
        lambda: drawn_by(b"0 0 m 500 800 l 3 4 100 200 300 400 c S " * 3_000_000),
    ],
    ids=["encrypted", "hex string", "long stream", "junk", "three million curves"],
)
async def test_a_hostile_document_ends_its_child_alone(hostile: Callable[[], bytes]) -> None:
    inspector = Inspector()
    with pytest.raises(PageNotShown):
        await inspector.draw(hostile(), 1)
    assert children() == []
    pages, content = await inspector.draw(scan(), 2)
    assert (pages, is_colour(content, GREEN)) == (3, True)


@pytest.mark.parametrize("bounds", [{"processor": 1}, {"patience": 1}], ids=["processor", "patience"])
async def test_drawing_that_takes_too_long_is_killed(
    bounds: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(LIMITS[Lane.PAGES], memory=2_000_000_000, **bounds)
    monkeypatch.setattr(judging, "LIMITS", {**LIMITS, Lane.PAGES: limits})
    with pytest.raises(PageNotShown):
        await Inspector().draw(drawn_by(b"0 0 m 500 800 l 3 4 100 200 300 400 c S " * 1_500_000), 1)
    assert children() == []


@pytest.fixture
def materials(house: House) -> Materials:
    house.stores.materials.inspector = Inspector()
    return house.stores.materials


@pytest.fixture
def by(cause: MakeCause) -> Cause:
    return cause("staff:su", Channel.WINDOW)


async def kept(materials: Materials, content: bytes, by: Cause) -> str:
    with on_disk(content) as file:
        return str((await materials.keep("p1", "app1", "lease", "租赁合同", file, by))["_id"])


async def openings(materials: Materials, key: str) -> list[str]:
    return [
        event["actor"] for event in (await materials.get(key))["events"] if event["name"] == "material.viewed"
    ]


async def test_a_picture_is_its_own_first_page(materials: Materials, by: Cause) -> None:
    key = await kept(materials, photo(), by)
    found, pages = await materials.pages(key, by)
    shown, content = await materials.page(key, 1, by)
    assert (pages, found["_id"], shown["media_type"]) == (1, key, "image/jpeg")
    assert content == (await materials.read(key))[1]
    with pytest.raises(PageNotFound):
        await materials.page(key, 2, by)


@pytest.mark.article("14.kept")
async def test_leafing_through_a_file_is_one_opening_on_record(
    materials: Materials, cause: MakeCause, clock: Clock, by: Cause
) -> None:
    key = await kept(materials, scan(), by)
    assert (await materials.pages(key, by))[1] == 3
    for number in (1, 2, 3):
        found, content = await materials.page(key, number, by)
        assert (found["name"], found["media_type"]) == (f"{number}.jpg", "image/jpeg")
        assert is_colour(content, (RED, GREEN, BLUE)[number - 1])
    assert await openings(materials, key) == ["staff:su"]
    other = cause("staff:s.u", Channel.WINDOW)
    await materials.page(key, 3, other)
    assert await openings(materials, key) == ["staff:su", "staff:s.u"]
    clock.advance(OPENING - timedelta(seconds=1))
    await materials.page(key, 1, cause("staff:su"))
    assert len(await openings(materials, key)) == 2
    clock.advance(timedelta(seconds=1))
    await materials.page(key, 1, cause("staff:su"))
    assert await openings(materials, key) == ["staff:su", "staff:s.u", "staff:su"]


@pytest.mark.article("14.kept")
async def test_no_page_is_seen_without_a_record(
    materials: Materials, by: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await kept(materials, scan(), by)

    async def dies(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(materials, "change", dies)
    looks: list[Callable[[], Awaitable[object]]] = [
        lambda: materials.pages(key, by),
        lambda: materials.page(key, 2, by),
    ]
    for look in looks:
        with pytest.raises(ConnectionError):
            await look()


async def test_of_pages_asked_for_at_one_instant_one_makes_the_record(
    materials: Materials, by: Cause
) -> None:
    key = await kept(materials, scan(), by)
    await asyncio.gather(*(materials.page(key, number, by) for number in (1, 2, 3)))
    assert await openings(materials, key) == ["staff:su"]


async def test_few_openings_are_kept_and_all_are_told(materials: Materials, cause: MakeCause) -> None:
    key = await kept(materials, photo(), cause())
    who = [f"staff:m{number}" for number in range(OPENINGS_KEPT + 5)]
    for actor in who:
        await materials.open(key, cause(actor))
    assert await openings(materials, key) == who
    assert [one["by"] for one in (await materials.get(key))["opened"]] == who[5:]


async def test_a_dropped_file_has_no_pages(materials: Materials, by: Cause) -> None:
    key = await kept(materials, scan(), by)
    await materials.page(key, 1, by)
    await materials.drop(key, by)
    with pytest.raises(FileNotFound):
        await materials.page(key, 1, by)
    with pytest.raises(NotFound):
        await materials.pages("0" * 32, by)


async def test_many_readers_are_told_to_wait(
    materials: Materials, by: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One who asks for page after page holds up the others for one page at most."""
    key, held, begun = await kept(materials, scan(), by), asyncio.Event(), []

    async def slow(*asked: object) -> int:
        begun.append(asked)
        await held.wait()
        return 3

    monkeypatch.setattr(judging, "_judge", slow)
    asked = [asyncio.ensure_future(materials.page(key, 1, by)) for _ in range(MOST_OF_ONE + 1)]
    done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    while not begun:  # noqa: ASYNC110 - it is read first
        await asyncio.sleep(0.01)
    begun_at_once = len(begun)
    held.set()
    await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one.exception()) for one in done] == [ViewerBusy]
    assert begun_at_once == 1


def test_the_scan_of_the_tests_has_three_pages() -> None:
    assert len(PdfReader(BytesIO(scan())).pages) == 3
