"""Services of papers in MongoDB: one document a paper, one guarded write a step."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import Conflict
from models.events import Cause, Event, Plan
from models.paging import Order, Page, count_in, page_in
from models.people import Binding
from models.privacy import Privacy
from models.schedule import Due, Overtaken, held
from models.serving import rules
from models.serving.document import (
    PAPERS,
    Delivered,
    How,
    Outcome,
    Paper,
    Serving,
    State,
    ToServe,
    Word,
    end_step,
    new_step,
)
from models.staff import Member, Scope, check_scope, check_within, reaches
from models.store import ChangedMeanwhile, Database, Document, Store
from models.workdays import Workdays

BEGUN, STEP_TAKEN, NOTED = "serving.begun", "serving.step_taken", "serving.noted"
REPORTED, DELIVERED, REVEALED = "serving.reported", "serving.delivered", "serving.revealed"
DROPPED, PRINTED = "serving.dropped", "serving.printed"
NEXT, EFFECT = "serving.next", "serving.effect"
TRIES = 5
"""How often what a person or a report brings is tried beside others who change the same."""
EARLIEST_FIRST = Order("changed_at")


class Servings(Store[Serving]):
    collection = "servings"
    missing = rules.ServingNotFound
    tells = (BEGUN, STEP_TAKEN, NOTED, REPORTED, DELIVERED, REVEALED, DROPPED, PRINTED)
    plans = (NEXT, EFFECT)
    indexes: ClassVar = [
        *(
            IndexModel([*where, *((name, ASCENDING) for name in ("state", "step", "changed_at", "_id"))])
            for where in ([], [("department", ASCENDING)])
        ),
        IndexModel("event", name="event"),
        IndexModel(
            [("published_at", ASCENDING)],
            name="published",
            partialFilterExpression={"published_at": {"$exists": True}},
        ),
    ]

    def __init__(self, database: Database, privacy: Privacy, binding: Binding, calendar: Workdays) -> None:
        super().__init__(database)
        self.privacy, self.binding, self.calendar = privacy, binding, calendar
        self.applicants = binding.applicants

    def shaped(self, document: Document) -> Serving:
        key, delivered = document["_id"], document["delivered"]
        steps = [
            {
                **step,
                "how": How(step["how"]),
                "outcome": Outcome(step["outcome"]),
                "notes": [
                    {
                        **note,
                        "what": Word(note["what"]),
                        "words": self.privacy.opened(note["words"], _context(key)),
                    }
                    for note in step["notes"]
                ],
            }
            for step in document["steps"]
        ]
        return super().shaped(
            {
                **document,
                "paper": PAPERS[document["paper"]],
                "state": State(document["state"]),
                "step": How(document["step"]),
                "steps": steps,
                "delivered": delivered and {**delivered, "how": How(delivered["how"])},
            }
        )

    async def begin(self, serve: ToServe, due: Due, by: Cause) -> bool:
        """Begin to serve a paper, of which its event tells by WeChat just now; False if it has been begun."""
        person = await self.applicants.get(serve.applicant)
        next_at = rules.time_of(How.WECHAT, by.at, self.calendar)
        new = {
            "_id": serve.key,
            "paper": serve.paper.value,
            "about": serve.about,
            "title": serve.title,
            "applicant": serve.applicant,
            "agent": serve.agent,
            "masked_name": person["masked_name"],
            "department": serve.department,
            "event": serve.event,
            "state": State.UNDERWAY.value,
            "step": How.WECHAT.value,
            "steps": [new_step(How.WECHAT, by)],
            "delivered": None,
            "next_at": next_at,
            "begun_at": by.at,
            "changed_at": by.at,
            "version": 1,
        }
        event = due.event_about(serve.key, BEGUN, by, {"paper": serve.paper.value}, _next(next_at))
        try:
            await self.add(new, event)
        except DuplicateKeyError:
            return False
        return True

    async def go_on(self, due: Due, code: str, by: Cause) -> bool:
        """The time of a step is over: take the next one, or, of a public notice, count the paper as
        delivered. `code` says why a message went wrong, if it did."""
        found = await self._first({"_id": due.about, "state": State.UNDERWAY.value, "next_at": due.at})
        if found is None:
            return False
        if found["step"] is How.PUBLIC_NOTICE:
            return await held(self._deliver(found, How.PUBLIC_NOTICE, due.at, by, due=due), self.missing)
        outcome = Outcome.NOT_REACHED if code else Outcome.NO_WORD
        return await held(self._take_next(found, outcome, by, code=code, due=due), self.missing)

    async def drop(self, paper: Paper, about: str, due: Due, by: Cause) -> bool:
        """The paper was taken back: nothing more is done; False if it is not on its way."""
        key = f"{about}:{paper}"
        dropped = self.change(
            key,
            expects={"state": State.UNDERWAY.value},
            sets={"state": State.DROPPED.value, "next_at": None, "changed_at": by.at},
            update={"$inc": {"version": 1}},
            event=due.event_about(key, DROPPED, by),
            otherwise=Overtaken,
        )
        return await held(dropped, self.missing)

    async def reported(
        self, event: str, how: How, code: str, sent_at: datetime, reached_at: datetime | None, by: Cause
    ) -> bool:
        """WeChat or the carrier reports what became of the message that `event` led to: it reached the person
        at `reached_at`, or it did not, for the reason `code`. False where nothing depends on it."""
        for _ in range(TRIES):
            found = await self._first({"event": event, "state": State.UNDERWAY.value})
            if found is None:
                return False
            try:
                return await self._reported(found, how, code, sent_at, reached_at, by)
            except rules.ServingMovedOn:
                continue
        raise rules.ServingMovedOn

    async def opened(self, paper: Paper, about: str, by: Cause) -> None:
        """The person opens the paper on the own page, and has it with that."""
        for _ in range(TRIES):
            found = await self._first({"_id": f"{about}:{paper}", "state": State.UNDERWAY.value})
            if found is None:
                return
            try:
                await self._deliver(found, How.OWN_PAGE, by.at, by)
            except rules.ServingMovedOn:
                continue
            return
        raise rules.ServingMovedOn

    async def record(
        self, key: str, member: Member, word: Word, at: datetime, words: str, version: int, by: Cause
    ) -> Serving:
        """What a clerk notes of the step being taken, which was seen at a `version`; `at` is when it was.

        Raises:
            NotFound: `serving_not_found`.
            Forbidden: `scope_missing`.
            Conflict: `serving_moved_on`.
            BadInput: `serving_time_wrong`, `words_required`.
        """
        found = await self.theirs(key, member)
        if found["version"] != version:
            raise rules.ServingMovedOn
        normal = rules.check_note(found, word, at, words, by.at)
        noted = rules.NOTED[found["step"]][word]
        note = {
            "what": word.value,
            "at": at,
            "noted_at": by.at,
            "by": by.actor,
            "words": self.privacy.sealed(normal, _context(key)),
        }
        if noted.delivered:
            return await self._deliver(found, found["step"], at, by, note=note)
        if rules.is_enough(found, word, by.at):
            return await self._take_next(found, Outcome.NOT_REACHED, by, note=note)
        sets: Document = {}
        plans: tuple[Plan, ...] = ()
        if noted.begins:
            sets["next_at"] = rules.begun_time(found["step"], at, self.calendar)
            plans = _next(sets["next_at"])
        if word is Word.PUBLISHED:
            sets["published_at"] = at
        event = Event(NOTED, key, by, {"how": found["step"].value, "what": word.value}, plans=plans)
        return await self._write(found, sets, event, note=note)

    async def reveal(self, key: str, member: Member, by: Cause) -> tuple[str, str]:
        """The name and the phone of who is to be called or written to; who looked is recorded.

        Raises:
            NotFound: `serving_not_found`.
            Forbidden: `scope_missing`.
        """
        found = await self.theirs(key, member)
        person = await self.binding.hears(found["applicant"], found["agent"])
        await self.note(key, Event(REVEALED, key, by, {"applicant": person["_id"]}))
        return self.applicants.name(person), self.applicants.phone(person) or ""

    async def theirs(self, key: str, member: Member) -> Serving:
        """A paper that a member serves.

        Raises:
            NotFound: `serving_not_found`, also of another department's.
            Forbidden: `scope_missing`.
        """
        check_scope(member, Scope.PAPERS_SERVE)
        found = await self.get(key)
        if not reaches(member, Scope.PAPERS_SERVE, found["department"]):
            raise self.missing
        return found

    async def find(self, paper: Paper, about: str) -> Serving | None:
        return await self._first({"_id": f"{about}:{paper}"})

    async def page(
        self,
        member: Member,
        steps: Sequence[str],
        limit: int,
        *,
        delivered: bool = False,
        after: str = "",
        before: str = "",
    ) -> Page[Serving]:
        """What a member serves, in these steps or `delivered`; what waits longest comes first.

        Raises:
            PageUnknown: `after` or `before` is no place of a list.
            Forbidden: `scope_missing`.
        """
        query = _listed(member, steps, delivered)
        order = Order("changed_at", latest_first=delivered)
        return await page_in(self, query, order, limit, after=after, before=before)

    async def count(self, member: Member, steps: Sequence[str], *, delivered: bool = False) -> int:
        """Counted no further than `paging.ENOUGH` and one."""
        return await count_in(self, _listed(member, steps, delivered))

    async def published(self, since: datetime) -> list[Serving]:
        """The public notices that were published later than `since`, the latest first."""
        found = self.documents.find({"published_at": {"$gt": since}}, {"events": 0}).sort("published_at", -1)
        return await self._each(found)

    async def _reported(
        self,
        found: Serving,
        how: How,
        code: str,
        sent_at: datetime,
        reached_at: datetime | None,
        by: Cause,
    ) -> bool:
        if reached_at is not None:
            person = await self.applicants.get(found["applicant"])
            if rules.report_counts(person, sent_at, reached_at):
                await self._deliver(found, how, reached_at, by)
                return True
        if reached_at is None and found["step"] is how:
            await self._take_next(found, Outcome.NOT_REACHED, by, code=code)
            return True
        if not any(step["how"] is how and step["outcome"] is Outcome.WAITING for step in found["steps"]):
            return False
        outcome = Outcome.NOT_REACHED if reached_at is None else Outcome.REACHED
        event = Event(REPORTED, found["_id"], by, {"how": how.value, "outcome": outcome.value})
        await self._write(found, {}, event, ended=(how, outcome, code))
        return True

    async def _take_next(
        self,
        found: Serving,
        outcome: Outcome,
        by: Cause,
        *,
        code: str = "",
        note: Document | None = None,
        due: Due | None = None,
    ) -> Serving:
        """The step being taken ends so, and the next one begins."""
        how = rules.follows(found["step"])
        assert how
        next_at = rules.time_of(how, by.at, self.calendar)
        data, plans = {"how": how.value, "after": found["step"].value}, _next(next_at)
        event = (
            due.event(STEP_TAKEN, by, data, plans)
            if due
            else Event(STEP_TAKEN, found["_id"], by, data, plans=plans)
        )
        sets = {"step": how.value, "next_at": next_at}
        ended = (found["step"], outcome, code)
        return await self._write(found, sets, event, note=note, ended=ended, begun=new_step(how, by), due=due)

    async def _deliver(
        self,
        found: Serving,
        how: How,
        at: datetime,
        by: Cause,
        *,
        note: Document | None = None,
        due: Due | None = None,
    ) -> Serving:
        """It has reached the person; what is to follow from that is planned."""
        data = {"how": how.value, "at": at, "paper": found["paper"].value}
        plans = (Plan(EFFECT, by.at),)
        event = (
            due.event(DELIVERED, by, data, plans)
            if due
            else Event(DELIVERED, found["_id"], by, data, plans=plans)
        )
        delivered = Delivered(how=how, at=at, noted_at=by.at, by=by.actor)
        sets = {
            "state": State.DELIVERED.value,
            "delivered": {**delivered, "how": how.value},
            "next_at": None,
        }
        return await self._write(found, sets, event, note=note, ended=(how, Outcome.REACHED, ""), due=due)

    async def _write(
        self,
        found: Serving,
        sets: Document,
        event: Event,
        *,
        note: Document | None = None,
        ended: tuple[How, Outcome, str] | None = None,
        begun: Document | None = None,
        due: Due | None = None,
    ) -> Serving:
        """One guarded write: the notes and the outcome of steps, and a step that begins.

        Raises:
            Conflict: `serving_moved_on`; of what was planned `changed_meanwhile`.
        """
        stored: Document | None = await self.documents.find_one(
            {"_id": found["_id"]}, {"steps": 1, "version": 1}
        )
        if stored is None:
            raise self.missing
        steps: list[Document] = stored["steps"]
        if note:
            steps[-1]["notes"].append(note)
        if ended:
            end_step(steps, *ended, event.cause.at)
        if begun:
            steps.append(begun)
        moved_on: type[Conflict] = ChangedMeanwhile if due else rules.ServingMovedOn
        return await self.change(
            found["_id"],
            expects={"state": State.UNDERWAY.value, "version": found["version"]},
            sets={**sets, "steps": steps, "changed_at": event.cause.at, "version": found["version"] + 1},
            event=event,
            otherwise=moved_on,
        )


def _next(at: datetime | None) -> tuple[Plan, ...]:
    return (Plan(NEXT, at),) if at else ()


def _listed(member: Member, steps: Sequence[str], delivered: bool) -> Document:
    state = State.DELIVERED if delivered else State.UNDERWAY
    asked = {"state": state.value, "step": {"$in": list(steps)}}
    return asked | check_within(member, Scope.PAPERS_SERVE)


def _context(key: str) -> str:
    return f"serving:{key}:words"
