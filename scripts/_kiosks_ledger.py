"""What `scripts/drill kiosks` counts: what must have been noticed of what devices did, and what was.

A device knows when a heartbeat was sent, and that it was taken. One that was not answered may have been heard
until what held it up was over. So a silence is from what was heard last at the latest until the next attempt.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from _kiosks_chaos import Disruption
from _kiosks_devices import Attempt, Device

from models.kiosks.alert_rules import PATIENCE
from models.kiosks.listening import GAP, PULSE
from models.kiosks.presence import LISTENED, NOTICED, SILENT
from wechat_backend.worker.alone import LEASE
from wechat_backend.worker.jobs.alerts import LOOK_EVERY

SLACK = timedelta(seconds=2)
"""For what takes its time between two clocks' readings."""
HELD_UP = timedelta(seconds=8)
"""A heartbeat that is not answered is heard within this after the last disruption since it was sent."""
ALERTED = PATIENCE + LEASE + timedelta(seconds=LOOK_EVERY) + timedelta(seconds=30)
"""A trouble that lasts so long without an outage must have an alert."""

Document = dict[str, Any]


class Span(NamedTuple):
    start: datetime
    end: datetime


class Row(NamedTuple):
    what: str
    expected: int
    there: int
    missed: int
    doubled: int
    false: int
    late: int

    @property
    def clean(self) -> bool:
        return self.there > 0 and not any(self[3:])


@dataclass(frozen=True)
class Happened:
    """What was done until `ended`, and what the database holds: its events by name, spells and alerts."""

    ended: datetime
    devices: Sequence[Device]
    disruptions: Sequence[Disruption]
    events: Mapping[str, Sequence[Document]]
    spells: Sequence[Document]
    alerts: Sequence[Document]

    @property
    def outages(self) -> list[Span]:
        return sorted(Span(one.began, one.ended) for one in self.disruptions if one.outage)

    def named(self, name: str) -> Sequence[Document]:
        return self.events.get(name, ())


def reckon(happened: Happened) -> list[Row]:
    return [
        of_losses(happened),
        of_returns(happened),
        of_faults(happened),
        of_our_silences(happened),
        of_spells(happened),
        of_alerts(happened),
    ]


def deadline(heard: datetime, outages: Iterable[Span]) -> datetime:
    """Until when a device that was heard last then must be known to be offline. After an outage every device
    has `LISTENED` to be heard, and the watch as long as ever to notice."""
    latest = heard + NOTICED
    for start, end in outages:
        if start < latest:
            latest = max(latest, end + LISTENED + NOTICED - SILENT)
    return latest


def heard_until(attempts: Sequence[Attempt], disruptions: Sequence[Disruption]) -> list[datetime]:
    """For each attempt, when the device was heard last at the latest, up to and with it."""
    latest, found = datetime.min.replace(tzinfo=attempts[0].sent.tzinfo), []
    for one in attempts:
        ends = [each.ended for each in disruptions if each.began <= one.done and each.ended >= one.sent]
        late = one.done if one.taken else max([one.done, *ends]) + HELD_UP
        latest = max(latest, late)
        found.append(latest)
    return found


def of_losses(happened: Happened) -> Row:
    outages, losses = happened.outages, by_kiosk(happened.named("heartbeat.lost"))
    expected = there = missed = doubled = false = late = 0
    for device in happened.devices:
        own = losses.get(device.kiosk, [])
        untils = heard_until(device.attempts, happened.disruptions)
        for until, (_, following) in zip(untils, pairwise(device.attempts), strict=False):
            limit = deadline(until, outages)
            if limit <= following.sent:
                expected += 1
                missed += not any(until - 2 * HELD_UP - NOTICED < one["at"] <= following.sent for one in own)
        there += len(own)
        doubled += sum(n - 1 for n in Counter(one["data"]["start"] for one in own).values())
        false += sum(is_false(one, device.attempts, untils, outages) for one in own)
        late += sum(one["at"] > deadline(one["data"]["start"], outages) for one in own)
    return Row("offline", expected, there, missed, doubled, false, late)


def is_false(
    loss: Document, attempts: Sequence[Attempt], untils: Sequence[datetime], outages: Iterable[Span]
) -> bool:
    """It was heard meanwhile, or was not silent for long enough, or the silence was ours."""
    start, at = loss["data"]["start"], loss["at"]
    if at - start < SILENT:
        return True
    if any(one.taken and one.sent > start and one.done < at for one in attempts):
        return True
    if not any(one.sent <= start <= until for one, until in zip(attempts, untils, strict=True)):
        return True
    return any(
        end - begin > GAP + 2 * PULSE and begin + GAP + PULSE + SLACK < at < end + LISTENED - SLACK
        for begin, end in outages
    )


