"""Signing in at the panel: right, wrong, held up where it comes from, and known by the device."""

import asyncio
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import DomainError, Unauthenticated
from models.events import Cause
from models.staff import proof_of
from models.staff.devices import KEPT, MOST_MEMBERS
from models.staff.employment import Employment
from models.staff.members import Staff
from models.staff.scopes import Role
from models.staff.sign_in import FROM_A_NETWORK, SignIn
from models.staff.tries import FORGOTTEN, FREE, WAITS, Tried
from models.store import Document
from tests.house.clock import Clock, MakeCause
from tests.house.guides import USCC
from tests.house.house import House
from tests.house.staff import PASSWORD, Post

HERE, THERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
async def door(house: House, clock: Clock) -> SignIn:
    """With Liang, whose password is `PASSWORD`; nothing was tried today."""
    clock.advance(timedelta(days=2))
    await house.member("liang", Post((Role.APPROVER,), USCC))
    return house.stores.staff_door


async def tried(
    door: SignIn, by: Cause, username: str, password: str, address: str = HERE, device: str = ""
) -> str:
    """The code of what a sign-in says."""
    try:
        await door.sign_in(username, password, address=address, device=device, by=by)
    except DomainError as error:
        return error.code
    return "signed_in"


async def signed_in(door: SignIn, by: Cause, address: str = HERE, device: str = "") -> str:
    """The device by which Liang is known from then on."""
    return (await door.sign_in("liang", PASSWORD, address=address, device=device, by=by)).device


async def test_the_right_password(door: SignIn, cause: MakeCause) -> None:
    done = await door.sign_in(" ＬＩＡＮＧ".lower(), PASSWORD, address=HERE, device="", by=cause())
    assert done.member["_id"] == "liang"
    assert PASSWORD not in str(done.member)
    assert done.member["events"][-1]["name"] == "staff.signed_in"
    assert done.device not in str(await door.devices.documents.find({}).to_list())


