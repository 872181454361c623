"""Pictures are legible, without hidden data, and of a bounded size (article 14)."""

from io import BytesIO
from random import Random

import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from models.materials.inspection.faults import MaterialUnclear, PictureTooLong, TooManyScans
from models.materials.inspection.kinds import LARGEST, file_name
from models.materials.inspection.pictures import LONGEST_SIDE, MOST_KEPT
from tests.models.materials.bombs import one_colour_png
from tests.models.materials.inspecting import encoded, inspect, page, refusal

pillow_heif.register_heif_opener()
A4 = (1240, 1754)
"""At 150 dpi."""


@pytest.mark.article("14.legible")
@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (page((500, 400)), "太小"),
        (page(ground="#181818", ink="#2a2a2a"), "太暗"),
        (Image.new("RGB", (900, 700), "#fff"), "过亮"),
        (page(ground="#fff", ink="#e8e8e8"), "过亮"),
        (Image.new("RGB", (900, 700), "#aaa"), "模糊"),
        (page().filter(ImageFilter.GaussianBlur(6)), "模糊"),
        (page(A4, "#fff", "#000", lines=3, letters=60).filter(ImageFilter.GaussianBlur(12)), "模糊"),
    ],
    ids=["small", "dark", "white", "blown out", "blank", "blurred", "blurred lines"],
)
def test_what_cannot_be_read_is_refused_with_the_reason(image: Image.Image, reason: str) -> None:
    with pytest.raises(MaterialUnclear, match=reason) as refused:
        inspect(encoded(image))
    assert refused.value.code == "material_unclear"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_legible_page_is_taken(kind: str) -> None:
    cleaned = inspect(encoded(page(), kind))
    assert cleaned.media_type == f"image/{kind.lower()}"
    assert cleaned.picture.size == (900, 700)


@pytest.mark.parametrize("lines", [1, 3, 10])
@pytest.mark.parametrize("ink", ["#000", "#777"])
def test_a_clean_scan_that_is_nearly_white_is_taken(lines: int, ink: str) -> None:
    inspect(encoded(page(A4, "#fff", ink, lines=lines, letters=24)))


def test_a_screenshot_of_a_dark_screen_is_taken() -> None:
    inspect(encoded(page((1080, 2340), "#000", "#ddd", lines=20, letters=36), "PNG"))


def test_a_long_screenshot_stays_readable() -> None:
    sent = page((1080, 12000), "#fff", "#222", letters=36)
    assert inspect(encoded(sent, "PNG")).picture.size == sent.size
    longer = inspect(encoded(page((1080, 20000), "#fff", "#222", letters=36), "PNG")).picture
    assert longer.width > 900
    assert longer.width * longer.height <= MOST_KEPT * 1.01


