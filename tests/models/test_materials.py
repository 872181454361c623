"""Uploads are legible, without hidden data, and sealed (article 14)."""

from collections.abc import Callable
from io import BytesIO
from random import Random

import pytest
from PIL import Image, ImageDraw, ImageFilter

from models.errors import BadInput, NotFound
from models.events import Cause
from models.materials import LARGEST, Materials, inspect, safe_name
from models.privacy import Privacy
from models.store import Database

MakeCause = Callable[..., Cause]


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
    with pytest.raises(BadInput) as refused:
        inspect(content)
    assert refused.value.code == code


def test_random_bytes_never_break_it() -> None:
    random = Random(7)
    for start in (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"):
        for _ in range(50):
            with pytest.raises(BadInput):
                inspect(start + random.randbytes(random.randrange(400)))


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


async def test_files_are_sealed_and_only_their_owners(
    any_database: Database, privacy: Privacy, cause: MakeCause
) -> None:
    materials = Materials(any_database, privacy)
    await materials.prepare()
    content = b"%PDF-1.7 secret %%EOF"
    kept = await materials.keep("p1", "app1", "id_card", "id.pdf", content, cause())
    raw = [chunk async for chunk in any_database["files.chunks"].find({"files_id": kept["_id"]})]
    assert raw
    assert b"secret" not in bytes(raw[0]["data"])
    _, read = await materials.read(kept["_id"], "p1")
    assert read == content
    with pytest.raises(NotFound):
        await materials.read(kept["_id"], "p2")
    await materials.drop(kept["_id"], cause())
    assert await any_database["files.files"].count_documents({}) == 0
