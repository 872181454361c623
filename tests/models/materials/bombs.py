"""Small files that unfold to far more than they weigh."""

import struct
import zlib
from collections.abc import Iterator


def hex_string(pairs: int = 35_000_000) -> bytes:
    """One object stream that is one string: 68 kB, and three minutes of reading."""
    return with_object_stream(b"<" + b"00" * pairs + b">")


def nested_lists(count: int = 4_000_000) -> bytes:
    """An object stream of lists, each of which takes many times its bytes in memory."""
    return with_object_stream(b"[" + b"[]" * count + b"]")


def long_stream(megabytes: int = 2000) -> bytes:
    """An object stream of 2 GB, in 0.2 MB by packing it twice: zeros, and then the packed zeros."""
    body = zlib.compress(b"".join(_packed(megabytes)), 9)
    return _document([_stream(b"/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]", body)], 1)


def _packed(megabytes: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9)
    for _ in range(megabytes):
        yield packer.compress(bytes(1_000_000))
    yield packer.flush()


def with_object_stream(value: bytes) -> bytes:
    return with_objects([value])


def with_objects(values: list[bytes]) -> bytes:
    """The catalogue leads to the first of `values`; all stand in one object stream."""
    parts = [b"<</Type/Catalog/Pages 2 0 R/First 5 0 R>>", *values]
    numbers = [1, *range(5, 5 + len(values))]
    heads, at = [], 0
    for number, part in zip(numbers, parts, strict=True):
        heads.append(b"%d %d" % (number, at))
        at += len(part) + 1
    head = b" ".join(heads) + b" "
    body = zlib.compress(head + b" ".join(parts), 9)
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(parts), len(head))
    return _document([_stream(entries, body)], len(values))


def _stream(entries: bytes, body: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(body), body)


def _document(streams: list[bytes], packed: int) -> bytes:
    """Objects 1 and from 5 on are in the object stream 3; 2 is the tree of pages; 4 tells where all are."""
    out = bytearray(b"%PDF-1.5\n")
    offsets = {}
    for number, body in ((2, b"<</Type/Pages/Kids[]/Count 0>>"), (3, streams[0])):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = [(0, 0, 65535), (2, 3, 0), (1, offsets[2], 0), (1, offsets[3], 0), (1, len(out), 0)]
    rows += [(2, 3, place + 1) for place in range(packed)]
    table = zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows))
    entries = b"/Type/XRef/W[1 4 2]/Size %d/Root 1 0 R/Filter/FlateDecode" % len(rows)
    start = len(out)
    out += b"4 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (_stream(entries, table), start)
    return bytes(out)


def one_colour_png(side: int) -> bytes:
    """Fully transparent black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = zlib.compress(bytes(1 + 4 * side) * side)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
