"""Listens to the changes of the database, and rings the bells of the jobs that have something to do.

One stream a worker serves all its jobs. The driver mends a stream whose server is gone, from the last change
it has told. What the driver cannot mend (the stream was killed, its history is lost) is opened anew, and all
jobs then look for themselves.
"""

from collections.abc import Sequence
from contextlib import suppress

from pymongo.errors import PyMongoError

from models.outgoing.waking import changes
from models.store import Database, Document, Stream
from wechat_backend.worker.job import AT_ONCE, Job

LOOK = 2.0
"""Seconds that a look waits for a change; so long may it last to end the job, as no call is cut off."""
LONGEST_LOOK = 120.0
"""A server hangs, the driver waits for another, and asks that one twice."""


class Watch:
    def __init__(self, database: Database, jobs: Sequence[Job]) -> None:
        self.database, self.jobs = database, jobs
        self.stream: Stream | None = None
        self.job = Job("watch", AT_ONCE, self.run, most=LONGEST_LOOK, end=self.end)

    async def run(self) -> float:
        """Look once; the first look opens the stream, and what was changed before it is found by the jobs."""
        opening = self.stream is None
        try:
            change = await self._look()
        except Exception:
            await self.end()
            self._unwatch()
            raise
        if opening:
            for job in self.jobs:
                job.bell.watched = bool(job.woken_by)
                job.bell.ring()
        elif change:
            self._ring(change["ns"]["coll"])
        return AT_ONCE

    async def end(self) -> None:
        """Close the stream, if there is one."""
        stream, self.stream = self.stream, None
        if stream:
            with suppress(PyMongoError):
                await stream.close()

    async def _look(self) -> Document | None:
        if self.stream is None:
            self.stream = await self.database.watch(changes(job.woken_by for job in self.jobs), LOOK)
        change = await self.stream.try_next()
        if not self.stream.alive:
            await self.end()
        return change

    def _unwatch(self) -> None:
        """Until there is a stream again they look for themselves, and often."""
        for job in self.jobs:
            if job.bell.watched:
                job.bell.watched = False
                job.bell.ring()

    def _ring(self, collection: str) -> None:
        for job in self.jobs:
            if collection in job.woken_by:
                job.bell.ring(collection)