@pytest.mark.parametrize(("username", "password"), [("liang", "wrong"), ("nobody", PASSWORD)])
async def test_a_wrong_one_and_an_unknown_name_look_alike(
    door: SignIn, cause: MakeCause, username: str, password: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await door.sign_in(username, password, address=HERE, device="", by=cause())
    assert refused.value.code == "password_wrong"


@pytest.mark.parametrize("username", ["liang", "nobody"])
async def test_after_some_wrong_ones_the_next_waits_longer_each_time(
    door: SignIn, cause: MakeCause, clock: Clock, username: str
) -> None:
    """A name that does not exist is held up in the same way, so that waiting tells nothing."""
    for _ in range(FREE):
        assert await tried(door, cause(), username, "wrong") == "password_wrong"
    for wait in (*WAITS[FREE + 1 :], WAITS[-1]):
        assert await tried(door, cause(), username, "wrong") == "password_wrong"
        assert await tried(door, cause(), username, PASSWORD) == "sign_in_held_up"
        clock.advance(timedelta(seconds=wait - 1))
        assert await tried(door, cause(), username, PASSWORD) == "sign_in_held_up"
        clock.advance(timedelta(seconds=1))
    member = await door.staff.get("liang")
    guessed = [event for event in member["events"] if event["name"] == "staff.guessed"]
    assert bool(guessed) == (username == "liang")


async def test_the_wait_says_how_long_it_is(door: SignIn, cause: MakeCause) -> None:
    for _ in range(FREE + 1):
        await tried(door, cause(), "liang", "wrong")
    with pytest.raises(DomainError, match="请1分钟后再试") as held_up:
        await door.sign_in("liang", PASSWORD, address=HERE, device="", by=cause())
    assert held_up.value.retry_after == WAITS[FREE + 1] + 1  # type: ignore[attr-defined]


async def test_elsewhere_and_on_a_known_device_nothing_is_held_up(door: SignIn, cause: MakeCause) -> None:
    device = await signed_in(door, cause())
    while await tried(door, cause(), "liang", "wrong") == "password_wrong":
        pass
    assert await tried(door, cause(), "liang", PASSWORD) == "sign_in_held_up"
    assert await tried(door, cause(), "liang", PASSWORD, THERE) == "signed_in"
    assert await tried(door, cause(), "liang", PASSWORD, HERE, device) == "signed_in"


async def test_a_device_counts_its_own_tries(door: SignIn, cause: MakeCause) -> None:
    """Who steals it can guess no faster, and holds nobody up elsewhere."""
    device = await signed_in(door, cause())
    said = [await tried(door, cause(), "liang", "wrong", HERE, device) for _ in range(20)]
    assert said.count("password_wrong") == FREE + 1
    assert await tried(door, cause(), "liang", PASSWORD, HERE, device) == "sign_in_held_up"
    assert await tried(door, cause(), "liang", PASSWORD, HERE) == "signed_in"


async def test_a_device_counts_on_while_another_member_signs_in_there(
    door: SignIn, house: House, cause: MakeCause
) -> None:
    """At the computer of a window, where each knows their own password, nobody guesses another's for long."""
    await house.member("ming", Post((Role.APPROVER,), USCC))
    device, said = await signed_in(door, cause()), []
    for _ in range(4):
        said += [await tried(door, cause(), "liang", "wrong", HERE, device) for _ in range(FREE)]
        own = await door.sign_in("ming", PASSWORD, address=HERE, device=device, by=cause())
        device = own.device
    assert said.count("password_wrong") == FREE + 1
    assert await tried(door, cause(), "liang", PASSWORD, HERE) == "signed_in"


async def test_a_device_is_known_for_half_a_year_and_by_its_last_token(
    door: SignIn, cause: MakeCause, clock: Clock
) -> None:
    first = await signed_in(door, cause())
    second = await signed_in(door, cause(), device=first)
    assert await door.devices.find(first, clock.now()) is None
    assert await door.devices.find("", clock.now()) is None
    clock.advance(KEPT - timedelta(seconds=1))
    assert await door.devices.find(second, clock.now())
    clock.advance(timedelta(seconds=1))
    assert await door.devices.find(second, clock.now()) is None


async def test_what_was_typed_as_a_name_cannot_be_guessed_from_what_is_kept(
    door: SignIn, cause: MakeCause
) -> None:
    """It may be a phone or a credential's number, of which there are few enough to try them all."""
    number = "440113199003070011"
    assert await tried(door, cause(), number, "wrong") == "password_wrong"
    kept = [one["_id"] async for one in door.tries.documents.find({})]
    assert kept
    assert sha256(f"{number}\nnetwork:{HERE}".encode()).hexdigest() not in kept
    assert await tried(door, cause(), number.lower(), "wrong") == "password_wrong"
    assert await door.tries.documents.count_documents({}) == len(kept)


async def test_a_computer_that_many_share_knows_the_latest(door: SignIn, cause: MakeCause) -> None:
    device = ""
    for number in range(MOST_MEMBERS + 5):
        before = await door.devices.find(device, cause().at)
        device = await door.devices.remember(before, f"member-{number}", cause())
    known = await door.devices.find(device, cause().at)
    assert known
    assert known["members"] == [f"member-{number}" for number in range(5, MOST_MEMBERS + 5)]


async def test_fifteen_wrong_ones_at_once_are_held_up(door: SignIn, cause: MakeCause) -> None:
    said = await asyncio.gather(*(tried(door, cause(), "liang", "wrong") for _ in range(15)))
    assert said.count("password_wrong") == FREE + 1
    assert said.count("sign_in_held_up") == 15 - FREE - 1


async def test_who_is_held_up_by_what_is_forgotten_at_that_instant_is_let_through(
    door: SignIn, cause: MakeCause, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(FREE + 1):
        number = await door.tries.count("liang", "here", cause())
    looked_up = door.tries._first

    async def forgotten(query: Document) -> Tried | None:
        await door.tries.forget("liang", "here", number)
        return await looked_up(query)

    monkeypatch.setattr(door.tries, "_first", forgotten)
    assert await door.tries.count("liang", "here", cause()) == 1


async def test_the_right_one_clears_no_tries_that_came_after_it(door: SignIn, cause: MakeCause) -> None:
    """They were counted while its password was compared."""
    place = f"network:{HERE}"
    first = await door.tries.count("liang", place, cause())
    for _ in range(FREE):
        await door.tries.count("liang", place, cause())
    await door.tries.forget("liang", place, first)
    assert await tried(door, cause(), "liang", PASSWORD) == "sign_in_held_up"
    await door.tries.forget("liang", place, first + FREE)
    assert await tried(door, cause(), "liang", PASSWORD) == "signed_in"


async def test_the_right_one_begins_the_count_anew(door: SignIn, cause: MakeCause) -> None:
    for _ in range(3):
        for _ in range(FREE):
            assert await tried(door, cause(), "liang", "wrong") == "password_wrong"
        assert await tried(door, cause(), "liang", PASSWORD) == "signed_in"


async def test_a_day_without_a_try_begins_the_count_anew(
    door: SignIn, cause: MakeCause, clock: Clock
) -> None:
    for _ in range(FREE + 1):
        await tried(door, cause(), "liang", "wrong")
    clock.advance(FORGOTTEN)
    for _ in range(FREE):
        assert await tried(door, cause(), "liang", "wrong") == "password_wrong"
    assert await tried(door, cause(), "liang", PASSWORD) == "signed_in"


async def test_one_network_has_its_share_whatever_the_names(
    door: SignIn, cause: MakeCause, clock: Clock
) -> None:
    """At once; and what was right, or not compared at all, is not counted."""
    for _ in range(FROM_A_NETWORK.most + 1):
        assert await tried(door, cause(), "liang", PASSWORD) == "signed_in"
    names = [f"nobody-{number}" for number in range(FROM_A_NETWORK.most + 20)]
    said = await asyncio.gather(*(tried(door, cause(), name, "x") for name in names))
    assert said.count("password_wrong") == FROM_A_NETWORK.most
    assert said.count("sign_in_network_limit") == 20
    assert await tried(door, cause(), "liang", PASSWORD) == "sign_in_network_limit"
    assert await tried(door, cause(), "liang", PASSWORD, THERE) == "signed_in"
    clock.advance(timedelta(hours=1))
    assert await tried(door, cause(), "liang", PASSWORD) == "signed_in"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from([HERE, "203.0.113.8", "2001:db8::1"]),
            st.sampled_from(["liang", "nobody"]),
            st.integers(0, 900),
        ),
        max_size=60,
    )
)
async def test_no_order_of_strangers_tries_keeps_the_member_out(
    door: SignIn, clock: Clock, house: House, tries: list[tuple[str, str, int]]
) -> None:
    """Neither from elsewhere nor on the own device."""
    device = await signed_in(door, house.by(), THERE)
    for address, username, seconds in tries:
        await tried(door, house.by(), username, "guess", address)
        clock.advance(timedelta(seconds=seconds))
    assert await tried(door, house.by(), "liang", PASSWORD, THERE) == "signed_in"
    assert await tried(door, house.by(), "liang", PASSWORD, HERE, device) == "signed_in"
    clock.advance(timedelta(days=1))


