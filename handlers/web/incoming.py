"""The body of an upload, read while it arrives: the file goes to disk, fields stay in memory.

The file has no name on the disk, so that it is gone when the process that holds it ends.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from tornado.httputil import HTTPInputError, parse_body_arguments

from handlers.web.base import BadRequest
from models.materials.inspection.scratch import scratch_file

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

LARGEST_FIELDS = 64 * 1024
"""Bytes of all that is no file."""
MOST_PARTS = 100

Arguments = dict[str, list[bytes]]


class Incoming(ABC):
    """One body; `write` takes a piece of it, and `end` says that this was all.

    Raises:
        BadRequest: it cannot be understood.
        NoRoomForFiles
    """

    def __init__(self) -> None:
        self.file: BinaryIO | None = None
        self.arguments: Arguments = {}

    @abstractmethod
    def write(self, piece: bytes) -> None:
        """Take the next piece."""

    def end(self) -> None:
        if self.file is not None:
            self.file.seek(0)

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


class Plain(Incoming):
    """A body that is the file itself."""

    def write(self, piece: bytes) -> None:
        if self.file is None:
            self.file = scratch_file()
        self.file.write(piece)


class Fields(Incoming):
    """A form without a file."""

    def __init__(self, media_type: str) -> None:
        super().__init__()
        self.media_type, self.body = media_type, bytearray()

    def write(self, piece: bytes) -> None:
        self.body += piece
        if len(self.body) > LARGEST_FIELDS:
            raise BadRequest

    def end(self) -> None:
        try:
            parse_body_arguments(self.media_type, bytes(self.body), self.arguments, {})
        except HTTPInputError as error:
            raise BadRequest from error


class Form(Incoming):
    """A multipart form; its first file in `field` is kept, if it is `wanted` when it begins."""

    def __init__(self, media_type: str, field: str, wanted: Callable[[], bool]) -> None:
        super().__init__()
        self.field, self.wanted = field, wanted
        self.parts = self.kept = 0
        self.complete = False
        boundary = parse_options_header(media_type)[1].get(b"boundary", b"")
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._part,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header,
            "on_headers_finished": self._begin,
            "on_part_data": self._data,
            "on_end": self._whole,
        }
        if not boundary:
            raise BadRequest
        try:
            self.parser = MultipartParser(boundary, callbacks)
        except FormParserError as error:
            raise BadRequest from error

    def write(self, piece: bytes) -> None:
        if self.complete:  # what comes behind the end means nothing
            return
        try:
            self.parser.write(piece)
        except FormParserError as error:
            raise BadRequest from error

    def end(self) -> None:
        if not self.complete:
            raise BadRequest
        super().end()

    def _part(self) -> None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise BadRequest
        self.header, self.value = bytearray(), bytearray()
        self.disposition: Mapping[bytes, bytes] = {}
        self.take: Callable[[bytes], object] = self._ignore

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def _header(self) -> None:
        if self.header.lower() == b"content-disposition":
            self.disposition = parse_options_header(bytes(self.value))[1]
        self.header, self.value = bytearray(), bytearray()

    def _begin(self) -> None:
        name = self.disposition.get(b"name", b"").decode("utf-8", "replace")
        if not name:
            raise BadRequest
        if self.disposition.get(b"filename"):
            if name == self.field and self.file is None and self.wanted():
                self.file = scratch_file()
                self.take = self.file.write
        elif b"filename" not in self.disposition:
            self.arguments.setdefault(name, []).append(b"")
            self.take = lambda piece: self._keep(name, piece)

    def _keep(self, name: str, piece: bytes) -> None:
        self.kept += len(piece)
        if self.kept > LARGEST_FIELDS:
            raise BadRequest
        self.arguments[name][-1] += piece

    def _ignore(self, piece: bytes) -> None:
        """A file that nobody asked for."""

    def _data(self, data: bytes, start: int, end: int) -> None:
        self.take(data[start:end])

    def _whole(self) -> None:
        self.complete = True
