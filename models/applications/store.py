"""Applications in MongoDB: one document each, one guarded write a step."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import ExecutionTimeout

from models import typed
from models.applications import rules
from models.applications.actions import (
    ASK_REVIEW,
    CLOSED,
    DONE,
    OPEN,
    PAPER,
    SILENCE,
    STEPS,
    Action,
    State,
    steps_from,
)
from models.applications.document import Application, Decision, NudgeState, PaperState
from models.applications.in_the_way import WITHOUT_ANSWERS, InTheWay, Wish
from models.applications.receiving import How
from models.applications.rules import ApplicationMovedOn, ApplicationNotFound
from models.applications.sealing import Sealing
from models.errors import Conflict
from models.events import Cause, Channel, Event, Plan
from models.guides import Guide, Handling, ItemType
from models.law import Unit
from models.paging import Position, behind, position
from models.privacy import Privacy
from models.schedule import Due
from models.store import ChangedMeanwhile, Database, Document, Refusal, Store, entry, part, unique_text
from models.together import Finds

KEPT_BACK = frozenset(
    {
        "draft",
        "barring",
        "under_way",
        "version",
        "applicant",
        "agent",
        "account",
        "masked_name",
        "masked_number",
        "due_at",
        "found_by",
        "assigned",
        "nudged",
        "internal",
    }
)
"""Internal ids and fields, which tell the applicant nothing."""
LATEST_FIRST = [("changed_at", DESCENDING), ("_id", DESCENDING)]
EARLIEST_FIRST = [("due_at", ASCENDING), ("_id", ASCENDING)]
BESIDE = [(field, ASCENDING) for field in ("department", "item", "handling", "channel", "assigned", "due_at")]
"""What else staff choose by, behind the order of an index: what is left out is not read."""
HELD: Document = {"assigned": {"$gt": ""}}
"""The query for what is some member's."""
LONGEST_LOOK = 5000
"""Milliseconds that the database works for one list or count. What is rare, and found by no index of its own
(a channel, a form of handling), makes it read all keys of an index: a quarter of a second for 100,000."""
ASSIGNED, NOTED, BARRED = "application.assigned", "application.noted", "application.barred"
NUDGED, NUDGE_ANSWERED = "application.nudged", "application.nudge_answered"
INVITED, UNINVITED = "application.invited_to_book", "application.invitation_withdrawn"
REPEATED, LOOK = "application.repeat_refused", "application.look"
"""Each hand-in, withdrawal and refused repeat plans that the blacklist's watch looks at it."""
MOST_REPEATS = 100
SAME_TOUCH = timedelta(seconds=30)
"""So long a request that is sent again, as its answer was lost, is the one before."""