def of_returns(happened: Happened) -> Row:
    """Each loss is over with the first heartbeat that is taken after it."""
    losses, returns = (
        by_kiosk(happened.named("heartbeat.lost")),
        by_kiosk(happened.named("heartbeat.returned")),
    )
    expected = there = missed = doubled = false = late = 0
    for device in happened.devices:
        starts = Counter(one["data"]["start"] for one in returns.get(device.kiosk, []))
        own = {one["data"]["start"]: one for one in losses.get(device.kiosk, [])}
        expected, there = expected + len(own), there + starts.total()
        missed += len(own.keys() - starts.keys())
        false += len(starts.keys() - own.keys())
        doubled += sum(n - 1 for n in starts.values())
        for one in returns.get(device.kiosk, []):
            loss = own.get(one["data"]["start"])
            taken = [each.done for each in device.attempts if loss and each.taken and each.sent > loss["at"]]
            late += bool(taken and one["at"] > taken[0])
    return Row("online again", expected, there, missed, doubled, false, late)


def of_faults(happened: Happened) -> Row:
    """Turns of the state, as the device was answered them; a return may tell one."""
    names = ("heartbeat.failed", "heartbeat.recovered", "heartbeat.returned")
    told = by_kiosk(one for name in names for one in happened.named(name) if "turn" in one["data"])
    expected = there = missed = doubled = 0
    for device in happened.devices:
        said = [False, *(one.fault for one in device.attempts if one.taken)]
        turns, own = sum(a != b for a, b in pairwise(said)), len(told.get(device.kiosk, []))
        expected, there = expected + turns, there + own
        missed, doubled = missed + max(0, turns - own), doubled + max(0, own - turns)
    return Row("faults begun and over", expected, there, missed, doubled, 0, 0)


def of_our_silences(happened: Happened) -> Row:
    """Those that are long enough are told, and others are not."""
    told = [Span(one["data"]["start"], one["data"]["end"]) for one in happened.named("listening.resumed")]
    long = [one for one in happened.outages if one.end - one.start > GAP + 2 * PULSE]
    missed = sum(not any(_meet(one, each) for each in told) for one in long)
    doubled = sum(max(0, sum(_meet(one, each) for each in told) - 1) for one in happened.outages)
    false = sum(not any(_meet(one, each) for each in happened.outages) for one in told)
    return Row("our own silences", len(long), len(told), missed, doubled, false, 0)


def of_spells(happened: Happened) -> Row:
    """The times that are kept are those of the events."""
    events = happened.named("heartbeat.returned")
    true = {(one["about"], one["data"]["start"], one["at"]) for one in events}
    offline = [one for one in happened.spells if one["kind"] == "offline"]
    kept = Counter((one["kiosk"], one["start"], one.get("end")) for one in offline)
    doubled = sum(n - 1 for n in kept.values())
    missed, false = len(true - kept.keys()), len(kept.keys() - true)
    return Row("times offline that are kept", len(true), kept.total(), missed, doubled, false, 0)


def of_alerts(happened: Happened) -> Row:
    """One a place in which a trouble lasted."""
    troubles: dict[str, list[Span]] = defaultdict(list)
    halls = {one.kiosk: one.hall for one in happened.devices}
    for one in (one for one in happened.spells if one["kind"] != "ours"):
        lasts = Span(one["start"], one.get("end", happened.ended))
        troubles[halls[one["kiosk"]]].append(lasts)
    lost = {(one["about"], one["data"]["start"]): one["at"] for one in happened.named("heartbeat.lost")}
    must = {
        halls[one["kiosk"]]
        for one in happened.spells
        if one["kind"] != "ours"
        and any(
            part.end - part.start >= ALERTED - PATIENCE
            for part in _without(
                Span(
                    max(one["start"] + PATIENCE, lost.get((one["kiosk"], one["start"]), one["start"])),
                    one.get("end", happened.ended),
                ),
                happened.outages,
            )
        )
    }
    may = {hall for hall, spans in troubles.items() if any(end - start >= PATIENCE for start, end in spans)}
    there = Counter(one["hall"] for one in happened.alerts)
    doubled = sum(n - 1 for n in there.values())
    return Row(
        "alerts", len(must), there.total(), len(must - there.keys()), doubled, len(there.keys() - may), 0
    )


def by_kiosk(events: Iterable[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = defaultdict(list)
    for one in events:
        found[one["about"]].append(one)
    return found


def _meet(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _without(whole: Span, outages: Iterable[Span]) -> Iterator[Span]:
    """What is left of a time beside our outages, which are in order."""
    start = whole.start
    for begin, end in outages:
        if begin > start:
            yield Span(start, min(begin, whole.end))
        start = max(start, end)
    if start < whole.end:
        yield Span(start, whole.end)
