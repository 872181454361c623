"""Pages of a PDF that is kept, drawn as pictures for who looks at them beside a form.

PDFium draws what is seen, fields that were filled in too; it runs no scripts and reaches nothing else.
"""

from typing import BinaryIO

from PIL import Image, JpegImagePlugin
from pypdfium2 import PdfDocument, PdfPage

from models.materials.inspection import faults

SCALE = 200 / 72
"""200 dots an inch: the small print of a lease is read at 300 %."""
LONGEST_SIDE = 2400
"""Pixels; A4 has 2339. A plan is drawn smaller."""
QUALITY = 85
OPENERS = (JpegImagePlugin,)
"""Imported here so that Pillow need not load all it has."""


def draw(file: BinaryIO, out: BinaryIO, number: int) -> int:
    """Write page `number` of the document in `file` to `out`, as a JPEG, and return how many there are. The
    first page has number 1; for 0 they are only counted.

    Raises:
        PageNotFound
        PageNotShown: there are no pages.
    """
    document = PdfDocument(file.read())
    pages = len(document)
    if not pages:
        raise faults.PageNotShown
    if number > pages:
        raise faults.PageNotFound
    if number:
        document.init_forms()
        _picture(document[number - 1]).save(out, "JPEG", quality=QUALITY)
    return pages


def _picture(page: PdfPage) -> Image.Image:
    scale = min(SCALE, LONGEST_SIDE / max(page.get_size()))
    drawn: Image.Image = page.render(scale=scale).to_pil()
    return drawn.convert("RGB")
