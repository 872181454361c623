"""呼叫帮助: somebody in front of a kiosk asks that one of the staff comes (article 23, item 2). Nobody asks
who they are, and it is not kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, NotRequired
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import Conflict, NotFound, Refused
from models.events import Cause, Event, Plan
from models.kiosks.alert_rules import section_of_hall
from models.kiosks.alerts import readable
from models.kiosks.document import Kiosk, Labelled
from models.places import Hall, Halls, working
from models.schedule import Due, Overtaken
from models.staff import Duty, Member, Section
from models.store import Document, Record, Store, unique_text
from models.workdays import Workdays, local_date

HELP_OVER = "help.over"
"""What a call plans: to be closed, if nobody has taken it."""
WAITS = timedelta(minutes=15)
"""So long a call stays open; who still waits calls again, and somebody is told anew."""


class HelpCallNotFound(NotFound):
    code = "help_call_not_found"
    message = "没有找到这次呼叫"


class HelpCallMovedOn(Conflict):
    code = "help_call_moved_on"
    message = "这次呼叫已有人前往，或已结束"


class NobodyThere(Refused):
    code = "help_nobody_there"
    message = "现在不是上班时间，没有工作人员在场，请拨打帮助电话"


class HelpState(Labelled):
    OPEN = "open", "等待帮助"
    TAKEN = "taken", "已有人前往"
    CLOSED = "closed", "无人前往，已结束"


class HelpCall(Record):
    """`open` is the kiosk while nobody has taken the call and it is not over. `told` are the members
    who were told, none where nobody could be; `reach` names those who may take it, as with alerts."""

    kiosk: str
    hall: str
    reach: list[str]
    section: str
    open: NotRequired[str]
    state: HelpState
    told: list[str]
    called_at: datetime
    until: datetime
    taken_by: str | None
    taken_at: datetime | None


class HelpCalls(Store[HelpCall]):
    collection = "help_calls"
    missing = HelpCallNotFound
    tells = ("help.called", "help.taken", "help.closed")
    plans = (HELP_OVER,)
    indexes: ClassVar = [
        unique_text("open"),
        IndexModel([("kiosk", ASCENDING), ("called_at", DESCENDING)], name="kiosk"),
        IndexModel(
            [("reach", ASCENDING), ("called_at", ASCENDING)],
            name="reach",
            partialFilterExpression={"open": {"$gte": ""}},
        ),
    ]

    def shaped(self, document: Document) -> HelpCall:
        return super().shaped({**document, "state": HelpState(document["state"])})

    async def latest(self, kiosk: str, now: datetime) -> HelpCall | None:
        """The last call of a kiosk, as long as it says something to who stands there now."""
        recent = {"kiosk": kiosk, "called_at": {"$gt": now - WAITS}}
        found: Document | None = await self.documents.find_one(recent, sort=[("called_at", DESCENDING)])
        return None if found is None else self.shaped(found)

    async def open_at(self, kiosk: str) -> HelpCall | None:
        return await self._first({"open": kiosk})

    async def waiting(self, member: Member) -> list[HelpCall]:
        """The open calls that a member may take, who waits longest first.

        Raises:
            Forbidden: `scope_missing`.
        """
        query = {"$and": [readable(member), {"open": {"$gte": ""}}]}
        return await self._each(self.documents.find(query, {"events": 0}).sort("called_at", ASCENDING))

    async def open(
        self, kiosk: Kiosk, hall: Hall, section: str, members: Sequence[str], by: Cause
    ) -> HelpCall:
        """Open the call of a kiosk and tell these members; the open one where there is one."""
        key, until = uuid4().hex, by.at + WAITS
        told = {"kiosk": kiosk["_id"], "hall": hall.code, "members": [*members]}
        event = Event("help.called", key, by, told, plans=(Plan(HELP_OVER, until),))
        of_members = [f"member:{one}" for one in members]
        new: Document = {
            "_id": key,
            "kiosk": kiosk["_id"],
            "hall": hall.code,
            "reach": [f"hall:{hall.code}", f"township:{hall.township}", *of_members],
            "section": section,
            "open": kiosk["_id"],
            "state": HelpState.OPEN.value,
            "told": [*members],
            "called_at": by.at,
            "until": until,
            "taken_by": None,
            "taken_at": None,
        }
        try:
            return await self.add(new, event)
        except DuplicateKeyError:
            return await self.open_at(kiosk["_id"]) or await self.open(kiosk, hall, section, members, by)

    async def take(self, key: str, member: Member, by: Cause) -> HelpCall:
        """A member goes there.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `help_call_not_found`, also where the member does not reach it.
            Conflict: `help_call_moved_on`.
        """
        if await self._first({"$and": [{"_id": key}, readable(member)]}) is None:
            raise self.missing
        return await self.change(
            key,
            expects={"state": HelpState.OPEN.value},
            sets={"state": HelpState.TAKEN.value, "taken_by": by.actor, "taken_at": by.at},
            update={"$unset": {"open": ""}},
            event=Event("help.taken", key, by),
            otherwise=HelpCallMovedOn,
        )

    async def close(self, due: Due, by: Cause) -> HelpCall:
        """Nobody has taken it in time.

        Raises:
            Overtaken: somebody has.
        """
        return await self.change(
            due.about,
            expects={"state": HelpState.OPEN.value, "until": due.at},
            sets={"state": HelpState.CLOSED.value},
            update={"$unset": {"open": ""}},
            event=due.event("help.closed", by),
            otherwise=Overtaken,
        )


@dataclass(frozen=True)
class Helping:
    calls: HelpCalls
    halls: Halls
    duty: Duty
    calendar: Workdays

    async def call(self, kiosk: Kiosk, by: Cause) -> HelpCall:
        """Ask that somebody comes to a kiosk; asked again, it is the call that is open. Told are all who are
        put down for the day; where none of them can be reached, the first of those who are told of an alert.

        Raises:
            Refused: `help_nobody_there`, while nobody serves at its place.
        """
        hall = await self._staffed(kiosk, by.at)
        section = section_of_hall(hall)
        members = await self._told(section, local_date(by.at))
        return await self.calls.open(kiosk, hall, section.key, members, by)

    async def _told(self, section: Section, day: date) -> list[str]:
        return await self.duty.put_down(section, day) or (await self.duty.line(section, day)).members[:1]

    async def _staffed(self, kiosk: Kiosk, now: datetime) -> Hall:
        for hall in await self.halls.those([kiosk["hall"] or ""]):
            if working(hall, now, self.calendar).staffed:
                return hall
        raise NobodyThere
