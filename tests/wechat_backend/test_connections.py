"""Who may stay when there is no more room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat_backend.board import alone
from wechat_backend.connections import Full, Room

STEPS = st.lists(st.tuples(st.sampled_from(("enter", "wait", "work", "leave")), st.integers(0, 9)))


def test_who_has_waited_longest_makes_room() -> None:
    room: Room[str] = Room(3, 3, alone())
    for guest in ("first", "second", "third"):
        assert room.who_makes_room("a") is None
        room.enter(guest, "a")
    room.work("first")
    assert room.who_makes_room("b") == "second"
    room.wait("second")
    assert room.who_makes_room("b") == "third"
    for guest in ("second", "third"):
        room.work(guest)
    with pytest.raises(Full):
        room.who_makes_room("b")
    room.leave("first")
    room.leave("first")
    assert room.who_makes_room("b") is None


def test_one_origin_makes_room_for_itself() -> None:
    room: Room[str] = Room(10, 2, alone())
    for guest, origin in (("other", "b"), ("one", "a"), ("two", "a"), ("proxy", None), ("proxy 2", None)):
        room.enter(guest, origin)
    assert room.who_makes_room("a") == "one"
    assert room.who_makes_room("b") is None
    assert room.who_makes_room(None) is None
    room.work("one")
    room.work("two")
    with pytest.raises(Full):
        room.who_makes_room("a")


@given(STEPS)
def test_never_more_than_there_are_places(steps: list[tuple[str, int]]) -> None:
    room: Room[int] = Room(4, 2, alone())
    inside: dict[int, str] = {}
    for step, guest in steps:
        if step != "enter":
            getattr(room, step)(guest)
            if step == "leave":
                inside.pop(guest, None)
            continue
        origin = "abc"[guest % 3]
        if guest in inside:
            continue
        try:
            leaving = room.who_makes_room(origin)
        except Full:
            continue
        if leaving is not None:
            room.leave(leaving)
            del inside[leaving]
        room.enter(guest, origin)
        inside[guest] = origin
        assert len(room) == len(inside) <= 4
        assert max(list(inside.values()).count(each) for each in inside.values()) <= 2
