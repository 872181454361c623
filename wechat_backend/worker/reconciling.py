"""Compares what 好差评 holds of a day with what is true here, and mends it there.

What is missing or different there is told again, by the ordinary way of deliveries: what failed is tried once
more, or the review gets its next revision. What is not known here is reported to the operators and stays
there: it may be another system's, and nothing of ours deletes it.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from secrets import token_hex

import structlog

from models.errors import DomainError
from models.events import Cause, Channel
from models.outgoing import Delivery, DeliveryState
from models.outgoing.deliveries import DeliveryNotFailed
from models.outgoing.notices import REPORTS
from models.stores import Stores
from models.voices import Compared, GivenReview, ReviewMovedOn
from wechat_backend.gateways.base import Clock
from wechat_backend.gateways.government import NEEDS_NEXT, Government
from wechat_backend.worker.review_records import review_records

log = structlog.get_logger("panyu.worker")

Key = tuple[str, str]
"""`projectNo` and `assessNumber`."""


@dataclass
class Found:
    """Of one day: the keys of what is compared, by what came of it; and the reviews to be told again, each
    with the latest revision that is known there."""

    there: dict[Key, Mapping[str, str]]
    here: set[Key] = field(default_factory=set)
    missing: set[Key] = field(default_factory=set)
    different: set[Key] = field(default_factory=set)
    on_their_way: set[Key] = field(default_factory=set)
    unknown: set[Key] = field(default_factory=set)
    reviews: dict[str, tuple[GivenReview, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reconciling:
    stores: Stores
    government: Government
    clock: Clock

    async def compare(self, day: date) -> Compared:
        """Compare what was said on a day, mend it, and keep what came of it. Doing so again changes nothing.

        Raises:
            GatewayError: 好差评 does not say what it holds.
        """
        found = Found({key_of(record): record for record in await self.government.reviews_of(day)})
        for review in await self.stores.reviews.said_on(day):
            await self._look(review, day, found)
        for key in sorted(found.there.keys() - found.here):
            await self._not_here(key, found)
        for review, known in found.reviews.values():
            await self._tell_again(review, known)
        compared = self._compared(day, found)
        await self.stores.reconciled.keep(compared)
        if found.missing or found.different or found.unknown:
            log.warning(
                "reviews_reconciled", **_counts(compared), day=compared["_id"], names=compared["names"]
            )
        return compared

    async def _look(self, review: GivenReview, day: date, found: Found) -> None:
        """What is true of one review, of what was said on this day."""
        try:
            records = [report.body for report in await review_records(self.stores, review)]
        except DomainError:  # one that cannot be told keeps no other from being compared
            log.exception("review_not_comparable", review=review["ref"])
            return
        waits = None
        for body in records:
            if not body["assessTime"].startswith(day.isoformat()):
                continue
            key = key_of(body)
            found.here.add(key)
            known = found.there.get(key, {})
            if (differing := differences(body, known)) is None:
                continue
            waits = await self._is_on_its_way(review) if waits is None else waits
            if waits:
                found.on_their_way.add(key)
                continue
            (found.different if known else found.missing).add(key)
            log.warning("review_differs", review=review["ref"], number=key[1], fields=differing)
            _again(found, review, known)

    async def _not_here(self, key: Key, found: Found) -> None:
        """What is there of this day and not here: of another day here, or not known at all."""
        project, number = key
        review = await self.stores.reviews.of_project(project)
        if review is None or (number == "2" and review["again"] is None):
            found.unknown.add(key)
        elif await self._is_on_its_way(review):
            found.on_their_way.add(key)
        else:
            found.different.add(key)
            _again(found, review, found.there[key])

    async def _tell_again(self, review: GivenReview, known: int) -> None:
        """Once, though two compare the same day at one moment."""
        by = Cause("system", self.clock(), Channel.SYSTEM, f"reconcile-{token_hex(4)}")
        refused = [one for one in await self._told(review) if one["state"] is DeliveryState.FAILED]
        failed = [one for one in refused if one.get("code") not in NEEDS_NEXT]
        with suppress(ReviewMovedOn, DeliveryNotFailed):
            if failed:  # it tells the review as it is now
                await self.stores.deliveries.retry(failed[0]["_id"], by)
            else:
                await self.stores.reviews.tell_again(review, known, by)

    async def _is_on_its_way(self, review: GivenReview) -> bool:
        """Whether an event of it waits for a worker, or a delivery for the other side."""
        if review.get("events"):
            return True
        return any(one["state"] is DeliveryState.PENDING for one in await self._told(review))

    async def _told(self, review: GivenReview) -> list[Delivery]:
        """The deliveries that tell of a review, or did."""
        events = await self.stores.outbox.about(review["_id"])
        told = [event["id"] for event in events if REPORTS["reviews"].tells_of(event["name"])]
        return [one for one in await self.stores.deliveries.of_events(told) if one["notice"] == "reviews"]

    def _compared(self, day: date, found: Found) -> Compared:
        return {
            "_id": day.isoformat(),
            "at": self.clock(),
            "there": len(found.there),
            "here": len(found.here),
            "missing": len(found.missing),
            "different": len(found.different),
            "on_their_way": len(found.on_their_way),
            "unknown": len(found.unknown),
            "names": [":".join(key) for key in sorted(found.unknown)],
        }


def key_of(record: Mapping[str, str]) -> Key:
    return record["projectNo"], record["assessNumber"]


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str] | None:
    """The names of the fields that differ, all where it is not there; None where it is the same. A field
    that is left out is as one that is empty."""
    names = sorted(
        name for name in here.keys() | there.keys() if (here.get(name) or "") != (there.get(name) or "")
    )
    return names or None


def _again(found: Found, review: GivenReview, known: Mapping[str, str]) -> None:
    _, before = found.reviews.get(review["_id"], (review, 0))
    found.reviews[review["_id"]] = review, max(before, int(known.get("revision") or 0))


def _counts(compared: Compared) -> dict[str, int]:
    return {name: value for name, value in compared.items() if isinstance(value, int)}
