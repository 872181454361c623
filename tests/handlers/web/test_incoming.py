"""Forms with a file, taken in piece by piece."""

import os
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.web.base import BadRequest
from handlers.web.incoming import LARGEST_FIELDS, MOST_PARTS, Form

LINE = b"a-line-between"
TYPE = f"multipart/form-data; boundary={LINE.decode()}"
NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=10)
VALUES = st.binary(max_size=300).filter(lambda value: LINE not in value)


def part(name: str, value: bytes, file_name: str | None = None) -> bytes:
    file = f'; filename="{file_name}"' if file_name is not None else ""
    head = f'--{LINE.decode()}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + value + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--" + LINE + b"--\r\n"


def taken(body: bytes, wanted: bool = True, sizes: Iterable[int] = ()) -> Form:
    made = Form(TYPE, "file", lambda: wanted)
    for size in sizes:
        made.write(body[:size])
        body = body[size:]
    made.write(body)
    made.end()
    return made


@given(fields=st.lists(st.tuples(NAMES, VALUES), max_size=5), file=VALUES, sizes=st.lists(st.integers(0, 70)))
def test_pieces_make_the_same_whole(fields: list[tuple[str, bytes]], file: bytes, sizes: list[int]) -> None:
    first, rest = fields[:2], fields[2:]
    parts = [*(part(*each) for each in first), part("file", file, "证.jpg"), *(part(*each) for each in rest)]
    made = taken(form(*parts), sizes=sizes)
    assert made.file
    assert made.file.read(1) == file[:1]
    made.file.seek(0)
    assert os.lseek(made.file.fileno(), 0, os.SEEK_CUR) == 0
    assert made.file.read() == file
    assert [(name, value) for name in made.arguments for value in made.arguments[name]] == [
        (name, value) for name in dict(fields) for other, value in fields if other == name
    ]
    made.close()


def test_only_the_file_that_is_wanted_is_kept() -> None:
    assert taken(form(part("file", b"x", "a.jpg")), wanted=False).file is None
    assert taken(form(part("other", b"x", "a.jpg"))).file is None
    assert taken(form(part("file", b"", ""))).file is None
    twice = taken(form(part("file", b"1", "a.jpg"), part("file", b"2", "b.jpg")))
    assert twice.file
    assert twice.file.read() == b"1"
    twice.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form",
        part("a", b"1"),
        form(part("", b"1")),
        form(b"--" + LINE + b"\r\nX: y\r\n\r\n1\r\n"),
        form(part("a", bytes(LARGEST_FIELDS + 1))),
        form(*(part("a", b"") for _ in range(MOST_PARTS + 1))),
        form(part("a" * 10_000, b"1")),
    ],
)
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        taken(body)


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=" + "x" * 1000])
def test_boundary_must_be_one(boundary: str) -> None:
    with pytest.raises(BadRequest):
        Form(f"multipart/form-data{boundary}", "file", lambda: True)
