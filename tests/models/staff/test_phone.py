"""A member's phone: kept by a code, in the member's own hands, and nowhere in the clear."""

import asyncio
from datetime import timedelta

import pytest

from models.errors import DomainError
from models.people.phone_codes import PhoneCodeTooSoon, PhoneCodeWrong, check_phone
from models.staff.document import Member
from models.staff.phone import StaffPhones
from models.staff.scopes import Role
from tests.house.clock import Clock
from tests.house.house import House
from tests.house.people import new_phone
from tests.house.staff import Post

WINDOW = Post((Role.WINDOW,))
ADDRESS = "203.0.113.7"


@pytest.fixture
def phones(house: House) -> StaffPhones:
    return house.stores.staff_phones


@pytest.fixture
async def chen(house: House) -> Member:
    return await house.member("chen", WINDOW)


async def sent(house: House, member: Member, phone: str) -> str:
    """The code that a member is sent."""
    by = house.by_staff(member["_id"])
    await house.stores.staff_phones.ask(member, phone, address=ADDRESS, by=by)
    return await house.code_sent(check_phone(phone))


async def kept(house: House, member: Member, phone: str) -> Member:
    code = await sent(house, member, phone)
    return await house.stores.staff_phones.keep(member, phone, code, house.by_staff(member["_id"]))


async def test_a_phone_is_kept_by_its_code_and_sealed(
    house: House, phones: StaffPhones, chen: Member
) -> None:
    phone = new_phone()
    member = await kept(house, chen, f"+86 {phone}")
    assert (phones.number(member), phones.masked(member)) == (phone, f"138****{phone[-4:]}")
    assert member["phone"]["since"] == house.by().at
    assert phone not in str(member)
    assert member["events"][-1]["name"] == "staff.phone_kept"
    assert phones.masked(chen) == phones.number(chen) == ""


async def test_a_code_is_good_once_for_its_member_and_its_phone(
    house: House, phones: StaffPhones, chen: Member
) -> None:
    other, phone = await house.member("other", WINDOW), new_phone()
    account = await house.account()
    code = await sent(house, chen, phone)
    for doing in (
        phones.keep(other, phone, code, house.by()),
        phones.keep(chen, new_phone(), code, house.by()),
        phones.keep(chen, phone, "x", house.by()),
        house.stores.phone_codes.check(phone, code, account=account["_id"], by=house.by()),
    ):
        with pytest.raises(PhoneCodeWrong):
            await doing
    await phones.keep(chen, phone, code, house.by())
    with pytest.raises(PhoneCodeWrong):
        await phones.keep(chen, phone, code, house.by())


async def test_codes_of_members_have_the_pace_of_all(house: House, chen: Member, clock: Clock) -> None:
    phone = new_phone()
    code = await sent(house, chen, phone)
    with pytest.raises(PhoneCodeTooSoon):
        await sent(house, await house.member("other", WINDOW), phone)
    clock.advance(timedelta(minutes=5))
    with pytest.raises(PhoneCodeWrong):
        await house.stores.staff_phones.keep(chen, phone, code, house.by())


async def test_an_office_has_one_phone_for_two(
    house: House, phones: StaffPhones, chen: Member, clock: Clock
) -> None:
    other, phone = await house.member("other", WINDOW), new_phone()
    await kept(house, chen, phone)
    clock.advance(timedelta(minutes=2))
    assert phones.number(await kept(house, other, phone)) == phone


async def test_another_phone_takes_its_place_and_removing_removes(
    house: House, phones: StaffPhones, chen: Member
) -> None:
    first, second = new_phone(), new_phone()
    member = await kept(house, await kept(house, chen, first), second)
    assert phones.number(member) == second
    for _ in range(2):
        await phones.remove(member, house.by())
    gone = await house.stores.staff.get("chen")
    assert "phone" not in gone
    assert [event["name"] for event in gone["events"]].count("staff.phone_removed") == 1


@pytest.mark.parametrize("verb", ["leave", "reset"])
async def test_who_leaves_or_is_reset_keeps_no_phone(house: House, chen: Member, verb: str) -> None:
    await kept(house, chen, new_phone())
    given = ("three small stones",) if verb == "reset" else ()
    changed = await getattr(house.stores.employment, verb)("chen", *given, house.by("cli"))
    assert "phone" not in changed


async def test_who_leaves_at_that_instant_keeps_no_phone(
    house: House, phones: StaffPhones, chen: Member
) -> None:
    phone = new_phone()
    code = await sent(house, chen, phone)
    done = await asyncio.gather(
        phones.keep(chen, phone, code, house.by()),
        house.stores.employment.leave("chen", house.by("cli")),
        return_exceptions=True,
    )
    assert not [one for one in done if isinstance(one, Exception) and not isinstance(one, DomainError)]
    assert "phone" not in await house.stores.staff.get("chen")