async def test_who_is_suspended_is_let_in_no_more(door: SignIn, house: House, cause: MakeCause) -> None:
    await house.member("leaving", Post((Role.WINDOW,)))
    for _ in range(2):
        member = await Employment(door.staff).suspend("leaving", cause())
    assert [event["name"] for event in member["events"]].count("staff.suspended") == 1
    assert await tried(door, cause(), "leaving", PASSWORD) == "member_suspended"
    assert await tried(door, cause(), "leaving", "wrong") == "password_wrong"


async def test_a_session_is_of_the_password_it_was_opened_with(house: House, cause: MakeCause) -> None:
    staff, sessions = house.stores.staff, house.stores.sessions
    member = await house.member("mei", Post((Role.WINDOW,)))
    by = house.by_staff("mei")
    token = await sessions.open("staff:mei", by, proof_of(member["password_hash"]))
    unproven = await sessions.open("staff:mei", by)

    async def whose(token: str) -> str | None:
        session = await sessions.find(token, "staff", by)
        assert session
        found = await staff.of_session(session)
        return found and found["_id"]

    assert (await whose(token), await whose(unproven)) == ("mei", None)
    changed = await staff.change_password("mei", PASSWORD, cause())
    assert changed["events"][-1]["name"] == "staff.password_changed"
    assert await whose(token) is None  # the same password anew is another one
    await staff.documents.delete_one({"_id": "mei"})
    assert await whose(token) is None


async def test_names_of_members(house: House) -> None:
    staff: Staff = house.stores.staff
    await house.member("window")
    assert await staff.names(["window", "nobody", "window"]) == {"window": "window的姓名"}
