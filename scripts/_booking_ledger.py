"""What `scripts/drill booking` counts: what people were told, and what is there."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from _booking_people import Person, Visit
from _booking_service import Moment, Windows

from models.appointments import MOST_A_DAY

Document = dict[str, Any]
TOLD = ("appointment.booked", "appointment.moved", "appointment.cancelled")


class Row(NamedTuple):
    """`lost` is what somebody was told and is not there, `untold` what is there and nobody was told."""

    what: str
    expected: int
    there: int
    lost: int = 0
    untold: int = 0
    doubled: int = 0
    oversold: int = 0
    unsold: int = 0

    @property
    def clean(self) -> bool:
        return self.there > 0 and not any(self[3:])


def of_sale(what: str, places: int, items: Sequence[str], people: Sequence[Person], house: Any) -> Row:
    """Of a slot with so many places, for which people tried with these items."""
    there = list(house["appointments"].find({"item": {"$in": list(items)}, "state": "booked"}))
    told = {key: visit for one in people for key, visit in one.told.items() if visit.item in items}
    lost, untold = _against(told, there)
    seats = len({(one["window"], one["seat"]) for one in there})
    doubled = len(there) - seats + sum(n - 1 for n in Counter(one["applicant"] for one in there).values())
    over, under = max(0, len(there) - places), max(0, places - len(there))
    return Row(what, places, len(there), lost, untold, doubled, over, under)


def of_fire(people: Sequence[Person], items: Sequence[str], house: Any) -> Row:
    """Each visit is where its person was told last; nobody has an item twice, or too many for a day."""
    there = list(house["appointments"].find({"item": {"$in": list(items)}, "state": "booked"}))
    told = {key: visit for one in people for key, visit in one.told.items() if visit.item in items}
    lost, untold = _against(told, there)
    lost += sum(len(one.surprises) for one in people)
    of_items = Counter((one["applicant"], one["item"]) for one in there)
    of_days = Counter((one["applicant"], one["day"]) for one in there)
    doubled = sum(n - 1 for n in of_items.values()) + sum(max(0, n - MOST_A_DAY) for n in of_days.values())
    return Row("visits after the fire", len(told), len(there), lost, untold, doubled)


def _against(told: Mapping[str, Visit], there: Iterable[Document]) -> tuple[int, int]:
    """How many were told and are not there, or elsewhere; and how many are there that nobody was told."""
    kept = {one["_id"]: Visit(one["item"], one["hall"], one["start"]) for one in there}
    return len(told.items() - kept.items()), len(kept.keys() - told.keys())


def of_seats(windows: Windows, people: Sequence[Person]) -> Row:
    """Minute by minute at each window and each moment: no seat twice, and no more visits than it had seats in
    any schedule that was in force while one of them was booked there."""
    known = {one.id: one for one in people}
    seats = there = doubled = oversold = 0
    for moment in windows.moments:
        most = {one["_id"]: _most(one, known[one["applicant"]], windows) for one in moment.visits}
        for at in _minute_by_minute(moment):
            found = {one["seat"] for one in at}
            seats, there = seats + len(at), there + len(found)
            doubled += len(at) - len(found)
            oversold += max(0, len(at) - max(most[one["_id"]] for one in at))
    what = f"minutes of seats, at {len(windows.moments)} moments"
    return Row(what, seats, there, doubled=doubled, oversold=oversold)


def _minute_by_minute(moment: Moment) -> Iterator[Sequence[Document]]:
    """The visits of each minute at each window."""
    found: dict[Any, list[Document]] = defaultdict(list)
    for one in moment.visits:
        minute = one["start"]
        while minute < one["end"]:
            found[one["hall"], one["window"], minute].append(one)
            minute += timedelta(minutes=1)
    return iter(found.values())


def _most(visit: Document, person: Person, windows: Windows) -> int:
    """The most seats that whoever put it there can have read at its window."""
    put = max(line["at"] for line in visit["timeline"] if line["what"] in TOLD)
    sent, known = put, put
    for one in person.tries:
        ended = one.known or datetime.max.replace(tzinfo=put.tzinfo)
        if one.sent <= put <= ended:
            sent, known = one.sent, ended
    return windows.most(visit["hall"], visit["window"], sent, known)


def of_events(house: Any) -> Row:
    """Each change of a visit, as its timeline has it, is told once in the audit record."""
    visits = list(house["appointments"].find({}, {"timeline.what": 1}))
    wanted = Counter((one["_id"], line["what"]) for one in visits for line in one["timeline"])
    told = house["events"].find({"name": {"$in": list(TOLD)}}, {"about": 1, "name": 1})
    there = Counter((one["about"], one["name"]) for one in told)
    lost, doubled = (wanted - there).total(), (there - wanted).total()
    return Row("events of visits", wanted.total(), there.total(), lost, doubled=doubled)


def of_deliveries(house: Any) -> Row:
    """Each event is planned to be told once, and that has come to an end; at most one message went out."""
    wanted = {one["_id"] for one in house["events"].find({"name": {"$in": list(TOLD)}}, {"_id": 1})}
    found: dict[str, list[Document]] = defaultdict(list)
    for one in house["deliveries"].find({"event": {"$in": sorted(wanted)}}):
        found[one["event"]].append(one)
    lost = len(wanted - found.keys())
    lost += sum(one["state"] == "pending" for one in chain.from_iterable(found.values()))
    ways = Counter((event, one["channel"]) for event, all_of_it in found.items() for one in all_of_it)
    sent = Counter(event for event, all_of_it in found.items() for one in all_of_it if one["state"] == "sent")
    doubled = sum(n - 1 for n in ways.values()) + sum(n - 1 for n in sent.values())
    return Row("deliveries of them", len(wanted), len(found), lost, doubled=doubled)
