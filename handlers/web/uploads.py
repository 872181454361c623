"""Handlers that take a file: the sender and their permission are checked before the file is read.

A file that is refused is read and thrown away, so that its sender sees the reason
(`handlers.web.request_limits`).
"""

from abc import ABC, abstractmethod
from collections import Counter
from typing import BinaryIO, ClassVar

import structlog
from tornado.web import HTTPError, stream_request_body

from handlers.web.base import BadRequest, BaseHandler, PageExpired
from handlers.web.incoming import Fields, Form, Incoming, Plain
from handlers.web.request_limits import too_large
from handlers.web.visitor import Method
from models.errors import BadInput, DomainError, TooMany
from models.events import Cause
from models.materials.inspection.faults import NoRoomForFiles

log = structlog.get_logger()
LARGEST = 24 * 1024 * 1024
"""Bytes: a file of 20 MB and the form around it."""
SECONDS = 300.0
"""For the whole file; 20 MB at half a megabit a second."""
AT_ONCE, AT_ONCE_OF_ONE = 32, 8
"""Files on their way in, in one process; the last half is for senders with no other file on its way."""
RETRY_AFTER = 10


class FileMissing(BadInput):
    code = "file_missing"
    message = "没有选择文件，或者文件是空的，请选择照片或PDF文件后再上传"
    field = "file"


class UploadsBusy(TooMany):
    code = "uploads_busy"
    message = "正在上传的文件较多，请稍后再试"


class OpenUploads:
    """The files on their way in, in all and by sender."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self.most, self.most_of_one = most, most_of_one
        self.open: Counter[str] = Counter()

    def take(self, sender: str) -> None:
        """
        Raises:
            UploadsBusy
        """
        share = self.most_of_one if self.open.total() < self.most // 2 else 1
        if self.open.total() >= self.most or self.open[sender] >= share:
            raise UploadsBusy(retry_after=RETRY_AFTER)
        self.open[sender] += 1

    def leave(self, sender: str) -> None:
        self.open[sender] -= 1
        if not self.open[sender]:
            del self.open[sender]


OPEN_UPLOADS = OpenUploads(AT_ONCE, AT_ONCE_OF_ONE)


@stream_request_body
class Upload(BaseHandler, ABC):
    """One file a request. `permit` is asked before it is read; a refusal is raised by `received`."""

    largest_body = LARGEST
    body_seconds = SECONDS
    file_field: ClassVar[str] = "file"
    plain: ClassVar[bool] = False
    """Whether a body that is no form is the file itself."""
    sender = ""
    incoming: Incoming | None = None
    refusal: DomainError | None = None
    begun = False

    permit: Method
    """Given the parts of the path; raises a DomainError if the visitor may not send a file here now."""

    @abstractmethod
    def by_sender(self) -> Cause:
        """Who sends the file, once `permit` has agreed."""

    async def prepare(self) -> None:
        if self.request.method not in ("POST", "PUT"):
            await super().prepare()
            return
        try:
            await super().prepare()
            await self.permit(*self.path_args)
            sender = self.by_sender().actor
            OPEN_UPLOADS.take(sender)
            self.sender = sender
        except DomainError as error:
            self.refuse(error)
        if not too_large(self.request):
            self.incoming = self.expected()

    def expected(self) -> Incoming | None:
        """What takes in a body of the type that is announced."""
        headers = self.request.headers
        media_type = headers.get("Content-Type", "")
        if media_type.partition(";")[0].strip().lower() == "multipart/form-data":
            try:
                return Form(media_type, self.file_field, self.wanted)
            except BadRequest as error:
                self.refuse(error)
                return None
        if not self.plain:
            return Fields(media_type)
        return None if self.refusal else Plain()

    def wanted(self) -> bool:
        """Whether a file that begins now is to be kept; the form's token must have come before it."""
        if self.refusal is None:
            try:
                self.check_form()
            except PageExpired as error:
                self.refuse(error)
        return self.refusal is None

    def data_received(self, chunk: bytes) -> None:
        if self.incoming is not None:
            try:
                self.incoming.write(chunk)
            except DomainError as error:
                self.refuse(error)
                self.release()
            except OSError as error:  # the disk is full
                log.error("file_not_written", reason=str(error))
                self.refuse(NoRoomForFiles())
                self.release()

    def refuse(self, error: DomainError) -> None:
        self.refusal = self.refusal or error.with_traceback(None)

    def read_form(self) -> None:
        """All has come: its fields are those of the request.

        Raises:
            PageExpired, BadRequest
        """
        self.begun = True
        if self.incoming is not None:
            self.incoming.end()
        self.check_form()

    def received(self) -> BinaryIO | None:
        """The file, from its beginning.

        Raises:
            DomainError: the refusal of `permit`; PageExpired; BadRequest.
        """
        if not self.begun:
            self.read_form()
        if self.refusal:
            raise self.refusal
        return self.incoming.file if self.incoming else None

    def received_file(self) -> BinaryIO:
        """As `received`.

        Raises:
            FileMissing
        """
        file = self.received()
        if file is None or not file.read(1):
            raise FileMissing
        file.seek(0)
        return file

    def check_xsrf_cookie(self) -> None:
        """The token may come in the form: see `check_form`."""

    def check_form(self) -> None:
        """Before the file is kept, and again at the end, for a form that has none.

        Raises:
            PageExpired: what has come so far holds no token of the visitor's.
        """
        if self.incoming is not None:
            self.request.body_arguments = self.incoming.arguments
            self.request.arguments = {**self.request.query_arguments, **self.incoming.arguments}
        try:
            super().check_xsrf_cookie()
        except HTTPError:
            raise PageExpired from None

    def release(self) -> None:
        """The file is dropped, and its place free. Can be repeated."""
        if self.incoming is not None:
            self.incoming.close()
            self.incoming = None
        if self.sender:
            OPEN_UPLOADS.leave(self.sender)
            self.sender = ""

    def on_finish(self) -> None:
        self.release()
        super().on_finish()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if not self.begun:  # what works on the file has it until its end
            self.release()
