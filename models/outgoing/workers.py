"""Which workers are alive, and how each of their jobs is; kept for a week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, NotRequired, TypedDict

from pymongo import DESCENDING, IndexModel

from models.store import Store

SILENT = timedelta(seconds=30)
"""A worker that has not been heard of for so long counts as gone."""
KEPT = timedelta(days=7)
LATEST = 200
"""So many workers, those of whom we heard last, are asked when a job was last done."""


class JobState(TypedDict):
    """How a job is on one worker.

    `ended_at` is when this worker last did a whole round; None before the first, which for a job that one
    worker at a time may do can last for ever. `within` is in how many seconds after a round some worker must
    have done another. `unwell`: it failed twice in a row, or hangs.
    """

    ended_at: datetime | None
    within: float
    unwell: bool


@dataclass(frozen=True)
class JobHealth:
    """How a job is, of all workers together. The first of those that are alive `started_at`."""

    started_at: datetime
    ended_at: datetime | None
    within: timedelta
    unwell: bool

    def said(self, now: datetime) -> str:
        if self.unwell:
            return "unwell"
        if now - (self.ended_at or self.started_at) <= self.within:
            return "working"
        return f"silent since {_moment(self.ended_at)}" if self.ended_at else "never done"


class Heartbeat(TypedDict):
    """`_id` is the worker's own name; `relayed` and `sent` are its counts since `started_at`."""

    _id: str
    at: datetime
    started_at: datetime
    relayed: int
    sent: int
    jobs: NotRequired[dict[str, JobState]]


@dataclass(frozen=True)
class Health:
    """Of all workers together: how many are alive, when one was last heard of, and how each job is."""

    now: datetime
    alive: int
    heard_at: datetime | None
    jobs: Mapping[str, JobHealth]

    def by_job(self) -> dict[str, str]:
        """In a few words; `working` where all is well."""
        return {name: job.said(self.now) for name, job in sorted(self.jobs.items())}

    def __str__(self) -> str:
        if self.heard_at is None:
            return "never heard of"
        if not self.alive:
            return f"silent since {_moment(self.heard_at)}"
        troubled = [name for name, said in self.by_job().items() if said != "working"]
        return f"unwell: {', '.join(troubled)}" if troubled else "working"


class Workers(Store[Heartbeat]):
    collection = "workers"
    indexes: ClassVar = [
        IndexModel([("at", DESCENDING)], name="heard_of", expireAfterSeconds=round(KEPT.total_seconds()))
    ]

    async def beat(self, name: str, now: datetime, jobs: Mapping[str, JobState], **counts: int) -> None:
        """Record that the worker `name` is alive, how its jobs are, and what it has done."""
        await self.documents.update_one(
            {"_id": name},
            {"$set": {"at": now, "jobs": jobs, **counts}, "$setOnInsert": {"started_at": now}},
            upsert=True,
        )

    async def alive(self, now: datetime) -> list[Heartbeat]:
        return await self._each(self.documents.find({"at": {"$gt": now - SILENT}}))

    async def health(self, now: datetime) -> Health:
        """The jobs are those of the workers that are alive, or of the last one if none is."""
        latest = await self._each(self.documents.find({}).sort("at", DESCENDING).limit(LATEST))
        alive = [worker for worker in latest if worker["at"] > now - SILENT]
        speaking = alive or latest[:1]
        names = {name for worker in speaking for name in worker.get("jobs", {})}
        return Health(
            now,
            len(alive),
            latest[0]["at"] if latest else None,
            {name: _together(name, latest, speaking) for name in names},
        )


def _together(name: str, latest: list[Heartbeat], speaking: list[Heartbeat]) -> JobHealth:
    """How a job is by what the workers say that are `speaking`; `latest` did it last."""
    doing = [worker for worker in speaking if name in worker.get("jobs", {})]
    told: list[JobState] = [worker["jobs"][name] for worker in doing]
    done = [worker["jobs"][name]["ended_at"] for worker in latest if name in worker.get("jobs", {})]
    return JobHealth(
        min(worker["started_at"] for worker in doing),
        max((at for at in done if at), default=None),
        timedelta(seconds=max(job["within"] for job in told)),
        any(job["unwell"] for job in told),
    )


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
