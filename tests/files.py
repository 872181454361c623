"""Files as people hand them in."""

from io import BytesIO
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import NameObject, PdfObject


def a_pdf(title: str = "证照", *, password: str = "", catalogue: dict[str, PdfObject] | None = None) -> bytes:
    """One page; `catalogue` goes into the document's catalogue."""
    writer: Any = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Title": title})
    for name, value in (catalogue or {}).items():
        writer.root_object[NameObject(name)] = value
    if password:
        writer.encrypt(password, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def on_disk(content: bytes) -> BinaryIO:
    """As uploads are handed to the store: a real file, in no folder."""
    file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the caller closes it
    file.write(content)
    file.seek(0)
    return file


def photo(*, blank: bool = False) -> bytes:
    """A page of writing, as a camera would take it."""
    image = Image.new("RGB", (900, 700), "#d8d8d0")
    draw = ImageDraw.Draw(image)
    for line in range(0 if blank else 30):
        draw.text((20, 20 + 22 * line), f"residence permit {line} " * 6, fill="#111")
    out = BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()
