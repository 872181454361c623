"""告警: one a place in which kiosks are in trouble, until it is over (docs/decisions/0012-alerts.md)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar, NotRequired, TypedDict
from uuid import uuid4

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import Conflict, NotFound
from models.events import Cause, Event, Plan
from models.kiosks.alert_rules import (
    ANSWER_WITHIN,
    MEND_WITHIN,
    Change,
    Concerned,
    Known,
    concerned,
    followed,
)
from models.kiosks.document import Labelled
from models.kiosks.troubles import Fault, Trouble
from models.paging import Order, Page, count_in, page_in
from models.places import Hall
from models.schedule import Due, Overtaken
from models.staff import Member, Reach, Scope, Section, check_scope, reaches_of
from models.store import ChangedMeanwhile, Document, Line, Record, Store, entry, unique_text

LOOK = "alert.look"
"""What an alert plans: to see whether it was answered, or is over."""


class AlertNotFound(NotFound):
    code = "alert_not_found"
    message = "没有找到该告警"


class AlertMovedOn(Conflict):
    code = "alert_moved_on"
    message = "该告警已有人确认，或已结束"


class AlertState(Labelled):
    OPEN = "open", "待确认"
    ACKNOWLEDGED = "acknowledged", "处理中"
    CLOSED = "closed", "已结束"


class TellingOf(TypedDict):
    """A member was told; `why` is the name of the event."""

    member: str
    at: datetime
    why: str


class Alert(Record):
    """`place` is the hall while the alert is not over. `told_of` are the kiosks that somebody was told of,
    last at `told_at`; `look_at` is when the next of the line is told, `told` who was. `reach` names those who
    may see it: `hall:<code>`, `township:<name>`, `member:<user name>`. Each change adds one to `version`."""

    hall: str
    township: str
    reach: list[str]
    section: str
    place: NotRequired[str]
    state: AlertState
    opened_at: datetime
    kiosks: list[Concerned]
    told_of: list[str]
    told_at: datetime
    told: list[TellingOf]
    clear_since: datetime | None
    look_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    closed_at: datetime | None
    timeline: list[Line]
    version: int


@dataclass(frozen=True)
class WantedAlerts:
    """Which are asked for; of one hall, where it is given."""

    states: Sequence[AlertState]
    hall: str = ""

    @property
    def query(self) -> Document:
        states = {"state": {"$in": [one.value for one in self.states]}}
        return states | ({"hall": self.hall} if self.hall else {})


LATEST = Order("opened_at", latest_first=True)


class Alerts(Store[Alert]):
    collection = "alerts"
    missing = AlertNotFound
    tells = (
        *(change.value for change in Change),
        "alert.acknowledged",
        "alert.escalated",
        "alert.waiting",
    )
    plans = (LOOK,)
    indexes: ClassVar = [
        unique_text("place"),
        IndexModel([("opened_at", DESCENDING), ("_id", DESCENDING)], name="latest"),
        IndexModel([("hall", ASCENDING), ("opened_at", DESCENDING)], name="hall"),
        IndexModel([("state", ASCENDING), ("opened_at", DESCENDING), ("_id", DESCENDING)], name="state"),
        IndexModel(
            [("reach", ASCENDING), ("state", ASCENDING), ("opened_at", DESCENDING), ("_id", DESCENDING)],
            name="reach",
        ),
    ]

    def shaped(self, document: Document) -> Alert:
        kiosks = [{**one, "what": Fault(one["what"])} for one in document["kiosks"]]
        return super().shaped({**document, "state": AlertState(document["state"]), "kiosks": kiosks})

    async def going_on(self) -> list[Alert]:
        """Those that are not over."""
        return await self._each(self.documents.find({"place": {"$gte": ""}}, {"events": 0}))

    async def open(
        self, hall: Hall, section: Section, troubles: Sequence[Trouble], member: str, by: Cause
    ) -> bool:
        """Open the alert of a place and tell a member, "" for nobody; False where there is one."""
        key, look_at = uuid4().hex, by.at + ANSWER_WITHIN
        told = {"member": member, "hall": hall.code, **_counts(troubles)}
        event = Event(Change.OPENED.value, key, by, told, plans=(Plan(LOOK, look_at),))
        new = Alert(
            _id=key,
            hall=hall.code,
            township=hall.township,
            reach=[f"hall:{hall.code}", f"township:{hall.township}", *_of_member(member)],
            section=section.key,
            place=hall.code,
            state=AlertState.OPEN,
            opened_at=by.at,
            kiosks=concerned((), troubles, by.at),
            told_of=sorted(one.kiosk for one in troubles),
            told_at=by.at,
            told=_telling(member, event),
            clear_since=None,
            look_at=look_at,
            acknowledged_by=None,
            acknowledged_at=None,
            closed_at=None,
            timeline=[entry(event)],
            version=1,
        )
        try:
            await self.add(_plain(new), event)
        except DuplicateKeyError:
            return False
        return True

    async def follow(
        self, alert: Alert, change: Change, troubles: Sequence[Trouble], member: str, by: Cause
    ) -> None:
        """Keep what a look has found of an open alert; of one that grew, tell a member, "" for nobody.

        Raises:
            ChangedMeanwhile: it is not as it was read.
        """
        told = {"member": member, "hall": alert["hall"], **_counts(troubles)}
        event = Event(change.value, alert["_id"], by, told if change is Change.GREW else {})
        sets: Document = asdict(followed(known(alert), change, troubles, by.at))
        update: Document = {"$inc": {"version": 1}}
        if change is Change.GREW:
            update["$push"] = {"timeline": entry(event), "told": {"$each": _telling(member, event)}}
            update["$addToSet"] = {"reach": {"$each": _of_member(member)}}
        elif change is Change.CLOSED:
            sets |= {"state": AlertState.CLOSED.value, "closed_at": by.at, "look_at": None}
            update |= {"$push": {"timeline": entry(event)}, "$unset": {"place": ""}}
        await self.change(
            alert["_id"],
            expects={"version": alert["version"], "closed_at": None},
            sets=sets,
            update=update,
            event=event,
            otherwise=ChangedMeanwhile,
        )

    async def acknowledge(self, key: str, member: Member, by: Cause) -> Alert:
        """A member takes an alert on.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `alert_not_found`, also where the member does not reach it.
            Conflict: `alert_moved_on`.
        """
        await self.seen(key, member)
        look_at = by.at + MEND_WITHIN
        event = Event("alert.acknowledged", key, by, plans=(Plan(LOOK, look_at),))
        return await self.change(
            key,
            expects={"state": AlertState.OPEN.value},
            sets={
                "state": AlertState.ACKNOWLEDGED.value,
                "acknowledged_by": by.actor,
                "acknowledged_at": by.at,
                "look_at": look_at,
            },
            update={"$inc": {"version": 1}, "$push": {"timeline": entry(event)}},
            event=event,
            otherwise=AlertMovedOn,
        )

    async def go_on(self, alert: Alert, due: Due, member: str, by: Cause) -> Alert:
        """Nobody has answered, or it lasts: tell a member, or with "" look again later.

        Raises:
            Overtaken: the alert does not expect this plan.
        """
        asked = bool(member) and alert["state"] is AlertState.OPEN
        soon = asked or alert["clear_since"] is not None or not alert["told"]
        look_at = by.at + (ANSWER_WITHIN if soon else MEND_WITHIN)
        current = [
            Trouble(one["kiosk"], one["what"], one["since"])
            for one in alert["kiosks"]
            if one["until"] is None
        ]
        told = {"member": member, "hall": alert["hall"], **_counts(current)}
        name = "alert.escalated" if member else "alert.waiting"
        event = due.event(name, by, told if member else {}, plans=(Plan(LOOK, look_at),))
        update: Document = {"$inc": {"version": 1}}
        if member:
            update["$push"] = {"timeline": entry(event), "told": {"$each": _telling(member, event)}}
            update["$addToSet"] = {"reach": {"$each": _of_member(member)}}
        return await self.change(
            alert["_id"],
            expects={"look_at": due.at},
            sets={"look_at": look_at},
            update=update,
            event=event,
            otherwise=Overtaken,
        )

    async def page(
        self, member: Member, wanted: WantedAlerts, limit: int, *, after: str = "", before: str = ""
    ) -> Page[Alert]:
        """The latest first.

        Raises:
            Forbidden: `scope_missing`.
            PageUnknown
        """
        query = {"$and": [readable(member), wanted.query]}
        return await page_in(self, query, LATEST, limit, after=after, before=before)

    async def count(self, member: Member, wanted: WantedAlerts) -> int:
        """
        Raises:
            Forbidden: `scope_missing`.
        """
        within = readable(member)
        index = "reach" if within else "state"
        return await count_in(self, {"$and": [within, wanted.query]}, index)

    async def seen(self, key: str, member: Member) -> Alert:
        """
        Raises:
            Forbidden: `scope_missing`.
            NotFound: `alert_not_found`, also where the member does not reach it.
        """
        found = await self._first({"$and": [{"_id": key}, readable(member)]})
        if found is None:
            raise self.missing
        return found


def readable(member: Member) -> Document:
    """The query for the alerts that a member may see and take on: of the halls within reach, and those that
    they were told of.

    Raises:
        Forbidden: `scope_missing`.
    """
    check_scope(member, Scope.ALERTS_HANDLE)
    reached = reaches_of(member, Scope.ALERTS_HANDLE)
    if Reach.DISTRICT in reached:
        return {}
    places: dict[Reach, list[str]] = {
        Reach.HALLS: [f"hall:{one}" for one in member["halls"]],
        Reach.TOWNSHIP: [f"township:{one}" for one in member["townships"]],
    }
    within = [one for reach, keys in places.items() if reach in reached for one in keys]
    return {"reach": {"$in": [*_of_member(member["_id"]), *within]}}


def known(alert: Alert) -> Known:
    """What the rules ask of an open alert."""
    return Known(alert["kiosks"], alert["told_of"], alert["told_at"], alert["clear_since"])


def _counts(troubles: Sequence[Trouble]) -> dict[str, int]:
    """How many kiosks are in which trouble."""
    return {what.value: sum(one.what is what for one in troubles) for what in Fault}


def _telling(member: str, event: Event) -> list[TellingOf]:
    return [TellingOf(member=member, at=event.cause.at, why=event.name)] if member else []


def _of_member(member: str) -> list[str]:
    """What lets a member who was told see it."""
    return [f"member:{member}"] if member else []


def _plain(alert: Alert) -> Document:
    return {**alert, "state": alert["state"].value, "kiosks": [{**one} for one in alert["kiosks"]]}
