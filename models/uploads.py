"""Whether an uploaded file can be taken: legible, without hidden data, and harmless (article 14).

Its content decides, not its name. A photo is encoded anew, which drops its location and other metadata;
a PDF is taken as it is, or not at all. What nobody could read is refused on the spot, with the reason.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from zipfile import is_zipfile

from PIL import Image, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from models.errors import BadInput, DomainError


class MaterialTooLarge(BadInput):
    code = "material_too_large"
    message = "文件超过20MB，请压缩或重新拍照后再上传"
    field = "file"


class TooManyPixels(MaterialTooLarge):
    message = "图片超过5000万像素，请调低分辨率后重新拍摄或上传"


class DocumentTooComplex(MaterialTooLarge):
    message = "PDF文件内容过多，请拆分后再上传"


class MaterialKindNotAccepted(BadInput):
    code = "material_kind_not_accepted"
    message = "只接受照片（JPG、PNG）或PDF文件"
    field = "file"


class MaterialDamaged(BadInput):
    code = "material_damaged"
    message = "文件已损坏，请重新拍照或另存后再上传"
    field = "file"


class MaterialUnclear(BadInput):
    """Nobody could read it; the message says what to do better."""

    code = "material_unclear"
    field = "file"


class PictureTooSmall(MaterialUnclear):
    message = "照片太小，看不清文字，请靠近拍摄或上传原图"


class PictureTooDark(MaterialUnclear):
    message = "照片太暗，请到光线充足的地方重新拍摄"


class PictureTooBright(MaterialUnclear):
    message = "照片过亮或是空白，请避开反光重新拍摄"


class PictureBlurred(MaterialUnclear):
    message = "照片模糊，请拿稳手机、对准焦点后重新拍摄"


class MaterialEncrypted(BadInput):
    code = "material_encrypted"
    message = "PDF文件已加密，请解除密码或打印为新的PDF文件后再上传"
    field = "file"


class MaterialActive(BadInput):
    code = "material_active"
    message = "PDF文件含有脚本或会运行程序，请打印为新的PDF文件或拍照后再上传"
    field = "file"


LARGEST = 20 * 1024 * 1024
SHORTEST_SIDE, LONG_SIDE = 300, 600
"""Pixels; below that no document can be read."""
LONGEST_SIDE = 4000
"""Pixels; A4 at 340 dpi. What is larger is made smaller."""
MOST_PIXELS = 50_000_000
DARKEST, BRIGHTEST = 35, 250
"""Mean luminance, 0 to 255."""
SHARPNESS = 15.0
"""Variance of the Laplacian at 800 pixels; a page in focus is in the hundreds."""
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}
MOST_OBJECTS = 20_000
"""Of a PDF, without what its pages show; a book of a thousand pages has some thousands."""
HARMLESS = frozenset({"/Parent", "/Contents", "/Resources", "/StructTreeRoot", "/Metadata"})
"""Keys below which no action can be."""
ACTS = frozenset({"/JavaScript", "/Launch"})

LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


@dataclass(frozen=True)
class Cleaned:
    """A file as it is kept."""

    content: bytes
    media_type: str


def inspect(content: bytes) -> Cleaned:
    """Judge a file by its content, and clean it.

    Raises:
        BadInput: `material_too_large`, `material_kind_not_accepted`, `material_damaged`,
            `material_unclear`, `material_encrypted`, `material_active`.
    """
    if len(content) > LARGEST:
        raise MaterialTooLarge
    try:
        return _judged_pdf(content) if content.startswith(b"%PDF-") else _clean_image(content)
    except DomainError:
        raise
    except UnidentifiedImageError:
        raise MaterialKindNotAccepted from None
    except Exception:  # both libraries raise anything at what a stranger made up
        raise MaterialDamaged from None


def _clean_image(content: bytes) -> Cleaned:
    with Image.open(BytesIO(content), formats=list(FORMATS)) as opened:
        kind = "PNG" if opened.format == "PNG" else "JPEG"  # or MPO, a JPEG with further pictures behind it
        if opened.width * opened.height > MOST_PIXELS:
            raise TooManyPixels
        image = ImageOps.exif_transpose(_within_bounds(opened))
    check_legible(image)
    return Cleaned(_encoded(image, kind), FORMATS[kind])


def _within_bounds(image: Image.Image) -> Image.Image:
    """No side above LONGEST_SIDE, made so with little more memory than the pixels take."""
    if max(image.size) > LONGEST_SIDE and image.format != "PNG":
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=1.0)  # a JPEG is decoded smaller
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if max(image.size) <= LONGEST_SIDE:
        image.load()
        return image
    scale = LONGEST_SIDE / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    bands = [image.getchannel(band).resize(size, reducing_gap=2.0) for band in image.getbands()]
    return Image.merge(image.mode, bands)


def check_legible(image: Image.Image) -> None:
    """
    Raises:
        BadInput: `material_unclear`, saying what to do better.
    """
    if min(image.size) < SHORTEST_SIDE or max(image.size) < LONG_SIDE:
        raise PictureTooSmall
    grey = image.convert("L")
    grey.thumbnail((800, 800))
    light = ImageStat.Stat(grey).mean[0]
    if light < DARKEST:
        raise PictureTooDark
    if light > BRIGHTEST:
        raise PictureTooBright
    inside = (1, 1, grey.width - 1, grey.height - 1)  # a kernel leaves the border as it was
    if ImageStat.Stat(grey.filter(LAPLACIAN).crop(inside)).var[0] < SHARPNESS:
        raise PictureBlurred


def _encoded(image: Image.Image, kind: str) -> bytes:
    """The pixels alone: nothing of what the camera wrote beside them."""
    bare = image.convert("RGB") if kind == "JPEG" else image.convert("RGBA" if "A" in image.mode else "RGB")
    bare.info.clear()
    out = BytesIO()
    bare.save(out, kind, **({"quality": 90} if kind == "JPEG" else {"optimize": False}))
    return out.getvalue()


def _judged_pdf(content: bytes) -> Cleaned:
    if not content.rstrip(b"\0\t\n\f\r ").endswith(b"%%EOF") or is_zipfile(BytesIO(content)):
        raise MaterialDamaged
    document = PdfReader(BytesIO(content), strict=True)
    if document.is_encrypted:
        raise MaterialEncrypted
    _check_passive(document.root_object)
    if document.pages[0].get("/Type") != "/Page":
        raise MaterialDamaged
    return Cleaned(content, "application/pdf")


def _check_passive(catalogue: DictionaryObject) -> None:
    """
    Raises:
        BadInput: `material_active`, it runs a script or a program; or `material_too_large`.
    """
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [catalogue]
    for _ in range(MOST_OBJECTS):
        if not waiting:
            return
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            if "/JS" in found or "/JavaScript" in found or ("/S" in found and str(found["/S"]) in ACTS):
                raise MaterialActive
            waiting.extend(_containers(value for key, value in found.items() if key not in HARMLESS))
        elif isinstance(found, ArrayObject):
            waiting.extend(_containers(found))
    raise DocumentTooComplex


def _containers(values: Any) -> list[Any]:
    return [v for v in values if isinstance(v, IndirectObject | DictionaryObject | ArrayObject)]


def safe_name(name: str | None, media_type: str) -> str:
    """The file's own name without folders or control characters, with the ending its content calls for."""
    endings = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
    stem = PurePosixPath((name or "").replace("\\", "/")).stem
    stem = "".join(c for c in stem if c.isprintable())[:60].strip(" .") or "file"
    return stem + endings[media_type]
