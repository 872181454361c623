"""The second factor: codes of an authenticator, each good once; recovery codes; what a member owes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import DomainError
from models.events import Cause
from models.sessions import SessionNotFound
from models.staff.document import Member
from models.staff.scopes import Role, Scope
from models.staff.second_factor import (
    FRESH,
    RECOVERY_CODES,
    AlreadyEnrolled,
    CodeWrong,
    NoAuthenticator,
    Owed,
    code_of,
    is_fresh,
    new_secret,
    owed,
    step_of,
)
from models.staff.tries import FREE
from models.store import ChangedMeanwhile
from tests.house.clock import START, Clock
from tests.house.house import House
from tests.house.staff import PASSWORD, SECRET, Post

OF_RFC_6238 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
STEP = timedelta(seconds=30)
HERE = "203.0.113.7"


@pytest.fixture
async def chen(house: House, clock: Clock) -> Member:
    """An administrator with an authenticator of `SECRET`."""
    clock.advance(timedelta(days=2))
    return await house.member("chen", Post((Role.ADMINISTRATOR,)))


async def signs_in(house: House, code: str, username: str = "chen", password: str = PASSWORD) -> str:
    """The code of what a sign-in says."""
    try:
        done = await house.stores.staff_door.sign_in(
            username, password, address=HERE, device="", code=code, by=house.by_staff(username)
        )
    except DomainError as error:
        return error.code
    return "confirmed" if done.confirmed else "signed_in"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238, appendix B, to six digits."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert code_of(OF_RFC_6238, at) == code
    assert step_of(OF_RFC_6238, code, at) == seconds // 30


@given(st.datetimes(datetime(2026, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_clock_may_differ_by_one_step(now: datetime) -> None:
    present = int(now.timestamp()) // 30
    for steps in (-1, 0, 1):
        found = step_of(SECRET, code_of(SECRET, now + steps * STEP), now)
        assert found in (present - 1, present, present + 1)
        assert code_of(SECRET, datetime.fromtimestamp((found or 0) * 30, UTC)) == code_of(
            SECRET, now + steps * STEP
        )


@given(st.text(max_size=8))
def test_what_is_no_code_is_none(text: str) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    shown = {code_of(SECRET, at + steps * STEP) for steps in (-1, 0, 1)}
    assert (step_of(SECRET, text, at) is not None) == (text in shown)


async def test_the_password_alone_does_not_let_in(house: House, chen: Member, clock: Clock) -> None:
    assert await signs_in(house, "") == "second_factor_needed"
    assert await signs_in(house, "000000") == "second_factor_wrong"
    assert await signs_in(house, code_of(SECRET, clock.now()), password="wrong") == "password_wrong"
    assert await signs_in(house, code_of(SECRET, clock.now())) == "confirmed"
    assert chen["second"]["secret"] != SECRET
    assert SECRET not in str(await house.stores.staff.documents.find({}).to_list())


async def test_each_code_is_good_once(house: House, chen: Member, clock: Clock) -> None:
    code = code_of(SECRET, clock.now())
    assert await signs_in(house, f"{code[:3]} {code[3:]}") == "confirmed"
    assert await signs_in(house, code) == "second_factor_wrong"
    assert await signs_in(house, code_of(SECRET, clock.now() - STEP)) == "second_factor_wrong"
    clock.advance(STEP)
    assert await signs_in(house, code) == "second_factor_wrong"
    assert await signs_in(house, code_of(SECRET, clock.now())) == "confirmed"


async def test_of_two_who_use_one_code_at_once_one_comes_in(house: House, chen: Member, clock: Clock) -> None:
    code = code_of(SECRET, clock.now())
    said = await asyncio.gather(*(signs_in(house, code) for _ in range(4)))
    assert sorted(said) == ["confirmed", *["second_factor_wrong"] * 3]


async def test_codes_cannot_be_guessed_for_long(house: House, chen: Member) -> None:
    """Neither does a sign-in that forgot the code begin the count anew."""
    said = [await signs_in(house, "" if number % 2 else "000000") for number in range(FREE + 4)]
    assert said[-1] == "sign_in_held_up"
    member = await house.stores.staff.get("chen")
    assert "staff.guessed" in [event["name"] for event in member["events"]]


async def test_enrolling_and_recovering(house: House, clock: Clock) -> None:
    clock.advance(timedelta(days=2))
    await house.member("mei", Post((Role.WINDOW,)))
    staff, factors = house.stores.staff, house.stores.second_factors

    async def mei() -> Member:
        return await staff.get("mei")

    by = house.by_staff("mei")
    assert await signs_in(house, "", "mei") == "signed_in"
    with pytest.raises(CodeWrong):
        await factors.finish(await mei(), "123456", by)
    await factors.begin(await mei(), by)
    first = await mei()
    await factors.begin(first, by)
    secret = factors.secret(await mei())
    assert secret in factors.address(await mei())
    assert secret not in str(await mei())
    with pytest.raises(CodeWrong):
        await factors.finish(await mei(), "000000", by)
    with pytest.raises(ChangedMeanwhile):  # the QR of before is void
        await factors.finish(first, code_of(factors.secret(first), clock.now()), by)
    assert await signs_in(house, "", "mei") == "signed_in"  # nothing is asked before it is proven
    codes = await factors.finish(await mei(), code_of(secret, clock.now()), by)
    assert len(set(codes)) == RECOVERY_CODES
    assert codes[0] not in str(await mei())
    with pytest.raises(AlreadyEnrolled):
        await factors.begin(await mei(), by)
    assert await signs_in(house, code_of(secret, clock.now()), "mei") == "second_factor_wrong"  # it proved
    said = await asyncio.gather(*(signs_in(house, codes[0].upper(), "mei") for _ in range(3)))
    assert sorted(said) == ["confirmed", "second_factor_wrong", "second_factor_wrong"]
    assert await signs_in(house, codes[1].replace("-", ""), "mei") == "confirmed"
    assert len((await mei())["second"]["recovery"]) == RECOVERY_CODES - 2
    assert await signs_in(house, codes[1], "mei") == "second_factor_wrong"


async def test_two_who_finish_at_once_get_one_set_of_recovery_codes(house: House, clock: Clock) -> None:
    await house.member("lan", Post((Role.WINDOW,)))
    factors, by = house.stores.second_factors, house.by_staff("lan")
    await factors.begin(await house.stores.staff.get("lan"), by)
    member = await house.stores.staff.get("lan")
    code = code_of(factors.secret(member), clock.now())
    done = await asyncio.gather(*(factors.finish(member, code, by) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["ChangedMeanwhile", "ChangedMeanwhile", "list"]


def owes(member: Member) -> Owed | None:
    """What a member owes who acts for nobody else."""
    return owed(member, member)


async def test_who_decides_on_people_owes_an_authenticator(house: House) -> None:
    plain: Member = {
        "_id": "x",
        "name": "某",
        "password_hash": "",
        "department": None,
        "roles": [Role.WINDOW],
        "halls": [],
        "listed": {"standing": "present", "text": "x 某", "roles": " window "},
        "townships": [],
    }
    assert owes(plain) is None
    assert owes({**plain, "one_time": START, "roles": [Role.ADMINISTRATOR]}) is Owed.ANOTHER_PASSWORD
    for role in Role:
        needs = bool(role.scopes & {Scope.STAFF_MANAGE, Scope.OBJECTIONS_DECIDE})
        assert (owes({**plain, "roles": [role]}) is Owed.SECOND_FACTOR) == needs
    assert owes(await house.member("boss", Post((Role.ADMINISTRATOR,)))) is None


async def test_a_code_is_fresh_for_a_while(house: House, chen: Member, clock: Clock) -> None:
    sessions, by = house.stores.sessions, house.by_staff("chen")
    token = await sessions.open("staff:chen", by)
    session = await sessions.find(token, "staff", by)
    assert session
    assert not is_fresh(session, clock.now())
    with pytest.raises(CodeWrong):
        await house.stores.staff_door.confirm(chen, session, "000000", by)
    await house.stores.staff_door.confirm(chen, session, code_of(SECRET, clock.now()), by)
    goes_on = await sessions.confirmed(session, house.by_staff("chen"))
    assert await sessions.find(token, "staff", by) is None  # what another knew of it is worth nothing
    session = await sessions.find(goes_on, "staff", by)
    assert session
    clock.advance(FRESH - timedelta(seconds=1))
    assert is_fresh(session, clock.now())
    clock.advance(timedelta(seconds=1))
    assert not is_fresh(session, clock.now())


async def test_a_session_that_was_ended_while_a_code_is_given_stays_ended(house: House, chen: Member) -> None:
    sessions, by = house.stores.sessions, house.by_staff("chen")
    session = await sessions.find(await sessions.open("staff:chen", by), "staff", by)
    assert session
    await sessions.end("staff:chen", session["_id"])
    with pytest.raises(SessionNotFound):
        await sessions.confirmed(session, by)
    assert await sessions.documents.find_one({"subject": "staff:chen", "confirmed_at": by.at}) is None


async def test_a_session_that_goes_on_acts_for_whom_it_acts_by_now(house: House, chen: Member) -> None:
    """Another tab has switched, or changed back, while the code was typed."""
    sessions, by = house.stores.sessions, house.by_staff("chen")
    session = await sessions.find(await sessions.open("staff:chen", by), "staff", by)
    assert session
    await sessions.act_for(session["_id"], "wang")
    goes_on = await sessions.find(await sessions.confirmed(session, by), "staff", by)
    assert goes_on
    assert goes_on["acting_for"] == "wang"


async def test_a_session_cannot_guess_codes_for_long(house: House, chen: Member) -> None:
    sessions, by = house.stores.sessions, house.by_staff("chen")
    session = await sessions.find(await sessions.open("staff:chen", by), "staff", by)
    assert session

    async def tried(by: Cause) -> str:
        try:
            await house.stores.staff_door.confirm(chen, session, "000000", by)
        except DomainError as error:
            return error.code
        raise AssertionError("guessed")

    said = [await tried(by) for _ in range(FREE + 3)]
    assert said[-1] == "sign_in_held_up"


def test_a_new_secret_is_another_each_time() -> None:
    assert new_secret() != new_secret()
    assert len(new_secret()) == 32


async def test_recovery_codes_are_renewed(house: House, chen: Member, clock: Clock) -> None:
    factors, staff = house.stores.second_factors, house.stores.staff
    first = await factors.renew(chen, house.by_staff("chen"))
    assert (len(first), len(set(first))) == (RECOVERY_CODES, RECOVERY_CODES)
    assert await signs_in(house, first[0]) == "confirmed"
    member = await staff.get("chen")
    assert member["events"][-2]["name"] == "staff.recovery_renewed"
    assert not any(code in str(member) for code in first)
    second = await factors.renew(member, house.by_staff("chen"))
    assert await signs_in(house, first[1]) == "second_factor_wrong"
    assert await signs_in(house, second[1]) == "confirmed"


async def test_of_two_who_renew_at_one_instant_one_does(house: House, chen: Member) -> None:
    factors = house.stores.second_factors
    both = await asyncio.gather(
        *(factors.renew(chen, house.by_staff("chen")) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in both) == ["ChangedMeanwhile", "list"]
    kept = next(one for one in both if isinstance(one, list))
    assert await signs_in(house, kept[0]) == "confirmed"


async def test_without_an_authenticator_there_are_no_recovery_codes(house: House) -> None:
    member = await house.member("plain", Post((Role.WINDOW,)))
    with pytest.raises(NoAuthenticator):
        await house.stores.second_factors.renew(member, house.by_staff("plain"))
