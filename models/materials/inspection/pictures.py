"""Photos, scans and screenshots: legible, and with nothing in them but what is seen (article 14).

A picture is encoded anew, which drops its location and other metadata. JPEG stays JPEG, PNG stays PNG as long
as it fits; HEIC and WebP become JPEG, which every viewer shows. What is transparent is judged and kept on
white, the ground on which it is shown.
"""

import re
from collections.abc import Callable
from math import sqrt
from typing import Any, BinaryIO

from PIL import Image, ImageFilter, ImageOps, ImageStat, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from models.materials.inspection import faults
from models.materials.inspection.kinds import HEAD, LARGEST, is_heif

SHORTEST_SIDE, LONG_SIDE = 300, 600
"""Pixels as they were sent; below that no document can be read."""
MOST_KEPT = 16_000_000
"""Pixels; a photo of 12 megapixels, A4 at 400 dpi, or a screenshot of six screens. More are made fewer."""
LONGEST_SIDE = 30_000
"""Pixels; twice that is more than a JPEG can hold."""
MOST_PIXELS = {"JPEG": 200_000_000, "MPO": 200_000_000, "PNG": 40_000_000}
"""A JPEG is decoded smaller; a PNG takes four bytes a pixel."""
MOST_PIXELS_ELSE = 26_000_000
MOST_DECODED = 26_000_000
"""Pixels in memory of a JPEG."""
MOST_SCANS = 50
"""Of a JPEG that is drawn in several goes; ten are usual, and each costs as much as a whole picture."""
MARKER, SCAN, LAST = re.compile(rb"\xff+([^\0\xd0-\xd7\xff])"), b"\xda", b"\xd9"
"""What follows in a JPEG; between them are its data, and numbers of pieces."""
BARE = ("1", "L", "P", "RGB")
"""Modes in which a picture is kept."""
QUALITIES = (90, 80, 70, 60)

DARKEST, BRIGHTEST = 35, 250
"""Mean luminance, 0 to 255; beyond it a picture needs marks to be taken."""
CONTRAST = 48
"""A mark is darker or lighter than the ground by so much."""
FEWEST_MARKS = 0.0002
"""Share of the pixels: a few words on a sheet."""
SHARPNESS = 15.0
"""Variance of the Laplacian; a page in focus is in the hundreds."""
SHARPEST = 40
"""What the Laplacian reaches where it is strongest: more than 100 at a letter in focus, below 20 at any
other. A sheet with one line has it, though its variance is that of a blank one."""
JUDGED_SIDE = 600
"""Pixels of the shorter side at which light and focus are measured."""
LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)

OPENERS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
"""Imported here so that Pillow need not load all it has."""
Image.MAX_IMAGE_PIXELS = None  # `MOST_PIXELS` tells instead


def clean(file: BinaryIO, out: BinaryIO) -> str:
    """Judge the picture in `file`, write it to `out` as it is kept, and return its media type.

    Raises:
        TooManyPixels, TooManyScans, PictureTooLong, MaterialUnclear, MaterialTooLarge
    """
    opened = _opened(file)
    kind = opened.format or ""
    if opened.width * opened.height > MOST_PIXELS.get(kind, MOST_PIXELS_ELSE):
        raise faults.TooManyPixels
    _check_size(*opened.size)
    if kind in ("JPEG", "MPO") and _scans(file) > MOST_SCANS:
        raise faults.TooManyScans
    image = _within_bounds(opened)
    ImageOps.exif_transpose(image, in_place=True)
    check_legible(image)
    return _write(image, out, png=kind == "PNG")


def _opened(file: BinaryIO) -> Image.Image:
    heif = is_heif(file.read(HEAD))
    file.seek(0)
    if heif:
        import pillow_heif  # noqa: PLC0415 - large, and seldom needed

        pillow_heif.options.DECODE_THREADS = 1
        pillow_heif.register_heif_opener(thumbnails=False)
    return Image.open(file, formats=["HEIF"] if heif else ["JPEG", "PNG", "WEBP"])


def _scans(file: BinaryIO) -> int:
    """How often a JPEG is drawn over; the file stands where it stood."""
    before = file.tell()
    file.seek(0)
    content = file.read()
    file.seek(before)
    scans, at = 0, 2
    while scans <= MOST_SCANS and (found := MARKER.search(content, at)) and found[1] != LAST:
        scans += found[1] == SCAN
        at = found.end() + int.from_bytes(content[found.end() : found.end() + 2])
    return scans


