"""The panel's door: no stranger can lock a member out, guess for long, or cost what he likes (article 5)."""

from datetime import timedelta

import pytest

from models.staff import passwords, sign_in
from models.staff.scopes import Role
from tests.house.browser import Browser, Fields, Page
from tests.house.office import Office
from tests.house.staff import PASSWORD

HERE, THERE = "203.0.113.7", "198.51.100.9"


async def signs_in(
    browser: Browser, username: str, password: str = PASSWORD, address: str = THERE, to: str = "/admin"
) -> Page:
    given: Fields = {"username": username, "password": password, "next": to}
    return await browser.post("/admin/sign-in", given, X_Real_Ip=address)


async def stranger_tries(office: Office, username: str, times: int, address: str = HERE) -> list[int]:
    stranger = office.town.browser()
    return [(await signs_in(stranger, username, f"guess {n}", address)).status for n in range(times)]


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that cost a hash."""
    seen: list[str] = []
    real = passwords.matches

    def counted(password_hash: str, password: str) -> bool:
        seen.append(password)
        return real(password_hash, password)

    monkeypatch.setattr(passwords, "matches", counted)
    return seen


@pytest.fixture(autouse=True)
async def an_hour_later(office: Office) -> None:
    """What was counted before has no part in it."""
    office.town.clock.advance(timedelta(days=2))


async def test_a_stranger_locks_nobody_out(office: Office) -> None:
    """Again and again, and from wherever else: the member signs in."""
    for _ in range(3):
        assert 429 in await stranger_tries(office, "window", 12)
        assert (await signs_in(office.town.browser(), "window")).status == 303
        office.town.clock.advance(timedelta(minutes=15))


async def test_a_known_device_comes_in_from_the_strangers_own_network(office: Office) -> None:
    """A hall's guests and its members share an address."""
    own = office.town.browser()
    assert (await signs_in(own, "window", address=HERE)).status == 303
    device = own.cookies["device"]
    await own.post("/admin/sign-out")
    assert 429 in await stranger_tries(office, "window", sign_in.FROM_A_NETWORK.most + 5)
    assert (await signs_in(office.town.browser(), "window", address=HERE)).status == 429
    assert (await signs_in(own, "window", address=HERE)).status == 303
    assert own.cookies["device"] != device
    cookie = next(line for line in reversed(own.set_cookies) if line.startswith("device="))
    assert "HttpOnly" in cookie


async def test_a_device_is_known_for_its_own_members_alone(office: Office) -> None:
    """A member's computer is no way to guess another's password."""
    own = office.town.browser()
    assert (await signs_in(own, "window")).status == 303
    said = [(await signs_in(own, "approver", f"guess {n}")).status for n in range(12)]
    assert said.count(401) < 12
    assert (await signs_in(own, "window", address=HERE)).status == 303


async def test_each_wait_is_longer(office: Office) -> None:
    waits: list[int] = []
    stranger = office.town.browser()
    for _ in range(12):
        while (answer := await signs_in(stranger, "approver", "guess", HERE)).status == 401:
            pass
        waits.append(int(answer.headers["Retry-After"]))
        assert "请" in answer.text
        office.town.clock.advance(timedelta(seconds=waits[-1]))
    assert waits == sorted(waits)
    assert waits[-1] >= 30 * waits[0]


async def test_unknown_names_cost_no_more_than_an_address_may(office: Office, checked: list[str]) -> None:
    """Another name each time: beyond the limit nothing is hashed, whoever is asked for."""
    stranger = office.town.browser()
    said = [(await signs_in(stranger, f"nobody-{n}", f"x{n}", HERE)).status for n in range(100)]
    assert said.count(401) == len(checked) == sign_in.FROM_A_NETWORK.most
    assert set(said[-10:]) == {429}
    assert (await signs_in(office.town.browser(), "window")).status == 303


async def test_one_household_of_ipv6_is_one_address(office: Office, checked: list[str]) -> None:
    browser = office.town.browser()
    for n in range(80):
        await signs_in(browser, f"nobody-{n}", "x", f"2001:db8:1:2::{n:x}")
    assert len(checked) == sign_in.FROM_A_NETWORK.most


async def test_a_name_that_nobody_has_looks_like_any(office: Office) -> None:
    def seen(page: Page) -> tuple[int, str, str | None]:
        return page.status, page.text.split('role="alert"')[1][:80], page.headers.get("Retry-After")

    for n in range(8):
        address = f"192.0.2.{n}"
        known = [await signs_in(office.town.browser(), "civil", "guess", address) for _ in range(7)]
        unknown = [await signs_in(office.town.browser(), f"nobody{n}", "guess", address) for _ in range(7)]
        assert [seen(page) for page in known] == [seen(page) for page in unknown]


async def test_a_change_of_password_ends_every_session(office: Office) -> None:
    one, other = office.town.browser(), office.town.browser()
    for browser in (one, other):
        assert (await signs_in(browser, "township")).status == 303
        assert (await browser.get("/admin/appointments")).status == 200
    await office.town.services.staff.change_password(
        "township", "another password", office.town.by_staff("township")
    )
    for browser in (one, other):
        gone = await browser.get("/admin/appointments")
        assert gone.location == "/admin/sign-in?next=%2Fadmin%2Fappointments"
        assert (await browser.post("/admin/verify", {"name": "x"})).status == 401
    assert (await signs_in(one, "township")).status == 401
    assert (await signs_in(one, "township", "another password")).status == 303
    assert (await one.get("/admin/appointments")).status == 200
    await office.town.services.staff.change_password("township", PASSWORD, office.town.by_staff("township"))


async def test_a_role_that_was_taken_away_is_gone_at_once(office: Office) -> None:
    staff = office.town.services.staff
    await staff.enrol(
        "leaving",
        name="要走的人",
        password=PASSWORD,
        department=None,
        roles=[Role.WINDOW],
        by=office.town.by_staff("window"),
    )
    desk = office.town.browser()
    assert (await signs_in(desk, "leaving")).status == 303
    assert (await desk.get("/admin/verify")).status == 200
    await staff.documents.update_one({"_id": "leaving"}, {"$set": {"roles": [Role.TOWNSHIP.value]}})
    assert (await desk.get("/admin/verify")).status == 403
    await office.town.services.employment.suspend("leaving", office.town.by_staff("admin"))
    assert (await desk.get("/admin/appointments")).location.startswith("/admin/sign-in?next=")
    refused = await signs_in(desk, "leaving")
    assert (refused.status, "已停用" in refused.text) == (403, True)
    wrong = await signs_in(office.town.browser(), "leaving", "guess")
    assert (wrong.status, "已停用" in wrong.text) == (401, False)


async def test_the_cookie_of_a_member_who_is_gone_leads_to_the_door(office: Office) -> None:
    staff = office.town.services.staff
    await staff.enrol(
        "gone",
        name="走了的人",
        password=PASSWORD,
        department=None,
        roles=[Role.WINDOW],
        by=office.town.by_staff("window"),
    )
    desk = office.town.browser()
    assert (await signs_in(desk, "gone")).status == 303
    await staff.documents.delete_one({"_id": "gone"})
    assert (await desk.get("/admin/sign-in")).status == 200
    assert (await desk.get("/admin/verify")).location.startswith("/admin/sign-in?next=")
    assert (await signs_in(desk, "window", to="/admin/verify")).location == "/admin/verify"
    assert (await desk.get("/admin/verify")).status == 200
