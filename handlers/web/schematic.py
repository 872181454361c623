"""A schematic map of places: where they lie to each other, with a scale and north; no outlines, no tiles.

Pure reckoning; `citizen/parts/map.html` draws it as SVG. A place is a dot where it is. What can be touched, a
number or a township's name, is a mark beside its dot: marks are pushed apart until no two overlap, and a line
leads to the dot of one that had to move.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, cos, hypot, radians

from models.places import Hall, Near, Position

WIDTH = 360
"""Of the drawing, in its own units; on a phone a unit is a pixel."""
MARGIN = 30
LEAST_HEIGHT = 240
"""With marks of the usual size; larger ones need more."""
SPARE = 2.8
"""Of the map to what its marks take: with less room they are pushed to and fro."""
FOOT = 34
"""Below the map, for the scale and north."""
DEGREE = 111_195
"""Metres of a degree of latitude."""
CLOSEST = 1500
"""Metres that a map shows across at least."""
LONGEST_SCALE = 110
LETTER = 0.6
"""Of a letter's width to its height; a Chinese character is as wide as it is high."""
ROUNDS = 150
"""Of pushing marks apart, at most; the later ones push up and down alone, where a map has room to spare."""


@dataclass(frozen=True)
class Size:
    """How large what is touched is, and the height of its letters."""

    target: float
    letters: float


USUAL, LARGE = Size(48, 13), Size(66, 18)
"""For a phone of 360 pixels, where targets are 44 pixels; with large text 60."""
DENSE, DENSER = Size(24, 12), Size(18, 11)
"""For a screen on a desk or a wall, where a pointer touches; the smaller one from `MANY` marks on."""
MANY = 40


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    closed: bool = False


@dataclass(frozen=True)
class Mark:
    """What is touched: its middle, its size, and the dot that it belongs to; `name` is read out, `look` is
    the end of its class."""

    x: float
    y: float
    width: float
    height: float
    dot: Dot
    text: str
    name: str
    href: str
    look: str = ""

    @property
    def left(self) -> float:
        return round(self.x - self.width / 2, 1)

    @property
    def top(self) -> float:
        return round(self.y - self.height / 2, 1)

    @property
    def moved(self) -> bool:
        """Whether it covers its dot no more."""
        return hypot(self.x - self.dot.x, self.y - self.dot.y) > min(self.width, self.height) / 4


