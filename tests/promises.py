"""Something that is due at a time, for tests and drills of the schedule."""

from datetime import datetime
from typing import Any

from models.errors import Conflict, NotFound
from models.events import Cause, Event, Plan
from models.schedule import Due, Overtaken, held
from models.store import Document, Store

DUE = "promise.due"


class PromiseNotFound(NotFound):
    code = "promise_not_found"
    message = "promise not found"


class PromiseChanged(Conflict):
    code = "promise_changed"
    message = "promise changed"


class Promises(Store):
    """`{_id, step, expects_at, log}`: what was promised for `expects_at` is kept then, once.

    `step` counts what its owner did; `log` has a line for each change, written with it: `set` or `kept` with
    the moment, or `dropped`.
    """

    collection = "promises"
    missing = PromiseNotFound
    tells = ("promise.set", "promise.dropped", "promise.kept")
    plans = (DUE,)

    async def set(self, key: str, step: int, at: datetime, by: Cause) -> None:
        """Promise it for a moment, whatever was promised before.

        Raises:
            PromiseChanged: this step was done.
        """
        event = Event("promise.set", key, by, plans=(Plan(DUE, at),))
        await self._step(key, step, at, event, {"what": "set", "at": at})

    async def drop(self, key: str, step: int, by: Cause) -> None:
        """Promise nothing any more.

        Raises:
            PromiseChanged: this step was done.
        """
        await self._step(key, step, None, Event("promise.dropped", key, by), {"what": "dropped"})

    async def keep(self, due: Due, by: Cause) -> bool:
        """Do what is promised, if it still is promised for this moment."""
        return await held(
            self.change(
                due.about,
                expects={"expects_at": due.at},
                sets={"expects_at": None},
                update={"$push": {"log": {"what": "kept", "at": due.at, "plan": due.key}}},
                event=due.event("promise.kept", by),
                otherwise=Overtaken,
            ),
            PromiseNotFound,
        )

    async def _step(
        self, key: str, step: int, expects_at: datetime | None, event: Event, line: Document
    ) -> None:
        update: dict[str, Any] = {"$push": {"log": line}}
        match = {"_id": key, "step": step - 1} if step else {"_id": key, "step": {"$exists": False}}
        await self.upsert(
            match,
            sets={"expects_at": expects_at, "step": step},
            update=update,
            event=event,
            otherwise=PromiseChanged,
        )
