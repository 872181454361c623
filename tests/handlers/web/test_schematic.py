"""The schematic map: every place where it lies, every mark to be touched by itself."""

from datetime import UTC, datetime
from itertools import combinations
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.web.schematic import (
    LARGE,
    MARGIN,
    USUAL,
    WIDTH,
    Dot,
    Frame,
    Mark,
    Schematic,
    Size,
    Spot,
    Town,
    apart,
    close_up,
    district,
    overseen,
)
from models.places import Near, Position, seen_from
from models.places.positions import metres_between
from models.workdays import Workdays
from tests.house.places import hall
from wechat_backend.loading.loader import load

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
SIZES = {"usual": USUAL, "large": LARGE}
NAMES = {"chinese": "小谷围", "english": "Xiaoguwei"}


@pytest.fixture(scope="module")
def panyu() -> list[Near]:
    return seen_from(load().halls, None, NOW, Workdays())


def overlaps(drawn: Schematic) -> list[tuple[str, str]]:
    return [
        (one.name, other.name)
        for one, other in combinations(drawn.marks, 2)
        if abs(one.x - other.x) < (one.width + other.width) / 2 - 0.02
        and abs(one.y - other.y) < (one.height + other.height) / 2 - 0.02
    ]


def inside(drawn: Schematic) -> bool:
    return all(
        mark.width / 2 <= mark.x <= WIDTH - mark.width / 2
        and mark.height / 2 <= mark.y <= drawn.height - mark.height / 2
        for mark in drawn.marks
    )


@pytest.mark.parametrize("many", [3, 39, 40, 1000])
def test_all_places_are_overseen(panyu: list[Near], many: int) -> None:
    """Each is a dot; of those that something is told of, no two marks overlap. One that is gone has none."""
    told = [Spot(one.hall.code, "离", one.hall.name, "#", "offline") for one in panyu[:many]]
    drawn = overseen(
        panyu, [*told, Spot("gone", "离", "", "#", "offline")], [Town("沙湾街道", "", "沙湾", "")]
    )
    assert len(drawn.dots) == len(panyu)
    assert [mark.name for mark in drawn.marks] == [spot.name for spot in told]
    assert {mark.look for mark in drawn.marks} == {"offline"}
    assert inside(drawn)
    assert overlaps(drawn) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", SIZES)
def test_every_township_of_panyu_can_be_touched(panyu: list[Near], size: str, name: str) -> None:
    towns = sorted({one.hall.township for one in panyu})
    drawn = district(panyu, [Town(one, one, NAMES[name], f"/halls?{one}") for one in towns], SIZES[size])
    assert overlaps(drawn) == []
    assert inside(drawn)
    assert [mark.name for mark in drawn.marks] == towns
    assert len(drawn.dots) == len(panyu)
    assert not drawn.numbered


@pytest.mark.parametrize("size", SIZES)
def test_every_place_of_a_township_can_be_touched(panyu: list[Near], size: str) -> None:
    for township in {one.hall.township for one in panyu}:
        own = [(one, one.hall.name, "/") for one in panyu if one.hall.township == township]
        drawn = close_up(own, None, [Town(township, township, township, "/")], SIZES[size])
        assert overlaps(drawn) == [], township
        assert inside(drawn)
        assert [mark.text for mark in drawn.marks] == [str(number) for number in range(1, len(own) + 1)]


def test_places_lie_as_they_do_on_the_ground(panyu: list[Near]) -> None:
    """Distances on the drawing are those on the ground by one scale, and north is up."""
    drawn = district(panyu, [])
    metres = drawn.scale.metres / drawn.scale.length
    for one, other in combinations(range(0, len(panyu), 7), 2):
        a, b = drawn.dots[one], drawn.dots[other]
        ground = metres_between(panyu[one].hall.position, panyu[other].hall.position)
        assert hypot(a.x - b.x, a.y - b.y) * metres == pytest.approx(ground, rel=0.005, abs=20)
        assert (a.y < b.y) == (panyu[one].hall.position.latitude > panyu[other].hall.position.latitude)


def test_the_visitor_stands_among_the_places(panyu: list[Near]) -> None:
    here = Position(22.9405, 113.3660)
    drawn = close_up([(panyu[0], "a", "/")], here)
    assert drawn.here
    assert drawn.here.y < drawn.dots[0].y  # the centre lies south of there
    assert MARGIN <= drawn.here.x <= WIDTH - MARGIN


def test_one_place_alone_has_a_map() -> None:
    [near] = seen_from([hall()], None, NOW, Workdays())
    drawn = close_up([(near, near.hall.name, "/halls/district")])
    assert (drawn.marks[0].x, drawn.marks[0].y) == (WIDTH / 2, drawn.height / 2)
    assert drawn.scale.metres == 500


@given(
    st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, 300)), max_size=8), st.sampled_from([USUAL, LARGE])
)
def test_few_marks_never_overlap(spots: list[tuple[float, float]], size: Size) -> None:
    dots = [Dot(x, y) for x, y in spots]
    marks = [Mark(dot.x, dot.y, size.target, size.target, dot, "1", "a", "/") for dot in dots]
    placed = apart(marks, 600)
    assert apart(marks, 600) == placed
    for one, other in combinations(placed, 2):
        wide, high = abs(one.x - other.x), abs(one.y - other.y)
        assert wide >= size.target - 0.02 or high >= size.target - 0.02


@given(st.lists(st.builds(Position, st.floats(22.8, 23.1), st.floats(113.2, 113.6)), min_size=1, max_size=12))
def test_all_positions_are_on_the_map(positions: list[Position]) -> None:
    frame = Frame(positions)
    for position in positions:
        x, y = frame.at(position)
        assert MARGIN - 0.1 <= x <= WIDTH - MARGIN + 0.1
        assert MARGIN - 0.1 <= y <= frame.height - MARGIN + 0.1
    assert 20 < frame.scale().length <= 110
