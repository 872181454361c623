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


def scan(pages: int = 3) -> bytes:
    """A PDF of scanned pages, each in a colour of its own: red, green, blue, and red again."""
    sheets = []
    for number in range(pages):
        sheet = Image.new("RGB", (827, 1169), "white")
        draw = ImageDraw.Draw(sheet)
        draw.rectangle((40, 40, 400, 400), fill=("#e00", "#0a0", "#00e")[number % 3])
        for line in range(30):
            draw.text((60, 430 + 22 * line), f"lease of a flat, page {number + 1}, line {line}", fill="#111")
        sheets.append(sheet)
    out = BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], resolution=100)
    return out.getvalue()