def test_a_picture_that_could_not_be_read_when_made_to_fit_is_refused_as_too_long() -> None:
    with pytest.raises(PictureTooLong):
        inspect(encoded(page((320, LONGEST_SIDE + 4000), "#fff", letters=20), "PNG"))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_judged_and_kept_on_white(mode: str) -> None:
    """Black letters on nothing, as a seal or a signature is cut out."""
    image = Image.new("RGBA", (900, 700), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((40, 40), "signature 1 2 3", fill=(0, 0, 0, 255), font_size=90)
    cleaned = inspect(encoded(image if mode == "RGBA" else image.convert(mode), "PNG"))
    assert cleaned.picture.mode in {"L", "RGB"}
    assert cleaned.picture.convert("L").getpixel((5, 5)) == 255


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "1"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    image = page().convert("L")
    sent = (
        image.convert("I").point(lambda v: v * 256).convert("I;16") if mode == "I;16" else image.convert(mode)
    )
    assert inspect(encoded(sent, "PNG")).media_type == "image/png"


@pytest.mark.parametrize("kind", ["HEIF", "WEBP"])
def test_what_phones_write_besides_is_kept_as_a_jpeg(kind: str) -> None:
    """Whatever the file is called: the name is not looked at."""
    cleaned = inspect(encoded(page(), kind, exif=placed()))
    assert (cleaned.media_type, cleaned.picture.format) == ("image/jpeg", "JPEG")
    assert b"SECRET" not in cleaned.content


def test_a_photo_in_several_pictures_is_taken_as_the_first_of_them() -> None:
    small = page((640, 480))
    sent = encoded(page(), "MPO", save_all=True, append_images=[small])
    assert Image.open(BytesIO(sent)).format == "MPO"
    cleaned = inspect(sent)
    assert cleaned.media_type == "image/jpeg"
    assert cleaned.picture.size == (900, 700)
    assert len(cleaned.content) < len(sent)


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1")])
def test_what_is_larger_than_anybody_needs_is_made_smaller(kind: str, mode: str) -> None:
    sent = page((800, 600)).resize((6000, 4500)).convert(mode)
    kept = inspect(encoded(sent, kind)).picture
    assert MOST_KEPT / 3 < kept.width * kept.height <= MOST_KEPT * 1.01


def test_a_picture_that_would_grow_beyond_the_limit_is_encoded_otherwise() -> None:
    """Noise in a few colours with one that is see-through: small as a palette, 40 MB in true colour."""
    noise = Image.effect_noise((3800, 3800), 200).quantize(64)
    colours = Random(5).randbytes(192)
    noise.putpalette(colours)
    sent = encoded(noise, "PNG", transparency=0)
    assert len(sent) < LARGEST
    cleaned = inspect(sent)
    assert len(cleaned.content) <= LARGEST
    assert cleaned.picture.size == noise.size


def test_a_palette_is_kept() -> None:
    cleaned = inspect(encoded(page().quantize(8), "PNG"))
    assert cleaned.picture.mode == "P"


honest_pages = st.builds(
    page,
    size=st.tuples(st.integers(620, 2600), st.integers(620, 2600)),
    ground=st.sampled_from(["#fff", "#fdfdfb", "#e8e4d8", "#bbb", "#000", "#1e1e1e"]),
    ink=st.just("#777"),
    lines=st.integers(2, 12),
    letters=st.integers(26, 60),
)
ways = st.sampled_from(
    [
        ("JPEG", "RGB", {"quality": 75}),
        ("JPEG", "L", {"progressive": True}),
        ("JPEG", "CMYK", {}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("PNG", "L", {}),
        ("WEBP", "RGB", {"quality": 80}),
        ("HEIF", "RGB", {"quality": 60}),
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(honest_pages, ways, st.sampled_from([None, 3, 6, 8]))
def test_every_honest_picture_is_taken_within_the_limit(
    image: Image.Image, way: tuple[str, str, dict[str, object]], turned: int | None
) -> None:
    kind, mode, options = way
    exif = Image.Exif()
    if turned and kind in {"JPEG", "PNG", "WEBP"}:
        exif[0x0112] = turned
    cleaned = inspect(encoded(image.convert(mode), kind, exif=exif, **options))
    assert cleaned.media_type in {"image/jpeg", "image/png"}
    assert len(cleaned.content) <= LARGEST
    assert sorted(cleaned.picture.size) == sorted(image.size)
    assert not cleaned.picture.getexif()


def placed() -> Image.Exif:
    """What a camera writes of where it was, and how it was held."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    exif[0x010E] = "SECRET PLACE"
    exif.get_ifd(0x8825)[2] = (22.0, 56.0, 0.0)
    return exif


def test_where_a_photo_was_taken_is_not_kept_and_it_stands_upright() -> None:
    cleaned = inspect(encoded(page(), exif=placed()))
    assert cleaned.picture.size == (700, 900)
    assert not cleaned.picture.getexif()
    assert b"SECRET" not in cleaned.content


@pytest.mark.parametrize(
    "content",
    [
        encoded(
            page((640, 480)), exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
        ),
        encoded(page((640, 480)).convert("P"), "PNG"),
        encoded(page((640, 480)), "WEBP"),
        encoded(page((640, 480)), "HEIF"),
    ],
    ids=["jpeg", "png", "webp", "heif"],
)
def test_a_damaged_picture_is_refused_or_taken_but_never_breaks_it(content: bytes) -> None:
    random = Random(11)
    for _ in range(40):
        broken = bytearray(content)
        for _ in range(random.randrange(1, 6)):
            broken[random.randrange(min(len(broken), random.choice([60, 400, 10**9])))] = random.randrange(
                256
            )
        try:
            inspect(bytes(broken))
        except Exception as error:
            assert getattr(error, "code", "").startswith("material_"), error


def test_a_photo_is_drawn_in_so_many_goes_and_no_more() -> None:
    drawn = encoded(page(), progressive=True)
    begin = drawn.rindex(b"\xff\xda")
    again = drawn[begin:-2]
    assert inspect(drawn + b"\xff\xda\0\2" * 100).media_type == "image/jpeg"  # a film behind the photo
    assert inspect(drawn[:-2] + again * 10 + drawn[-2:]).media_type == "image/jpeg"
    with pytest.raises(TooManyScans):
        inspect(drawn[:-2] + again * 60 + drawn[-2:])


def test_half_a_photo_is_damaged() -> None:
    assert refusal(encoded(page())[:4000]) == "material_damaged"


def test_a_record_of_the_camera_that_cannot_be_read_is_damage() -> None:
    broken = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\x03\0\0\0\x01\0\x09\0\0" * 5
    try:
        inspect(encoded(page(), exif=broken))
    except Exception as error:
        assert getattr(error, "code", "") == "material_damaged"


def test_a_picture_that_unfolds_to_more_than_a_photo_is_refused() -> None:
    bomb = one_colour_png(8000)
    assert len(bomb) < LARGEST / 50
    assert refusal(bomb) == "material_too_large"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("申请人有效身份证件", "申请人有效身份证件.jpg"),
        ("../../etc/passwd", "etc passwd.jpg"),
        ("", "file.jpg"),
        ("\x00\n", "file.jpg"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert file_name(name, "image/jpeg") == safe
