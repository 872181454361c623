"""Uploaded files, sealed (article 14).

The bytes are sealed and kept in GridFS; a document of `materials` describes them, and is written before
them, and marked as dropped after they are removed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import BinaryIO, ClassVar, NotRequired
from uuid import uuid4

from pymongo import IndexModel
from pymongo.errors import PyMongoError

from models.errors import NotFound
from models.events import Cause, Event
from models.materials.inspection.inspector import Inspector
from models.materials.inspection.kinds import file_name
from models.privacy import Privacy
from models.store import Database, Document, Record, Store


class FileNotFound(NotFound):
    code = "file_not_found"
    message = "没有找到该文件"


UNUSED_FOR = timedelta(days=1)
LOOKED_AT_ONCE = 1000
"""Files of a sweep; so many applications are read with one query."""

Used = Callable[[set[str]], Awaitable[set[str]]]
"""Which files the applications with these ids hold."""


class KeptFile(Record):
    """One uploaded file. `code` is the material that it is for, `size` in bytes, `key` names the key that
    it is sealed with."""

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
