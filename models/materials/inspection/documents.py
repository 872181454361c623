"""PDF documents: whole, open to everybody, and harmless (article 14).

A document that is written as the standard asks is kept as it is, with the signatures that may be in it.
Any other that viewers still open (bytes before or behind it, a wrong table of contents, entries twice, a
reference that leads to nothing, a password against changes alone) is written anew, from the very objects
that were judged: so it is opened in the same way by all who read it later, and what was hidden around them
is gone.
"""

from io import BytesIO
from typing import BinaryIO
from zipfile import is_zipfile

from pypdf import PdfReader, PdfWriter
from pypdf._configuration import overwrite_configuration
from pypdf.errors import LimitReachedError

from models.materials.inspection import faults
from models.materials.inspection.kinds import LARGEST, PDF, PDF_WITHIN
from models.materials.inspection.pdf_actions import check_passive

MOST_INFLATED = 16 * 1024 * 1024
"""Bytes that one stream of objects may unfold to; the largest honest ones are below one million."""
MOST_ITEMS = 50_000
"""Of one list or dictionary."""
END = b"%%EOF"
REBUILD = b"\nstartxref\n0\n%%EOF\n"
"""Tells a reader that the table of contents is lost, so that it looks for the objects themselves."""


def clean(file: BinaryIO, out: BinaryIO) -> str:
    """Judge the document in `file`, write it to `out` as it is kept, and return its media type.

    Raises:
        MaterialDamaged, MaterialEncrypted, MaterialActive, DocumentTooComplex, MaterialTooLarge
    """
    overwrite_configuration(
        zlib_maximum_output_length=MOST_INFLATED,
        lzw_maximum_output_length=MOST_INFLATED,
        run_length_maximum_output_length=MOST_INFLATED,
        brotli_maximum_output_length=MOST_INFLATED,
        stream_decoding_work_maximum_length=2 * MOST_INFLATED,
        array_maximum_element_count=MOST_ITEMS,
        dictionary_maximum_element_count=MOST_ITEMS,
    )
    content = file.read()
    try:
        if _is_regular(content):
            out.write(content)
        else:
            _rewrite(_core(content), out)
    except LimitReachedError:
        raise faults.DocumentTooComplex from None
    return PDF


def _is_regular(content: bytes) -> bool:
    """Whether it is written as the standard asks.

    Raises:
        MaterialActive, DocumentTooComplex
    """
    if not content.startswith(b"%PDF-") or not content.rstrip(b"\0\t\n\f\r ").endswith(END):
        return False
    if is_zipfile(BytesIO(content)):  # it would be another file to another program
        return False
    try:
        reader = PdfReader(BytesIO(content), strict=True)
        if reader.is_encrypted:
            return False
        return _check(reader)
    except (faults.MaterialActive, faults.DocumentTooComplex, LimitReachedError, MemoryError):
        raise
    except Exception:
        return False


def _check(reader: PdfReader) -> bool:
    """Whether nothing is missing in it; see `check_passive`."""
    whole = check_passive(reader.root_object)
    if reader.pages[0].get("/Type") != "/Page":
        raise faults.MaterialDamaged
    return whole


def _core(content: bytes) -> bytes:
    """The document, without the bytes before and after it.

    Raises:
        MaterialDamaged: its end is missing.
    """
    start = content.find(b"%PDF-", 0, PDF_WITHIN + 5)
    end = content.rfind(END)
    if end < 0:
        raise faults.MaterialDamaged
    return content[start : end + len(END)]


def _rewrite(content: bytes, out: BinaryIO) -> None:
    reader = _reader(content)
    if reader.is_encrypted and not reader.decrypt(""):
        raise faults.MaterialEncrypted
    _check(reader)
    writer = PdfWriter(clone_from=reader)
    writer.write(out)
    if out.tell() > LARGEST:
        raise faults.MaterialTooLarge
    if is_zipfile(out):
        raise faults.HasAttachments


def _reader(content: bytes) -> PdfReader:
    """By its table of contents, or by its objects where that leads nowhere."""
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted or len(reader.pages):
            return reader
    except (LimitReachedError, MemoryError):
        raise
    except Exception:  # noqa: S110 - tried again, without the table
        pass
    return PdfReader(BytesIO(content + REBUILD))
