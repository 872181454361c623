"""What the figures of a group of reviews say, and what of it may be published.

Satisfied are the levels 5 to 3; 2 and 1 are 差评. A rate of nothing is None, not 0.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from models.voices.tags import BAD, BAD_TAGS, LEVELS
from models.voices.ticks import Box, again_box, level_box, tag_box


@dataclass(frozen=True)
class Tally:
    """`boxes` are those of `models.voices.ticks`, added up; of `due` only the days that are over."""

    boxes: Mapping[str, int] = field(default_factory=dict)

    def of(self, box: str) -> int:
        return self.boxes.get(box, 0)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(dict(Counter(self.boxes) + Counter(other.boxes)))

    @property
    def levels(self) -> dict[int, int]:
        """First opinions, from 5 to 1."""
        return {level: self.of(level_box(level)) for level in LEVELS}

    @property
    def again(self) -> dict[int, int]:
        """Follow-ups."""
        return {level: self.of(again_box(level)) for level in LEVELS}

    @property
    def count(self) -> int:
        return sum(self.levels.values())

    @property
    def followed_up(self) -> int:
        return sum(self.again.values())

    @property
    def bad(self) -> int:
        return sum(number for level, number in self.levels.items() if level in BAD)

    @property
    def satisfied(self) -> int:
        return self.count - self.bad

    @property
    def satisfaction(self) -> float | None:
        return _share(self.satisfied, self.count)

    @property
    def finished(self) -> int:
        return self.of(Box.FINISHED)

    @property
    def reviewed(self) -> int:
        return self.of(Box.REVIEWED)

    @property
    def rate(self) -> float | None:
        """Of what finished and could be reviewed, how much was."""
        return _share(self.reviewed, self.finished)

    def without_rate(self) -> "Tally":
        """The same, without how much of what finished was reviewed."""
        hidden = (Box.FINISHED, Box.REVIEWED)
        return Tally({box: number for box, number in self.boxes.items() if box not in hidden})

    @property
    def opened(self) -> int:
        return self.of(Box.OPENED)

    @property
    def in_time(self) -> int:
        return self.of(Box.IN_TIME)

    @property
    def overdue(self) -> int:
        """Not fixed in time, whether or not fixed since."""
        return self.of(Box.DUE)

    @property
    def timeliness(self) -> float | None:
        """Of what was fixed in time or should have been, how much was."""
        return _share(self.in_time, self.in_time + self.overdue)

    @property
    def set_aside(self) -> int:
        return self.of(Box.SET_ASIDE)

    @property
    def reasons(self) -> dict[str, int]:
        """The tags of bad reviews, the most frequent first."""
        found = {tag: self.of(tag_box(tag)) for tag in BAD_TAGS}
        return {tag: found[tag] for tag in sorted(found, key=lambda tag: (-found[tag], tag)) if found[tag]}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


class Least(NamedTuple):
    """Groups of fewer reviews are not published, from a day on."""

    since: date
    number: int
    reason: str


LEAST = (
    Least(
        date(2020, 1, 1),
        5,
        "Of fewer reviews, who knows who was there may guess who gave which. Five is what statistics usually"
        " ask for.",
    ),
)
"""A change is a further entry."""


def least(day: date) -> int:
    """How many reviews a group has, at least, of which anything is published on a day."""
    return max((one for one in LEAST if one.since <= day), key=lambda one: one.since).number


@dataclass(frozen=True)
class Published:
    """`rows` are the groups that may be shown, `rest` the others together; None where there are none, or too
    few for a row of their own. `total` is None where all together are too few."""

    total: Tally | None
    rows: Mapping[str, Tally]
    rest: Tally | None


def published(groups: Mapping[str, Tally], number: int) -> Published:
    """What may be shown of these groups, which make up a whole: each that has `number` reviews, and the
    others as one. Where these are fewer together, they could be worked out from the whole: so the smallest
    that could be shown goes with them."""
    total = sum(groups.values(), Tally())
    if total.count < number:
        return Published(None, {}, None)
    by_size = sorted(groups, key=lambda key: (-groups[key].count, key))
    shown = [key for key in by_size if groups[key].count >= number]
    hidden = [groups[key] for key in by_size if groups[key].count < number]
    while shown and 0 < sum(hidden, Tally()).count < number:
        hidden.append(groups[shown.pop()])
    rest = sum(hidden, Tally())
    return Published(total, {key: groups[key] for key in shown}, rest if hidden else None)


def published_parts(
    wholes: Published, parts: Mapping[str, Mapping[str, Tally]], number: int
) -> dict[str, Published]:
    """What may be shown of the parts of each whole that is shown by itself: so that what its parts leave out
    cannot be worked out from it, nor a whole that is left out from its parts."""
    return {whole: published(parts.get(whole, {}), number) for whole in wholes.rows}


def together(total: Tally | None, parts: Iterable[Published]) -> Published:
    """The parts of all wholes in one division; the `rest` is what of the total none of them shows."""
    rows: dict[str, Tally] = {}
    for one in parts:
        for key, tally in one.rows.items():
            rows[key] = rows.get(key, Tally()) + tally
    if total is None:
        return Published(None, {}, None)
    left = Counter(total.boxes)
    left.subtract(Counter(sum(rows.values(), Tally()).boxes))
    rest = Tally(dict(+left))
    by_size = sorted(rows, key=lambda key: (-rows[key].count, key))
    return Published(total, {key: rows[key] for key in by_size}, rest if rest.boxes else None)
