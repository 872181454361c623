"""Uploaded files, sealed (article 14).

The bytes are sealed and kept in GridFS; a document of `materials` describes them, and is written before
them, and marked as dropped after they are removed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import BinaryIO, ClassVar, NotRequired, TypedDict
from uuid import uuid4

from pymongo import IndexModel
from pymongo.errors import PyMongoError

from models.errors import Conflict, NotFound
from models.events import Cause, Event
from models.materials.inspection.faults import PageNotFound, PageNotShown
from models.materials.inspection.inspector import Inspector
from models.materials.inspection.kinds import DRAWN, PDF, Lane, file_name
from models.privacy import Privacy
from models.store import Database, Document, Record, Store


class FileNotFound(NotFound):
    code = "file_not_found"
    message = "没有找到该文件"


class AlreadyOpen(Conflict):
    """The opening of a file is on record; nobody is told of it."""

    code = "file_already_open"
    message = "该文件的查看已记录"


UNUSED_FOR = timedelta(days=1)
OPENING = timedelta(minutes=30)
"""So long after a member has opened a file in the viewer, what they see of it is the same opening."""
OPENINGS_KEPT = 20
"""Of a file; of a member whose opening is no longer among them, the next page is one more opening."""
LOOKED_AT_ONCE = 1000
"""Files of a sweep; so many applications are read with one query."""

Used = Callable[[set[str]], Awaitable[set[str]]]
"""Which files the applications with these ids hold."""


class Opening(TypedDict):
    """`by` is the actor who has opened the file in the viewer, `on_behalf_of` as in a `Cause`, `at` the
    moment that is on record."""

    by: str
    on_behalf_of: str
    at: datetime


class KeptFile(Record):
    """One uploaded file. `code` is the material that it is for, `size` in bytes, `key` names the key that
    it is sealed with, `opened` the latest openings in the viewer."""

    applicant: str
    application: str
    code: str
    name: str
    media_type: str
    size: int
    sha256: str
    key: str
    at: datetime
    dropped_at: NotRequired[datetime]
    opened: NotRequired[list[Opening]]


def check_picture(file: KeptFile) -> None:
    """
    Raises:
        PageNotShown
    """
    if not file["media_type"].startswith("image/"):
        raise PageNotShown


class Materials(Store[KeptFile]):
    collection = "materials"
    missing = FileNotFound
    tells = ("material.kept", "material.viewed", "material.dropped")
    indexes: ClassVar = [IndexModel("application"), IndexModel("at")]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.files = database.bucket("files")
        self.heads, self.chunks = database["files.files"], database["files.chunks"]
        self.privacy = privacy
        self.inspector = Inspector()

    async def keep(
        self, applicant: str, application: str, code: str, called: str, file: BinaryIO, by: Cause
    ) -> KeptFile:
        """Clean and seal a file, which is a real one of the system, such as `TemporaryFile()` gives.

        It is `called` as what it is of: the name that its sender gave it may hold a person's name or number,
        and is not kept.

        Raises:
            MaterialFault: it cannot be taken; see `models.materials.inspection.faults`.
            InspectionBusy: too many files are waiting to be judged.
            NoRoomForFiles
        """
        async with self.inspector.cleaned(file, by.actor) as (cleaned, media_type):
            content = await asyncio.to_thread(cleaned.read)
        key = uuid4().hex
        sealed = await asyncio.to_thread(self.privacy.seal_bytes, content, f"file:{key}")
        kept: KeptFile = {
            "_id": key,
            "applicant": applicant,
            "application": application,
            "code": code,
            "name": file_name(called, media_type),
            "media_type": media_type,
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
            "key": self.privacy.current,
            "at": by.at,
        }
        await self.add({**kept}, Event("material.kept", key, by, {"application": application}))
        await self.files.upload_from_stream_with_id(key, key, sealed)
        return kept

    async def copy(self, key: str, application: str, code: str, by: Cause) -> KeptFile:
        """Keep a file once more, for what must not depend on the first; it was judged when it came.

        Raises:
            NotFound: `file_not_found`.
        """
        found, content = await self.read(key)
        new = uuid4().hex
        sealed = await asyncio.to_thread(self.privacy.seal_bytes, content, f"file:{new}")
        about = {
            name: value for name, value in found.items() if name not in ("events", "dropped_at", "opened")
        }
        kept = {
            **about,
            "_id": new,
            "application": application,
            "code": code,
            "key": self.privacy.current,
            "at": by.at,
        }
        copied = await self.add(kept, Event("material.kept", new, by, {"application": application}))
        await self.files.upload_from_stream_with_id(new, new, sealed)
        return copied

    async def of(self, application: str, code: str, key: str) -> KeptFile:
        """The description of a file that was kept for this material of an application, and not dropped.

        Raises:
            NotFound: `file_not_found`.
        """
        found = await self.get(key)
        if (found["application"], found["code"]) != (application, code) or found.get("dropped_at"):
            raise self.missing
        return found

    async def read(self, key: str) -> tuple[KeptFile, bytes]:
        """A description and its file; the caller has checked that the reader may see it.

        Raises:
            NotFound: `file_not_found`.
        """
        found = await self.get(key)
        return found, await self._content(found)

    async def view(self, key: str, by: Cause) -> tuple[KeptFile, bytes]:
        """A file for a member of staff; the viewing is recorded before the file is read.

        Raises:
            NotFound: `file_not_found`.
        """
        found = await self.get(key)
        await self.change(
            key,
            expects={"dropped_at": None},
            event=Event("material.viewed", key, by, {"application": found["application"]}),
            otherwise=self.missing,
        )
        return found, await self._content(found)

    async def open(self, key: str, by: Cause) -> KeptFile:
        """Put on record that a member has a file open in the viewer, and return its description.

        One opening is recorded once, however many of its pages are seen in `OPENING` after it; of several
        requests at one instant one records it.

        Raises:
            NotFound: `file_not_found`.
        """
        found = await self.get(key)
        opening: Opening = {"by": by.actor, "on_behalf_of": by.on_behalf_of, "at": by.at}
        lately = {**opening, "at": {"$gt": by.at - OPENING}}
        with suppress(AlreadyOpen):
            await self.change(
                key,
                expects={"dropped_at": None, "opened": {"$not": {"$elemMatch": lately}}},
                update={"$push": {"opened": {"$each": [opening], "$slice": -OPENINGS_KEPT}}},
                event=Event("material.viewed", key, by, {"application": found["application"]}),
                otherwise=AlreadyOpen,
            )
        if found.get("dropped_at"):
            raise self.missing
        return found

    async def pages(self, key: str, by: Cause) -> tuple[KeptFile, int]:
        """A file that a member opens, and how many pages it has; see `open`. A picture has one.

        Raises:
            NotFound: `file_not_found`, or `page_not_shown` of a document that cannot be read.
            ViewerBusy, NoRoomForFiles
        """
        found = await self.open(key, by)
        if found["media_type"] == PDF:
            return found, (await self._drawn(found, 0, by))[0]
        check_picture(found)
        return found, 1

    async def page(self, key: str, number: int, by: Cause) -> tuple[KeptFile, bytes]:
        """Page `number` of a file as a picture, for a member who has it open; see `open`. A picture is its
        own first page. The description has the media type of what is returned.

        Nothing that was drawn is kept: it would be people's papers in the clear, and drawing a page anew
        takes a fifth of a second.

        Raises:
            NotFound: `file_not_found`, `page_not_found` or `page_not_shown`.
            ViewerBusy, NoRoomForFiles
        """
        found = await self.open(key, by)
        if found["media_type"] == PDF:
            _, drawn = await self._drawn(found, number, by)
            return {**found, "name": f"{number}.jpg", "media_type": DRAWN}, drawn
        check_picture(found)
        if number != 1:
            raise PageNotFound
        return found, await self._content(found)

    async def _drawn(self, found: KeptFile, number: int, by: Cause) -> tuple[int, bytes]:
        async with self.inspector.turn(Lane.PAGES, by.actor):
            return await self.inspector.draw(await self._content(found), number)

    async def drop(self, key: str, by: Cause) -> None:
        """Remove the bytes, then mark the file as dropped; its description stays. Safe to repeat.

        GridFS's head goes first: a reader who finds bytes missing can tell by it that the file is dropped.
        """
        await self.get(key)
        await self.heads.delete_one({"_id": key})
        await self.chunks.delete_many({"files_id": key})
        with suppress(NotFound):  # another call has said so
            await self.change(
                key,
                expects={"dropped_at": None},
                sets={"dropped_at": by.at},
                event=Event("material.dropped", key, by),
                otherwise=self.missing,
            )

    async def sweep(self, used: Used, by: Cause) -> int:
        """Drop files that are more than a day old and that no application holds; returns how many.

        Such a file is left when a process dies during an upload.
        """
        old: Document = {"dropped_at": None, "at": {"$lt": by.at - UNUSED_FOR}}
        query, dropped = old, 0
        look = {"application": 1}
        while found := await self.documents.find(query, look).sort("_id").limit(LOOKED_AT_ONCE).to_list():
            kept = {file["_id"]: file["application"] for file in found}
            for key in kept.keys() - await used(set(kept.values())):
                await self.drop(key, by)
                dropped += 1
            query = {**old, "_id": {"$gt": found[-1]["_id"]}}
        return dropped

    async def _content(self, found: KeptFile) -> bytes:
        """
        Raises:
            FileNotFound: it has been dropped, perhaps while it was read.
        """
        key = found["_id"]
        if found.get("dropped_at"):
            raise self.missing
        try:
            sealed = await (await self.files.open_download_stream(key)).read()
        except PyMongoError:
            if await self.heads.find_one({"_id": key}, {"_id": 1}):
                raise
            raise self.missing from None
        return await asyncio.to_thread(self.privacy.open_bytes, sealed, f"file:{key}", found["key"])
