"""Uploads are legible, without hidden data, and harmless (article 14)."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from subprocess import run
from sys import executable
from time import perf_counter
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFilter
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, PdfObject, TextStringObject

from models.errors import BadInput
from models.uploads import LARGEST, LONGEST_SIDE, inspect, safe_name
from tests.files import a_pdf

ROOT = Path(__file__).parents[2]


def page(size: tuple[int, int] = (900, 700), ground: str = "#d8d8d0", ink: str = "#111") -> Image.Image:
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    for line in range(size[1] // 22):
        draw.text((10, 22 * line), f"certificate {line} " * 8, fill=ink)
    return image


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(BadInput) as refused:
        inspect(content)
    return refused.value.code


@pytest.mark.article(14)
@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (page((500, 400)), "太小"),
        (page(ground="#181818", ink="#2a2a2a"), "太暗"),
        (Image.new("RGB", (900, 700), "#fff"), "过亮"),
        (Image.new("RGB", (900, 700), "#aaa"), "模糊"),
        (page().filter(ImageFilter.GaussianBlur(6)), "模糊"),
    ],
    ids=["small", "dark", "white", "blank", "blurred"],
)
def test_what_cannot_be_read_is_refused_with_the_reason(image: Image.Image, reason: str) -> None:
    with pytest.raises(BadInput, match=reason) as refused:
        inspect(encoded(image))
    assert refused.value.code == "material_unclear"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_legible_page_is_taken(kind: str) -> None:
    cleaned = inspect(encoded(page(), kind))
    assert cleaned.media_type == f"image/{kind.lower()}"
    assert Image.open(BytesIO(cleaned.content)).size == (900, 700)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "1"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    image = page().convert("L")
    sent = (
        image.convert("I").point(lambda v: v * 256).convert("I;16") if mode == "I;16" else image.convert(mode)
    )
    assert inspect(encoded(sent, "PNG")).media_type == "image/png"


def test_a_photo_in_several_pictures_is_taken_as_the_first_of_them() -> None:
    small = page((640, 480))
    sent = encoded(page(), "MPO", save_all=True, append_images=[small])
    assert Image.open(BytesIO(sent)).format == "MPO"
    cleaned = inspect(sent)
    assert cleaned.media_type == "image/jpeg"
    assert Image.open(BytesIO(cleaned.content)).size == (900, 700)
    assert len(cleaned.content) < len(sent)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA")])
def test_what_is_larger_than_anybody_needs_is_made_smaller(kind: str, mode: str) -> None:
    sent = page((800, 600)).resize((6000, 4500)).convert(mode)
    cleaned = inspect(encoded(sent, kind))
    assert max(Image.open(BytesIO(cleaned.content)).size) == LONGEST_SIDE


def test_where_a_photo_was_taken_is_not_kept_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010E] = "SECRET PLACE"
    exif.get_ifd(0x8825)[2] = (22.0, 56.0, 0.0)
    cleaned = inspect(encoded(page(), exif=exif))
    kept = Image.open(BytesIO(cleaned.content))
    assert kept.size == (700, 900)
    assert not kept.getexif()
    assert b"SECRET" not in cleaned.content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "material_kind_not_accepted"),
        (b"MZ\x90\x00 an executable", "material_kind_not_accepted"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "material_kind_not_accepted"),
        (encoded(page(), "GIF"), "material_kind_not_accepted"),
        (encoded(page())[:4000], "material_damaged"),
        (b"%PDF-1.7 cut off", "material_damaged"),
        (b"%PDF-" + bytes(LARGEST), "material_too_large"),
    ],
    ids=["empty", "program", "svg", "gif", "half a photo", "half a pdf", "too large"],
)
def test_kinds_are_told_by_content(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_random_bytes_never_break_it() -> None:
    random = Random(7)
    for start in (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n"):
        for _ in range(50):
            refusal(start + random.randbytes(random.randrange(400)))


@pytest.mark.parametrize(
    "content",
    [
        encoded(
            page((640, 480)), exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
        ),
        encoded(page((640, 480)).convert("P"), "PNG"),
        a_pdf(),
    ],
    ids=["jpeg", "png", "pdf"],
)
def test_a_damaged_file_is_refused_or_taken_but_never_breaks_it(content: bytes) -> None:
    random = Random(11)
    for _ in range(60):
        broken = bytearray(content)
        for _ in range(random.randrange(1, 6)):
            broken[random.randrange(min(len(broken), random.choice([60, 400, 10**9])))] = random.randrange(
                256
            )
        try:
            inspect(bytes(broken))
        except BadInput as error:
            assert error.code.startswith("material_")


def test_a_record_of_the_camera_that_cannot_be_read_is_damage() -> None:
    broken = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\x03\0\0\0\x01\0\x09\0\0" * 5
    try:
        inspect(encoded(page(), exif=broken))
    except BadInput as error:
        assert error.code == "material_damaged"


def one_colour_png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = zlib.compress(bytes(1 + 4 * side) * side)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def test_a_picture_that_unfolds_to_more_than_a_photo_is_refused_before_it_is_read() -> None:
    bomb = one_colour_png(8000)
    assert len(bomb) < LARGEST / 50
    before, began = getrusage(RUSAGE_SELF).ru_maxrss, perf_counter()
    assert refusal(bomb) == "material_too_large"
    assert perf_counter() - began < 1
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 50_000


def test_the_largest_picture_that_is_taken_stays_within_memory(tmp_path: Path) -> None:
    """In a process of its own, whose peak is that of this picture alone."""
    (tmp_path / "large.png").write_bytes(one_colour_png(7000))
    code = (
        "import resource, sys; from pathlib import Path; from models.uploads import inspect\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        "try: inspect(Path(sys.argv[1]).read_bytes())\n"
        "except Exception as error: print(error.code, peak() - before)"
    )
    told = run(
        [executable, "-c", code, str(tmp_path / "large.png")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told[0] == "material_unclear"
    assert int(told[1]) < 350_000  # kB: the pixels once, and little else


@pytest.mark.article(14)
def test_an_ordinary_pdf_is_taken_as_it_is() -> None:
    sent = a_pdf()
    cleaned = inspect(sent)
    assert (cleaned.content, cleaned.media_type) == (sent, "application/pdf")
    assert inspect(sent + b"\r\n\0\0").media_type == "application/pdf"


def test_a_pdf_of_many_scanned_pages_is_judged_at_once() -> None:
    writer = PdfWriter()
    for _ in range(60):
        writer.add_blank_page(595, 842)
    picture = BytesIO()
    writer.write(picture)
    began = perf_counter()
    inspect(picture.getvalue())
    assert perf_counter() - began < 0.3


def action(kind: str, **more: PdfObject) -> DictionaryObject:
    found = {"/S": NameObject(kind)} | {f"/{name}": value for name, value in more.items()}
    return DictionaryObject({NameObject(name): value for name, value in found.items()})


SCRIPT = action("/JavaScript", JS=TextStringObject("app.alert(1)"))


@pytest.mark.parametrize(
    "catalogue",
    [
        {"/OpenAction": SCRIPT},
        {"/OpenAction": action("/Launch", F=TextStringObject("cmd.exe"))},
        {"/OpenAction": action("/GoTo", Next=SCRIPT)},
        {"/AA": DictionaryObject({NameObject("/WC"): SCRIPT})},
        {
            "/Names": DictionaryObject(
                {
                    NameObject("/JavaScript"): DictionaryObject(
                        {NameObject("/Names"): ArrayObject([TextStringObject("a"), SCRIPT])}
                    )
                }
            )
        },
    ],
    ids=["script", "launch", "next", "closing", "names"],
)
def test_a_pdf_that_does_something_is_refused(catalogue: dict[str, PdfObject]) -> None:
    with pytest.raises(BadInput, match="脚本") as refused:
        inspect(a_pdf(catalogue=catalogue))
    assert refused.value.code == "material_active"


def test_an_encrypted_pdf_is_refused_with_the_reason() -> None:
    with pytest.raises(BadInput, match="加密") as refused:
        inspect(a_pdf(password="secret"))
    assert refused.value.code == "material_encrypted"


def test_an_archive_that_looks_like_a_pdf_is_refused() -> None:
    end = b"PK\x05\x06" + bytes(18)
    for content in (
        b"%PDF-1.4\n" + b"PK\x03\x04" * 10 + b"%%EOF",
        a_pdf() + b"PK\x03\x04" + bytes(40) + end,
        a_pdf() + end[:-2] + struct.pack("<H", 6) + b"\n%%EOF",
        b"%PDF-1.4 <script>alert(1)</script> %%EOF",
    ):
        assert refusal(content) == "material_damaged"


def test_a_pdf_without_a_page_is_damaged() -> None:
    empty = BytesIO()
    PdfWriter().write(empty)
    assert refusal(empty.getvalue()) == "material_damaged"


def test_a_pdf_that_leads_into_itself_is_judged() -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    ring: Any = writer._add_object(DictionaryObject())
    ring.get_object()[NameObject("/Next")] = ring
    writer.root_object[NameObject("/OpenAction")] = ring
    out = BytesIO()
    writer.write(out)
    assert inspect(out.getvalue()).media_type == "application/pdf"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\照片\\我的.PNG", "我的.jpg"),
        (None, "file.jpg"),
        ("\x00\n", "file.jpg"),
    ],
)
def test_names(name: str | None, safe: str) -> None:
    assert safe_name(name, "image/jpeg") == safe
