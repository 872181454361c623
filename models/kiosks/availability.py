"""How much of the time in which it should have served a kiosk served: pure functions of what is known of it.

All the time in which it stood in its hall and the hall was open is divided: each moment belongs to the first
part, in the order of `Part`, that covers it, and so is counted once (docs/operations.md, "The availability of
kiosks").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.kiosks.actions import STEPS, Action
from models.kiosks.document import Kiosk, Labelled, OutageCause
from models.kiosks.spells import Spell, SpellKind
from models.kiosks.suspension import announced, outages_of
from models.kiosks.times import Interval, common, joined, length, without
from models.workdays import local_moment


class Part(Labelled):
    """The earlier one counts where several are true at once."""

    SUSPENDED = "suspended", "公告暂停"
    OUT = "out", "停用维修"  # also what overruns a suspension
    THIRD_PARTY = "third_party", "第三方停用"
    UNKNOWN = "unknown", "平台未能接收"
    OFFLINE = "offline", "离线"
    FAULT = "fault", "设备故障"
    WORKING = "working", "正常"


LEFT_OUT = frozenset({Part.SUSPENDED, Part.UNKNOWN})
"""It was announced that it would not serve then, or we could not know whether it did."""
LOST = (Part.OUT, Part.THIRD_PARTY, Part.OFFLINE, Part.FAULT)
OF_SPELL: Mapping[SpellKind, Part] = {
    SpellKind.OURS: Part.UNKNOWN,
    SpellKind.OFFLINE: Part.OFFLINE,
    SpellKind.FAULT: Part.FAULT,
}
OF_CAUSE: Mapping[OutageCause, Part] = {
    OutageCause.OWN: Part.OUT,
    OutageCause.THIRD_PARTY: Part.THIRD_PARTY,
}
COMES = STEPS[Action.ACTIVATE].event
LEAVES = frozenset({STEPS[Action.REMOVE].event, STEPS[Action.RETIRE].event})


@dataclass(frozen=True)
class Known:
    """When a kiosk stood in its hall, and what is told of that time; the rest of it is `Part.WORKING`."""

    present: Sequence[Interval]
    told: Mapping[Part, Sequence[Interval]]


@dataclass(frozen=True)
class Availability:
    """A time, divided; each part is there."""

    parts: Mapping[Part, timedelta]

    @property
    def due(self) -> timedelta:
        """How long it should have served."""
        return sum((self.parts[part] for part in Part if part not in LEFT_OUT), timedelta())

    @property
    def lost(self) -> timedelta:
        return sum((self.parts[part] for part in LOST), timedelta())

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where it was not to serve at all."""
        return self.parts[Part.WORKING] / self.due if self.due else None


def known(kiosk: Kiosk, spells: Iterable[Spell], now: datetime) -> Known:
    """What is known of a kiosk until now; spells of other kiosks are left out."""
    told: dict[Part, list[Interval]] = {part: [] for part in Part if part is not Part.WORKING}
    for suspension in announced(kiosk):
        told[Part.SUSPENDED].append(Interval(suspension["start"], min(suspension["end"], now)))
    for outage in outages_of(kiosk):
        told[OF_CAUSE[outage["cause"]]].append(Interval(outage["start"], min(outage["end"] or now, now)))
    for spell in spells:
        if spell["kiosk"] in ("", kiosk["_id"]):
            told[OF_SPELL[spell["kind"]]].append(Interval(spell["start"], min(spell.get("end", now), now)))
    return Known(present(kiosk, now), {part: joined(times) for part, times in told.items()})


def present(kiosk: Kiosk, now: datetime) -> list[Interval]:
    """From each activation until it was removed, or retired."""
    times, since = [], None
    for line in kiosk["timeline"]:
        if line["what"] == COMES:
            since = line["at"]
        elif line["what"] in LEAVES and since:
            times.append(Interval(since, line["at"]))
            since = None
    if since:
        times.append(Interval(since, now))
    return joined(times)


def reckoned(of: Known, opening: Sequence[Interval], period: Interval) -> Availability:
    """A period, divided, of a kiosk in a hall that is open at these times, which are in order."""
    left = common(common(opening, [period]), of.present)
    parts = dict.fromkeys(Part, timedelta())
    for part, times in of.told.items():
        parts[part] = length(common(left, times))
        left = without(left, times)
    parts[Part.WORKING] = length(left)
    return Availability(parts)


def together(each: Iterable[Availability]) -> Availability:
    parts = dict.fromkeys(Part, timedelta())
    for one in each:
        for part in Part:
            parts[part] += one.parts[part]
    return Availability(parts)


def days(first: date, last: date) -> Interval:
    """From the beginning of one day in Panyu to the end of another."""
    return Interval(local_moment(first, time()), local_moment(last + timedelta(days=1), time()))


def month(day: date) -> tuple[date, date]:
    """The first and the last day of the month in which a day is."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
