"""Charts as inline SVG: shapes without text, beside the table that has the numbers.

A chart is for the eye alone: it is hidden from readers of the screen and left out by the Tab key, since the
table beside it says and links all of it. Labels and numbers are HTML around it, so that they wrap, grow with
large text and are translated. Colours are classes of the stylesheet; nothing is styled inline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tornado.escape import xhtml_escape

WIDE, HIGH = 100.0, 40.0
"""Of a drawing, in its own units; it is stretched to the place that it is given."""
GAP = 0.3
"""Of a column's place that is left free."""


@dataclass(frozen=True)
class Part:
    """`look` is the end of its class: `good`, `fair`, `bad`, `level-5`."""

    value: float
    look: str


@dataclass(frozen=True)
class Mark:
    """One bar, column or point: what it is called, what it is made of, and where it leads."""

    label: str
    parts: tuple[Part, ...]
    href: str = ""

    @property
    def value(self) -> float:
        return sum(part.value for part in self.parts)


def bar(mark: Mark, most: float) -> str:
    """One bar along its row; `most` is what fills it. Several parts stand one behind the other."""
    drawn, begin = [], 0.0
    for part in mark.parts:
        width = _scaled(part.value, most, WIDE)
        drawn.append(_rectangle(begin, 0, width, HIGH, part.look))
        begin += width
    return _drawing("bar", [_marked(mark, drawn)] if drawn else [])


def columns(marks: Sequence[Mark]) -> str:
    """A column for each mark, side by side, its parts one on the other; the highest fills the height."""
    most, place = max((mark.value for mark in marks), default=0.0), WIDE / max(len(marks), 1)
    drawn = []
    for number, mark in enumerate(marks):
        left, base = place * (number + GAP / 2), HIGH
        parts = []
        for part in mark.parts:
            height = _scaled(part.value, most, HIGH)
            base -= height
            parts.append(_rectangle(left, base, place * (1 - GAP), height, part.look))
        drawn.append(_marked(mark, [_rectangle(place * number, 0, place, HIGH, "place"), *parts]))
    return _drawing("columns", drawn)


def line(values: Sequence[float | None], most: float = 1.0) -> str:
    """A line through the values, from 0 to `most`; where there is none, it is broken. A point that stands
    alone is a short line."""
    step = WIDE / max(len(values), 1)
    points = [
        None if value is None else (step * (number + 0.5), HIGH - _scaled(value, most, HIGH))
        for number, value in enumerate(values)
    ]
    lines = [_line(one, other) for one, other in pairwise(points) if one and other]
    alone = [
        _line((point[0] - step / 4, point[1]), (point[0] + step / 4, point[1]))
        for number, point in enumerate(points)
        if point and not any(points[max(number - 1, 0) : number] + points[number + 1 : number + 2])
    ]
    return _drawing("line", [*lines, *alone])


def _drawing(kind: str, drawn: Sequence[str]) -> str:
    return (
        f'<svg class="chart chart_{kind}" viewBox="0 0 {WIDE:g} {HIGH:g}" preserveAspectRatio="none"'
        f' aria-hidden="true" focusable="false">{"".join(drawn)}</svg>'
    )


def _marked(mark: Mark, drawn: Sequence[str]) -> str:
    """The shapes of a mark, with what the pointer shows, in a link if it leads somewhere."""
    inside = f"<title>{xhtml_escape(mark.label)}</title>{''.join(drawn)}"
    if not mark.href:
        return f"<g>{inside}</g>"
    return f'<a href="{xhtml_escape(mark.href)}" tabindex="-1">{inside}</a>'


def _rectangle(x: float, y: float, width: float, height: float, look: str) -> str:
    return (
        f'<rect class="chart__{xhtml_escape(look)}" x="{_number(x)}" y="{_number(y)}"'
        f' width="{_number(width)}" height="{_number(height)}"/>'
    )


def _line(one: tuple[float, float], other: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = map(_number, one), map(_number, other)
    return f'<line class="chart__line" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _scaled(value: float, most: float, length: float) -> float:
    return min(max(value, 0.0) / most, 1.0) * length if most > 0 else 0.0


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