class Applications(Sealing, Store[Application]):
    """Reads applications, opens what is sealed in them, and makes each change one guarded write.

    What an applicant does is in `filing`, what staff do in `handling`.
    """

    collection = "applications"
    missing = ApplicationNotFound
    tells = (
        *DONE,
        "application.saved",
        "application.material_changed",
        ASSIGNED,
        NOTED,
        NUDGED,
        NUDGE_ANSWERED,
        INVITED,
        UNINVITED,
        BARRED,
        REPEATED,
    )
    plans = (SILENCE, LOOK, PAPER, ASK_REVIEW)
    indexes: ClassVar[Sequence[IndexModel]] = [
        unique_text("serial"),
        unique_text("draft"),
        unique_text("under_way"),
        IndexModel([("applicant", ASCENDING), ("changed_at", DESCENDING), ("_id", DESCENDING)]),
        *(
            IndexModel([*first, ("state", ASCENDING), *order, *BESIDE], name=f"{name}_by_{field}", **only)
            for name, first, only in (
                ("all", [], {}),
                ("department", [("department", ASCENDING)], {}),
                ("item", [("item", ASCENDING)], {}),
                ("holder", [("assigned", ASCENDING)], {"partialFilterExpression": HELD}),
            )
            for field, order in (("due", EARLIEST_FIRST), ("change", LATEST_FIRST))
        ),
        IndexModel(
            [("nudged", ASCENDING), *LATEST_FIRST, ("state", ASCENDING), *BESIDE],
            name="nudged",
            partialFilterExpression={"nudged": {"$exists": True}},
        ),
        IndexModel(
            [("assigned", ASCENDING), ("state", ASCENDING)],
            name="assigned",
            partialFilterExpression={"assigned": {"$gt": ""}},
        ),
        IndexModel([("found_by", ASCENDING), *LATEST_FIRST, ("state", ASCENDING), *BESIDE], name="found_by"),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy, self.by_serial = privacy, Finds(self.documents, "serial")
        self.first_open = InTheWay(self.documents)

    def shaped(self, document: Document) -> Application:
        document["state"] = State(document["state"])
        document["handling"] = Handling(document["handling"])
        if "channel" in document:
            document["channel"] = Channel(document["channel"])
        document["type"] = ItemType(document["type"])
        if "nudged" in document:
            document["nudged"] = NudgeState(document["nudged"])
        for paper in document.get("materials", ()):
            paper["state"] = PaperState(paper["state"])
        for running in (document.get("clocks") or {}).values():
            if running:
                running["unit"] = Unit(running["unit"])
        if place := document.get("place"):
            place["how"] = How(place["how"])
        if result := document.get("result"):
            result["decision"] = Decision(result["decision"])
        self.open_written(document)
        return cast(Application, document)

    async def change(
        self, key: str, *, expects: Document, update: Document | None = None, **what: Any
    ) -> Application:
        """Change it, and make its next version; where a `version` is expected and another is kept:
        `draft_changed`."""
        try:
            return await super().change(
                key, expects=expects, update={**(update or {}), "$inc": {"version": 1}}, **what
            )
        except Conflict:
            now = await self.get(key)
            if "version" in expects and now["state"] == expects["state"]:
                raise rules.DraftChanged(version=now["version"]) from None
            raise

    async def move(
        self,
        found: Application,
        action: Action,
        by: Cause,
        sets: Document,
        *,
        update: Document | None = None,
        expects: Document | None = None,
        reason: str = "",
        plans: tuple[Plan, ...] = (),
        due: Due | None = None,
    ) -> Application:
        """Take one step of the state machine, in one write, perhaps because a plan is `due`."""
        after = rules.next_state(found["state"], action)
        name, data = STEPS[action].event, {"state": after.value}
        event = due.event(name, by, data) if due else Event(name, found["_id"], by, data, plans=plans)
        update, line = update or {}, entry(event, typed.words(reason))
        pushes = {**update.get("$push", {}), "timeline": self.kept(found["_id"], line)}
        if after in CLOSED:
            update = {**update, "$unset": {**update.get("$unset", {}), "under_way": ""}}
        return await self.change(
            found["_id"],
            expects={"state": found["state"].value, **(expects or {})},
            sets={"state": after.value, "changed_at": by.at, **sets},
            update={**update, "$push": pushes},
            event=event,
            otherwise=ApplicationMovedOn,
        )

    async def aside(
        self,
        key: str,
        event: Event,
        line: Mapping[str, Any],
        *,
        otherwise: Refusal,
        expects: Document | None = None,
        sets: Document | None = None,
        session: Any = None,
    ) -> Application:
        """Write what concerns staff alone, with its `InternalLine` in their trail; the `version` stays."""
        update = {"$push": {"internal": self.kept(key, line)}}
        return await super().change(
            key,
            expects=expects or {},
            sets=sets,
            update=update,
            event=event,
            otherwise=otherwise,
            session=session,
        )

    async def departments_of(self, username: str) -> list[str]:
        """The departments (codes) of what is open and assigned to a member."""
        query = {"assigned": username, "state": {"$in": list(OPEN)}}
        return sorted(await self.documents.distinct("department", query))

    async def assigned_to(self, username: str, departments: Collection[str], most: int) -> list[Application]:
        """What of these departments is open and assigned to a member, as far as `most`, without the
        answers."""
        query = {
            "assigned": username,
            "state": {"$in": list(OPEN)},
            "department": {"$in": sorted(departments)},
        }
        return [one async for one in self.listed(query, [("_id", ASCENDING)], most)]

    async def count_assigned(self, username: str, most: int) -> int:
        """How much is open and assigned to a member, counted up to `most`."""
        return await self.count({"assigned": username, "state": {"$in": list(OPEN)}}, most)

    async def bar(self, applicants: list[str], ban: str, by: Cause, session: Any) -> None:
        """Mark the drafts that one who was listed may hand in, in the transaction that records it: whoever
        hands in what they read before is refused."""
        await self.change_many(
            {"applicant": {"$in": applicants}, "state": State.DRAFT.value, "barring": {"$ne": ban}},
            sets={"barring": ban},
            event=lambda key: Event(BARRED, key, by, {"ban": ban}),
            session=session,
        )

    async def of_applicant(self, applicant: str) -> list[Application]:
        """All of them whole, the latest changed first."""
        mine = {"applicant": applicant, "state": {"$ne": State.DISCARDED}}
        return [self.shaped(one) async for one in self.documents.find(mine, {"events": 0}).sort(LATEST_FIRST)]

    async def invited(self, applicants: Sequence[str]) -> list[Application]:
        """Those of these applicants for which staff ever invited to book, the latest changed first."""
        mine = {"applicant": {"$in": list(applicants)}, "invited": {"$exists": True}}
        return [self.shaped(one) async for one in self.documents.find(mine, {"events": 0}).sort(LATEST_FIRST)]

    async def export(self, applicant: str) -> list[Document]:
        """All of an applicant's own, in the clear."""
        return [
            part(one, KEPT_BACK) | {"answers": self.answers(one), "place": self.place(one)}
            for one in await self.of_applicant(applicant)
        ]

    async def unfinished(self, applicant: str, item: str) -> list[Application]:
        """Drafts of an item and those under way, without their answers."""
        states = [state for state in State if steps_from(state)]
        query = {"applicant": applicant, "item": item, "state": {"$in": states}}
        return [one async for one in self.listed(query, LATEST_FIRST)]

    async def in_the_way(self, applicant: str, guide: Guide) -> Application | None:
        """What keeps an applicant from another application of the item, if anything: the first of those that
        were handed in and are not over; nothing where the guide allows several."""
        if guide.several:
            return None
        found = await self.first_open.ask(Wish(applicant, guide.item))
        return None if found is None else self.shaped(found)

    async def check_single(self, applicant: str, guide: Guide) -> None:
        """One application of an item is under way at a time, unless its guide allows several. Of two that
        are handed in at once, `Application.under_way` lets one through.

        Raises:
            Conflict: `already_under_way`.
        """
        if first := await self.in_the_way(applicant, guide):
            raise rules.AlreadyUnderWay(application=first["_id"], serial=str(first["serial"]))

    async def note_repeat(self, key: str, by: Cause) -> None:
        """Another one of its item was refused, since this one is under way. Refused again within
        `SAME_TOUCH`, it is not counted again."""
        with suppress(ChangedMeanwhile):
            await super().change(
                key,
                expects={"repeats": {"$not": {"$gt": by.at - SAME_TOUCH}}},
                update={"$push": {"repeats": {"$each": [by.at], "$slice": -MOST_REPEATS}}},
                event=Event(REPEATED, key, by, plans=(Plan(LOOK, by.at),)),
                otherwise=ChangedMeanwhile,
            )

    async def tried(self, applicant: str, item: str, since: datetime) -> tuple[int, list[str]]:
        """How often an applicant handed in, withdrew or was refused one of an item after a moment, and with
        which applications."""
        times, about = 0, []
        query = {"applicant": applicant, "item": item}
        async for one in self.listed(query, LATEST_FIRST):
            withdrawn = one["state"] is State.WITHDRAWN and one["changed_at"] > since
            submitted = one["submitted_at"] is not None and one["submitted_at"] > since
            tries = withdrawn + submitted + sum(at > since for at in one.get("repeats", ()))
            times += tries
            about += [one["_id"]] * bool(tries)
        return times, about

    async def page_of(
        self, applicant: str, limit: int, after: str = ""
    ) -> tuple[list[Application], str | None]:
        """Without their answers, the latest changed first; and `after` for the next page, if there is one.

        Raises:
            BadInput: `page_unknown`.
        """
        query: Document = {"applicant": applicant, "state": {"$ne": State.DISCARDED}}
        if after:
            query |= behind(position(after), "changed_at", latest_first=True)
        found = [one async for one in self.listed(query, LATEST_FIRST, limit + 1)]
        return found[:limit], changed_place(found[limit - 1]).cursor if len(found) > limit else None

    async def listed(
        self, query: Document, order: Sequence[tuple[str, int]], limit: int = 0, index: str | None = None
    ) -> AsyncIterator[Application]:
        """Those that fulfil `query`, without their answers; all of them with `limit` 0. They are read by an
        `index`, where one is named."""
        found = self.documents.find(query, WITHOUT_ANSWERS, hint=index, max_time_ms=LONGEST_LOOK)
        with in_time():
            async for one in found.sort(order).limit(limit):
                yield self.shaped(one)

    async def count(self, query: Document, most: int, index: str | None = None) -> int:
        """How many fulfil `query`, counted up to `most`, in an index alone where it has all that is asked."""
        pipeline = [{"$match": query}, {"$limit": most}, {"$count": "all"}]
        how = {"maxTimeMS": LONGEST_LOOK} | ({"hint": index} if index else {})
        with in_time():
            found = await self.documents.aggregate(pipeline, **how)
            return sum([one["all"] async for one in found])

    async def files_held(self, keys: set[str]) -> set[str]:
        """Ids of the files that belong to any of these applications."""
        query = {"_id": {"$in": sorted(keys)}, "state": {"$ne": State.DISCARDED}}
        found = self.documents.find(query, {"materials": 1, "supplements": 1, "result": 1})
        return {file async for one in found for file in rules.files_of(cast(Application, one))}

    async def get_by_serial(self, serial: str) -> Application:
        """
        Raises:
            ApplicationNotFound
        """
        found = await self.by_serial.ask(serial)
        if found is None:
            raise ApplicationNotFound
        return self.shaped(found)

    async def find_draft(self, draft: str) -> Application | None:
        """The draft with this key (`Application.draft`), if there is one."""
        found = await self.documents.find_one({"draft": draft})
        return self.shaped(found) if found else None


@contextmanager
def in_time() -> Iterator[None]:
    """
    Raises:
        LooksTooLong: the database has worked for `LONGEST_LOOK`.
    """
    try:
        yield
    except ExecutionTimeout:
        raise rules.LooksTooLong from None


def changed_place(application: Application) -> Position:
    """Its place where the latest change comes first."""
    return Position(application["changed_at"], application["_id"])