@dataclass(frozen=True)
class Label:
    """A name in the background, which leads nowhere."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Scale:
    length: float
    metres: int


@dataclass(frozen=True)
class Schematic:
    height: int
    dots: list[Dot]
    marks: list[Mark]
    labels: list[Label]
    scale: Scale
    here: Dot | None
    size: Size
    numbered: bool
    width: int = WIDTH

    @property
    def whole(self) -> int:
        """The height with its foot."""
        return self.height + FOOT


class Frame:
    """From positions to the drawing: east is to the right, north is up, and both have one scale."""

    def __init__(self, positions: Sequence[Position]) -> None:
        self.middle = Position(
            (min(p.latitude for p in positions) + max(p.latitude for p in positions)) / 2,
            (min(p.longitude for p in positions) + max(p.longitude for p in positions)) / 2,
        )
        self.narrowed = cos(radians(self.middle.latitude))
        self.unit = 1.0  # metres
        offsets = [self._metres(position) for position in positions]
        across = max(CLOSEST, *(2 * abs(east) for east, _ in offsets))
        upright = max(2 * abs(north) for _, north in offsets)
        self.unit = max(across / (WIDTH - 2 * MARGIN), upright / (WIDTH * 1.2 - 2 * MARGIN))
        self.height = upright / self.unit + 2 * MARGIN

    def at(self, position: Position) -> tuple[float, float]:
        east, north = self._metres(position)
        return round(WIDTH / 2 + east / self.unit, 1), round(self.height / 2 - north / self.unit, 1)

    def shows(self, position: Position) -> bool:
        x, y = self.at(position)
        return MARGIN <= x <= WIDTH - MARGIN and MARGIN <= y <= self.height - MARGIN

    def scale(self) -> Scale:
        """The longest round distance that fits."""
        rounds = [digit * 10**power for power in range(1, 6) for digit in (1, 2, 5)]
        metres = max(one for one in rounds if one / self.unit <= LONGEST_SCALE)
        return Scale(round(metres / self.unit, 2), metres)

    def _metres(self, position: Position) -> tuple[float, float]:
        return (
            (position.longitude - self.middle.longitude) * DEGREE * self.narrowed,
            (position.latitude - self.middle.latitude) * DEGREE,
        )


@dataclass(frozen=True)
class Town:
    """A township: how places name it, what it is called in the page's language, whole and for short, and
    where its name leads."""

    name: str
    said: str
    short: str
    href: str


def district(places: Sequence[Near], towns: Iterable[Town], size: Size = USUAL) -> Schematic:
    """All places as dots, and the townships as marks."""
    frame = Frame([one.hall.position for one in places])
    marks = []
    for town in towns:
        x, y = frame.at(_middle(one.hall for one in places if one.hall.township == town.name))
        width = max(size.target, _width(town.short, size.letters) + 12)
        marks.append(Mark(x, y, width, size.target, Dot(x, y), town.short, town.said, town.href))
    dots = [_dot(frame, one) for one in places]
    return _drawn(frame, dots, marks, size, numbered=False)


def close_up(
    places: Sequence[tuple[Near, str, str]],
    here: Position | None = None,
    towns: Iterable[Town] = (),
    size: Size = USUAL,
) -> Schematic:
    """A few places, each with its number, its name and where it leads; and where the visitor is."""
    halls = [near.hall for near, _, _ in places]
    frame = Frame([hall.position for hall in halls] + ([here] if here else []))
    marks = []
    for number, (near, name, href) in enumerate(places, 1):
        dot = _dot(frame, near)
        marks.append(Mark(dot.x, dot.y, size.target, size.target, dot, str(number), name, href))
    labels = []
    for town in towns:
        inside = [hall for hall in halls if hall.township == town.name]
        if inside and frame.shows(middle := _middle(inside)):
            labels.append(Label(*frame.at(middle), town.short))
    standing = Dot(*frame.at(here)) if here else None
    dots = [mark.dot for mark in marks]
    return _drawn(frame, dots, marks, size, numbered=True, labels=labels, here=standing)


@dataclass(frozen=True)
class Spot:
    """What is told of a place: a letter, with `name` read out, where it leads, and how it looks."""

    hall: str
    text: str
    name: str
    href: str
    look: str


def overseen(places: Sequence[Near], spots: Sequence[Spot], towns: Iterable[Town]) -> Schematic:
    """All places as dots, what is told of some of them as marks, and townships by their names."""
    frame = Frame([one.hall.position for one in places])
    dots = {one.hall.code: _dot(frame, one) for one in places}
    size = DENSE if len(spots) < MANY else DENSER
    marks = [
        Mark(dot.x, dot.y, size.target, size.target, dot, spot.text, spot.name, spot.href, spot.look)
        for spot in spots
        if (dot := dots.get(spot.hall))
    ]
    labels = [
        Label(*frame.at(_middle(one.hall for one in places if one.hall.township == town.name)), town.short)
        for town in towns
    ]
    return _drawn(frame, [*dots.values()], marks, size, numbered=True, labels=labels)


def _drawn(
    frame: Frame,
    dots: list[Dot],
    marks: list[Mark],
    size: Size,
    *,
    numbered: bool,
    labels: Sequence[Label] = (),
    here: Dot | None = None,
) -> Schematic:
    taken = sum(mark.width * mark.height for mark in marks) / WIDTH
    height = ceil(max(frame.height, taken * SPARE, LEAST_HEIGHT * size.target / USUAL.target))
    lower = (height - frame.height) / 2  # the drawing stays in the middle

    def moved(dot: Dot) -> Dot:
        return replace(dot, y=round(dot.y + lower, 1))

    placed = apart([replace(mark, y=mark.y + lower, dot=moved(mark.dot)) for mark in marks], height)
    behind = [replace(label, y=round(label.y + lower, 1)) for label in labels]
    return Schematic(
        height,
        [moved(dot) for dot in dots],
        placed,
        [label for label in behind if not any(_covers(mark, label) for mark in placed)],
        frame.scale(),
        moved(here) if here else None,
        size,
        numbered,
    )


def _covers(mark: Mark, label: Label) -> bool:
    wide, high = (mark.width + _width(label.text, USUAL.letters)) / 2, mark.height / 2
    return abs(mark.x - label.x) < wide and abs(mark.y - label.y) < high


def apart(marks: Sequence[Mark], height: float) -> list[Mark]:
    """The marks, pushed until no two overlap and all are on the map. The same marks always end up alike."""
    placed = [_within(mark, height) for mark in marks]
    for turn in range(ROUNDS):
        pushed, upright = False, turn > ROUNDS / 3
        for one in range(len(placed)):
            for other in range(one + 1, len(placed)):
                pushed |= _push(placed, one, other, height, upright=upright)
        if not pushed:
            break
    return placed


def _push(placed: list[Mark], one: int, other: int, height: float, *, upright: bool) -> bool:
    """Push two marks apart along the side on which they overlap less, or up and down, each to the side
    on which its dot is; False if they do not overlap."""
    a, b = placed[one], placed[other]
    wide = (a.width + b.width) / 2 - abs(a.x - b.x)
    high = (a.height + b.height) / 2 - abs(a.y - b.y)
    if wide <= 0.01 or high <= 0.01:
        return False
    if wide < high and not upright:
        step = (wide / 2 + 0.1) * (1 if a.dot.x > b.dot.x else -1)
        placed[one], placed[other] = replace(a, x=a.x + step), replace(b, x=b.x - step)
    else:
        step = (high / 2 + 0.1) * (1 if a.dot.y > b.dot.y else -1)
        placed[one], placed[other] = replace(a, y=a.y + step), replace(b, y=b.y - step)
    placed[one], placed[other] = _within(placed[one], height), _within(placed[other], height)
    return True


def _within(mark: Mark, height: float) -> Mark:
    x = min(max(mark.x, mark.width / 2), WIDTH - mark.width / 2)
    y = min(max(mark.y, mark.height / 2), height - mark.height / 2)
    return replace(mark, x=round(x, 2), y=round(y, 2))


def _dot(frame: Frame, near: Near) -> Dot:
    return Dot(*frame.at(near.hall.position), closed=not near.working.anything)


def _middle(halls: Iterable[Hall]) -> Position:
    found = [hall.position for hall in halls]
    many = len(found)
    return Position(sum(p.latitude for p in found) / many, sum(p.longitude for p in found) / many)


def _width(text: str, letters: float) -> float:
    return sum(letters * (LETTER if char.isascii() else 1) for char in text)
