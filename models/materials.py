"""Uploaded files: legible, without hidden data, and sealed (article 14).

A photo is re-encoded, which drops its location and other metadata. What nobody could read is refused on
the spot, with the reason. The bytes are sealed and kept in GridFS; a document of `materials` describes them.
"""

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath
from typing import ClassVar
from uuid import uuid4

from PIL import Image, ImageFilter, ImageOps, ImageStat, UnidentifiedImageError
from pymongo import IndexModel

from models.errors import BadInput, NotFound
from models.events import Cause, Event
from models.privacy import Privacy
from models.store import Database, Document, Store

LARGEST = 20 * 1024 * 1024
SHORTEST_SIDE, LONG_SIDE = 300, 600
"""Pixels; below that no document can be read."""
DARKEST, BRIGHTEST = 35, 250
"""Mean luminance, 0 to 255."""
SHARPNESS = 15.0
"""Variance of the Laplacian at 800 pixels; a page in focus is in the hundreds."""
MOST_PIXELS = 80_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}

TOO_LARGE = BadInput("material_too_large", "文件超过20MB，请压缩或重新拍照后再上传", field="file")
NOT_ACCEPTED = BadInput("material_kind_not_accepted", "只接受照片（JPG、PNG）或PDF文件", field="file")
DAMAGED = BadInput("material_damaged", "文件已损坏，请重新拍照或另存后再上传", field="file")
LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


@dataclass(frozen=True)
class Cleaned:
    """A file as it is kept."""

    content: bytes
    media_type: str


def inspect(content: bytes) -> Cleaned:
    """Judge a file by its content, and clean it.

    Raises:
        BadInput: `material_too_large`, `material_kind_not_accepted`, `material_damaged`, `material_unclear`.
    """
    if len(content) > LARGEST:
        raise TOO_LARGE
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise DAMAGED
        return Cleaned(content, "application/pdf")
    return _clean_image(content)


def _clean_image(content: bytes) -> Cleaned:
    try:
        with Image.open(BytesIO(content), formats=list(FORMATS)) as opened:
            kind = opened.format or ""
            if opened.width * opened.height > MOST_PIXELS:
                raise TOO_LARGE
            image = ImageOps.exif_transpose(opened)
            image.load()
    except UnidentifiedImageError:
        raise NOT_ACCEPTED from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise DAMAGED from None
    check_legible(image)
    return Cleaned(_encoded(image, kind), FORMATS[kind])


def check_legible(image: Image.Image) -> None:
    """
    Raises:
        BadInput: `material_unclear`, saying what to do better.
    """
    if min(image.size) < SHORTEST_SIDE or max(image.size) < LONG_SIDE:
        raise _unclear("照片太小，看不清文字，请靠近拍摄或上传原图")
    grey = image.convert("L")
    grey.thumbnail((800, 800))
    light = ImageStat.Stat(grey).mean[0]
    if light < DARKEST:
        raise _unclear("照片太暗，请到光线充足的地方重新拍摄")
    if light > BRIGHTEST:
        raise _unclear("照片过亮或是空白，请避开反光重新拍摄")
    inside = (1, 1, grey.width - 1, grey.height - 1)  # a kernel leaves the border as it was
    if ImageStat.Stat(grey.filter(LAPLACIAN).crop(inside)).var[0] < SHARPNESS:
        raise _unclear("照片模糊，请拿稳手机、对准焦点后重新拍摄")


def _unclear(message: str) -> BadInput:
    return BadInput("material_unclear", message, field="file")


def _encoded(image: Image.Image, kind: str) -> bytes:
    """The pixels alone: nothing of what the camera wrote beside them."""
    bare = image.convert("RGB") if kind == "JPEG" else image.convert("RGBA" if "A" in image.mode else "RGB")
    bare.info.clear()
    out = BytesIO()
    bare.save(out, kind, **({"quality": 90} if kind == "JPEG" else {"optimize": False}))
    return out.getvalue()


def safe_name(name: str | None, media_type: str) -> str:
    """The file's own name without folders or control characters, with the ending its content calls for."""
    endings = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
    stem = PurePosixPath((name or "").replace("\\", "/")).stem
    stem = "".join(c for c in stem if c.isprintable())[:60].strip(" .") or "file"
    return stem + endings[media_type]


class Materials(Store):
    """`{_id, applicant, application, code, name, media_type, size, sha256, key, at}`; `size` in bytes."""

    collection = "materials"
    missing = NotFound("file_not_found", "没有找到该文件")
    indexes: ClassVar = [IndexModel("application")]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.files = database.bucket("files")
        self.privacy = privacy

    async def keep(
        self, applicant: str, application: str, code: str, name: str | None, content: bytes, by: Cause
    ) -> Document:
        """Clean and seal a file. The bytes go first: a file without its document is only waste.

        Raises:
            BadInput: see `inspect`.
        """
        cleaned = await asyncio.to_thread(inspect, content)
        key = uuid4().hex
        sealed = await asyncio.to_thread(self.privacy.seal_bytes, cleaned.content, f"file:{key}")
        await self.files.upload_from_stream_with_id(key, key, sealed)
        document = {
            "_id": key,
            "applicant": applicant,
            "application": application,
            "code": code,
            "name": safe_name(name, cleaned.media_type),
            "media_type": cleaned.media_type,
            "size": len(cleaned.content),
            "sha256": sha256(cleaned.content).hexdigest(),
            "key": self.privacy.current,
            "at": by.at,
        }
        return await self.add(document, Event("material.kept", key, by, {"application": application}))

    async def read(self, key: str, applicant: str | None = None) -> tuple[Document, bytes]:
        """A file and its description; of `applicant`'s own, where one is given.

        Raises:
            NotFound: `file_not_found`.
        """
        found = await self.get(key)
        if applicant not in (None, found["applicant"]):
            raise self.missing
        stream = await self.files.open_download_stream(key)
        sealed = await stream.read()
        content = await asyncio.to_thread(self.privacy.open_bytes, sealed, f"file:{key}", found["key"])
        return found, content

    async def view(self, key: str, by: Cause) -> tuple[Document, bytes]:
        """As `read`, for staff; that they saw it stays on record.

        Raises:
            NotFound: `file_not_found`.
        """
        await self.change(key, expects={}, event=Event("material.viewed", key, by), otherwise=self.missing)
        return await self.read(key)

    async def drop(self, key: str, by: Cause) -> None:
        """Remove the bytes; that there was a file stays on record."""
        await self.change(
            key,
            expects={"dropped_at": None},
            sets={"dropped_at": by.at},
            event=Event("material.dropped", key, by),
            otherwise=self.missing,
        )
        await self.files.delete(key)