def _check_size(width: int, height: int) -> None:
    """
    Raises:
        PictureTooSmall: judged before it is made smaller.
        PictureTooLong: made small enough, it could not be read.
    """
    short, long = sorted((width, height))
    if short < SHORTEST_SIDE or long < LONG_SIDE:
        raise faults.PictureTooSmall
    if short * _scale(width, height) < SHORTEST_SIDE:
        raise faults.PictureTooLong


def _scale(width: int, height: int) -> float:
    return min(1.0, sqrt(MOST_KEPT / (width * height)), LONGEST_SIDE / max(width, height))


def _within_bounds(image: Image.Image) -> Image.Image:
    """In a mode of `BARE`, on white, with at most `MOST_KEPT` pixels; band by band, which saves memory."""
    size = _kept_size(image)
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        _decode_smaller(image)
    image.load()
    image = _in_bands(image)
    bands = image.getbands()
    hidden = ImageOps.invert(image.getchannel("A")) if "A" in bands else None
    if hidden is None and image.width <= size[0]:
        return image
    if image.mode in ("1", "P"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    colours = [band for band in image.getbands() if band != "A"]
    fitted = [_fitted(image.getchannel(colour), hidden, size) for colour in colours]
    return Image.merge("".join(colours), fitted)


def _in_bands(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        return image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
    return image if image.mode in BARE else image.convert("RGB")


def _fitted(band: Image.Image, hidden: Image.Image | None, size: tuple[int, int]) -> Image.Image:
    if hidden:
        band.paste(255, mask=hidden)
    return band if band.width <= size[0] else band.resize(size, reducing_gap=2.0)


def _kept_size(image: Image.Image) -> tuple[int, int]:
    scale = _scale(*image.size)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _decode_smaller(image: JpegImagePlugin.JpegImageFile) -> None:
    """A JPEG can be decoded at a half, a quarter or an eighth."""
    part = 1
    while image.width * image.height > MOST_DECODED * part**2 and part < 8:
        part *= 2
    if part > 1:
        image.draft(None, (image.width // part, image.height // part))


def check_legible(image: Image.Image) -> None:
    """
    Raises:
        MaterialUnclear: saying what to do better.
    """
    grey = image.convert("L")
    scale = JUDGED_SIDE / min(grey.size)
    if scale < 1:
        size = round(grey.width * scale), round(grey.height * scale)
        grey = grey.resize(size, reducing_gap=2.0)
    light = ImageStat.Stat(grey).mean[0]
    if not DARKEST <= light <= BRIGHTEST and _marks(grey) < FEWEST_MARKS:
        raise faults.PictureTooDark if light < DARKEST else faults.PictureTooBright
    inside = (1, 1, grey.width - 1, grey.height - 1)  # a kernel leaves the border as it was
    edges = grey.filter(LAPLACIAN).crop(inside)
    if ImageStat.Stat(edges).var[0] < SHARPNESS and _strongest(edges) < SHARPEST:
        raise faults.PictureBlurred


def _marks(grey: Image.Image) -> float:
    """The share of pixels that stand out from the ground."""
    ground = ImageStat.Stat(grey).median[0]
    return _share(grey, lambda value: abs(value - ground) >= CONTRAST)


def _strongest(edges: Image.Image) -> int:
    """What the strongest edges reach, a few pixels apart."""
    reached = (level for level in range(128, 0, -1) if _share(edges, _beyond(level)) >= FEWEST_MARKS)
    return next(reached, 0)


def _beyond(level: int) -> Callable[[int], bool]:
    return lambda value: abs(value - 128) >= level


def _share(grey: Image.Image, wanted: Callable[[int], bool]) -> float:
    counts = grey.histogram()
    return sum(count for value, count in enumerate(counts) if wanted(value)) / sum(counts)


def _write(image: Image.Image, out: BinaryIO, *, png: bool) -> str:
    """The pixels alone: nothing of what the camera wrote beside them.

    Raises:
        MaterialTooLarge
    """
    image.info.clear()
    if png and _fits(image, out, "PNG", compress_level=3):  # a fifth of the time, a tenth more bytes
        return "image/png"
    image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    for quality in QUALITIES:
        if _fits(image, out, "JPEG", quality=quality):
            return "image/jpeg"
    raise faults.MaterialTooLarge


def _fits(image: Image.Image, out: BinaryIO, kind: str, **options: Any) -> bool:
    out.seek(0)
    out.truncate()
    image.save(out, kind, **options)
    return out.tell() <= LARGEST
