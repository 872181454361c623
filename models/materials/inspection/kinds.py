"""What a file is, told by its first bytes; and what it is called."""

from enum import StrEnum

from models.materials.inspection import faults

LARGEST = 20 * 1024 * 1024
"""Bytes of a file that is sent, and of one that is kept."""
HEAD = 4096
"""Bytes that tell what a file is."""
PDF_WITHIN = 1024
"""Every viewer looks so far for `%PDF-`."""
PDF, DRAWN = "application/pdf", "image/jpeg"
"""`DRAWN` is the type of a page that is drawn."""
ENDINGS = {PDF: ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


class Lane(StrEnum):
    """Who works on a file; the value is the module that does. `PAGES` are of documents that are kept."""

    PICTURES = "pictures"
    DOCUMENTS = "documents"
    PAGES = "pages"


NAMED: tuple[tuple[bytes, type[faults.MaterialFault]], ...] = (
    (b"GIF8", faults.IsGif),
    (b"BM", faults.IsBitmap),
    (b"II*\0", faults.IsTiff),
    (b"MM\0*", faults.IsTiff),
    (b"\xd0\xcf\x11\xe0", faults.IsOffice),
    (b"{\\rtf", faults.IsOffice),
    (b"Rar!", faults.IsArchive),
    (b"7z\xbc\xaf", faults.IsArchive),
    (b"\x1f\x8b", faults.IsArchive),
    (b"\x1a\x45\xdf\xa3", faults.IsVideo),
)
"""How files begin that are not taken, but that can be changed into one that is."""

PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
AVIF = frozenset({b"avif", b"avis"})


def lane_of(head: bytes) -> Lane:
    """The lane in which a file that begins with `head` is judged.

    Raises:
        MaterialKindNotAccepted: there is none; the message says what the file is, where that can be told.
    """
    if head.startswith(PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return Lane.PICTURES
    if head[4:8] == b"ftyp":
        return _container(head)
    if b"%PDF-" in head[: PDF_WITHIN + 5]:
        return Lane.DOCUMENTS
    if head.startswith(b"PK\x03\x04"):
        raise _archive(head)
    for start, fault in NAMED:
        if head.startswith(start):
            raise fault
    raise faults.MaterialKindNotAccepted


def is_heif(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and not HEIF.isdisjoint(_brands(head))


def _container(head: bytes) -> Lane:
    """HEIC, AVIF and videos share one container; its brands tell them apart."""
    if not AVIF.isdisjoint(_brands(head)):
        raise faults.IsAvif
    if is_heif(head):
        return Lane.PICTURES
    raise faults.IsVideo


def _brands(head: bytes) -> set[bytes]:
    end = min(int.from_bytes(head[:4], "big"), 256)
    return {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}


def _archive(head: bytes) -> faults.MaterialFault:
    """Office documents and OFD are archives too; the names of their first parts tell them apart."""
    if b"OFD.xml" in head:
        return faults.IsOfd()
    if b"[Content_Types].xml" in head or b"mimetypeapplication/vnd.oasis" in head:
        return faults.IsOffice()
    return faults.IsArchive()


def file_name(called: str, media_type: str) -> str:
    """The name of a file of what is `called` so, with the ending its content calls for; without folders or
    control characters."""
    stem = called.replace("/", " ").replace("\\", " ")
    stem = "".join(c for c in stem if c.isprintable())[:60].strip(" .") or "file"
    return stem + ENDINGS[media_type]
