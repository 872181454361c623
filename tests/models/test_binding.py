"""Real-name binding (article 7), with a register that the test controls."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from models.accounts import Accounts
from models.agencies import Agencies
from models.applicants import Applicants
from models.binding import Binding
from models.credentials import ApplicantKind, CredentialKind, check_credential
from models.errors import BadInput, Conflict, Forbidden, Refused, TooMany, Unavailable
from models.events import Cause
from models.phone_codes import PhoneCodes
from models.privacy import Privacy
from models.store import Database, Document
from models.verification import BodyVerdict, PlatformUser, Verdict
from models.workdays import local_date
from tests.conftest import START, Clock

MakeCause = Callable[..., Cause]
ELDER = ("陈建国", "11010519491231002X")
BOSS = ("梁志强", "44011319700101001X")
USCC = "91440113MA59K2XT4M"


@dataclass
class Register:
    """Knows names by their numbers; `down` makes it not answer."""

    people: dict[str, str] = field(default_factory=lambda: dict([ELDER[::-1]]))
    representative: tuple[str, str] = BOSS
    down: bool = False

    async def person(self, kind: CredentialKind, name: str, number: str) -> Verdict:
        if self.down:
            raise Unavailable("register_down", "核验服务暂时不可用")
        if number not in self.people:
            return Verdict.NO_RECORD
        return Verdict.MATCH if self.people[number] == name else Verdict.MISMATCH

    async def body(self, kind: CredentialKind, name: str, number: str) -> BodyVerdict:
        return BodyVerdict(Verdict.MATCH, *self.representative)


@dataclass
class House:
    accounts: Accounts
    applicants: Applicants
    agencies: Agencies
    codes: PhoneCodes
    register: Register
    binding: Binding

    async def bind(
        self, account: str, by: Cause, who: tuple[str, str] = ELDER, phone: str = "13900000001"
    ) -> Document:
        await self.codes.documents.delete_many({})
        await self.codes.request(phone, by)
        _, code = self.codes.secret(await self.codes.documents.find_one({}))
        return await self.binding.person(
            account,
            kind=CredentialKind.RESIDENT_ID,
            name=who[0],
            number=who[1],
            phone=phone,
            code=code,
            by=by,
        )

    async def for_weimei(self, agent: Document, by: Cause, **changes: Any) -> Document:
        """Ask to act for an enterprise."""
        asked: dict[str, Any] = {
            "applicant_kind": ApplicantKind.ENTERPRISE,
            "kind": CredentialKind.USCC,
            "name": "番禺味美食品有限公司",
            "number": USCC,
        }
        return await self.binding.body(agent, by=by, **{**asked, **changes})


@pytest.fixture
async def house(any_database: Database, privacy: Privacy) -> AsyncIterator[House]:
    applicants, agencies = Applicants(any_database, privacy), Agencies(any_database)
    codes, register = PhoneCodes(any_database, privacy), Register()
    house = House(
        Accounts(any_database),
        applicants,
        agencies,
        codes,
        register,
        Binding(applicants, agencies, codes, register),
    )
    stores = (house.accounts, applicants, agencies, codes)
    for store in stores:
        await store.prepare()
    yield house
    for store in stores:
        await store.documents.delete_many({})


@pytest.mark.article(7)
async def test_a_person_is_bound_and_nothing_is_stored_in_the_clear(house: House, cause: MakeCause) -> None:
    applicant = await house.bind("a1", cause())
    stored = await house.applicants.of_account("a1")
    assert stored
    for secret in (*ELDER, "13900000001"):
        assert secret not in str(stored)
    assert house.applicants.name(applicant) == "陈建国"
    assert stored["credential"]["masked"] == "1101**********002X"
    assert [event["name"] for event in stored["events"]] == ["applicant.bound"]


@pytest.mark.article(7)
async def test_another_name_or_an_unknown_number_is_refused(house: House, cause: MakeCause) -> None:
    with pytest.raises(Refused) as mismatch:
        await house.bind("a1", cause(), ("陈建军", ELDER[1]))
    assert mismatch.value.code == "identity_mismatch"
    house.register.people.clear()
    with pytest.raises(Refused) as unknown:
        await house.bind("a1", cause())
    assert unknown.value.code == "identity_no_record"
    assert await house.applicants.documents.count_documents({}) == 0


async def test_an_outage_changes_nothing_and_the_code_stays_good(house: House, cause: MakeCause) -> None:
    house.register.down = True
    with pytest.raises(Unavailable):
        await house.bind("a1", cause())
    house.register.down = False
    _, code = house.codes.secret(await house.codes.documents.find_one({}))
    await house.binding.person(
        "a1",
        kind=CredentialKind.RESIDENT_ID,
        name=ELDER[0],
        number=ELDER[1],
        phone="13900000001",
        code=code,
        by=cause(),
    )


@pytest.mark.article(7)
async def test_without_the_phone_code_there_is_no_binding(house: House, cause: MakeCause) -> None:
    with pytest.raises(BadInput) as refused:
        await house.binding.person(
            "a1",
            kind=CredentialKind.RESIDENT_ID,
            name=ELDER[0],
            number=ELDER[1],
            phone="13900000001",
            code="123456",
            by=cause(),
        )
    assert refused.value.code == "phone_code_wrong"


@pytest.mark.article(7)
async def test_a_credential_moves_to_a_new_account_and_the_old_one_is_named(
    house: House, cause: MakeCause
) -> None:
    first = await house.bind("a1", cause())
    second = await house.bind("a2", cause())
    assert second["_id"] == first["_id"]
    assert await house.applicants.of_account("a1") is None
    assert second["events"][-1]["name"] == "applicant.rebound"
    assert second["events"][-1]["data"]["old_account"] == "a1"


@pytest.mark.article(7)
async def test_a_binding_is_not_taken_over_with_another_phone(house: House, cause: MakeCause) -> None:
    """Name and number are no secrets: the phone that was verified before is what counts."""
    await house.bind("a1", cause())
    with pytest.raises(Refused) as refused:
        await house.bind("thief", cause(), phone="13900000666")
    assert refused.value.code == "phone_differs"
    assert (await house.applicants.of_account("a1")) is not None
    await house.applicants.unbind((await house.bind("a1", cause()))["_id"], "a1", cause())
    with pytest.raises(Refused):
        await house.bind("thief", cause(), phone="13900000666")


@pytest.mark.article(7)
async def test_the_phone_that_staff_recorded_is_the_one_that_binds(house: House, cause: MakeCause) -> None:
    credential = check_credential(
        ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, ELDER[1], local_date(START)
    )
    staff = cause("staff:window")
    verified = await house.applicants.verify_at_window(
        ApplicantKind.PERSON, credential, name=ELDER[0], phone="13900000001", by=staff
    )
    with pytest.raises(Refused):
        await house.bind("thief", cause(), phone="13900000666")
    await house.bind("a1", cause())
    with pytest.raises(Conflict) as other:
        await house.applicants.verify_at_window(
            ApplicantKind.PERSON, credential, name="陈建军", phone="13900000001", by=staff
        )
    assert other.value.code == "already_verified"
    await house.applicants.verify_at_window(
        ApplicantKind.PERSON, credential, name=ELDER[0], phone="13900000002", by=staff
    )
    kept = await house.applicants.get(verified["_id"])
    assert (house.applicants.phone(kept), kept["account"]) == ("13900000002", "a1")
    assert kept["events"][-1]["name"] == "applicant.phone_changed"


@pytest.mark.article(7)
async def test_one_number_is_one_person_whatever_card_it_is_on(house: House, cause: MakeCause) -> None:
    first = await house.bind("a1", cause())
    await house.codes.documents.delete_many({})
    await house.codes.request("13900000001", cause())
    _, code = house.codes.secret(await house.codes.documents.find_one({}))
    second = await house.binding.person(
        "a2",
        kind=CredentialKind.SOCIAL_SECURITY,
        name=ELDER[0],
        number=ELDER[1],
        phone="13900000001",
        code=code,
        by=cause(),
    )
    assert second["_id"] == first["_id"]
    assert await house.applicants.of_account("a1") is None


async def test_an_account_holds_one_person(house: House, cause: MakeCause) -> None:
    await house.bind("a1", cause())
    house.register.people[BOSS[1]] = BOSS[0]
    with pytest.raises(Conflict) as refused:
        await house.bind("a1", cause(), await valid_boss(house))
    assert refused.value.code == "account_bound"


async def valid_boss(house: House) -> tuple[str, str]:
    """The representative with a number whose check digit is right."""
    for last in "0123456789X":
        try:
            number = BOSS[1][:17] + last
            check_credential(ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, number, local_date(START))
        except BadInput:
            continue
        house.register.people[number] = BOSS[0]
        house.register.representative = (BOSS[0], number)
        return BOSS[0], number
    raise AssertionError


async def test_twenty_bindings_at_once_leave_one(house: House, cause: MakeCause) -> None:
    await house.codes.request("13900000001", cause())
    credential = check_credential(
        ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, ELDER[1], local_date(START)
    )
    results = await asyncio.gather(
        *(
            house.applicants.bind(
                credential,
                name=ELDER[0],
                phone="13900000001",
                account=f"a{n}",
                verified_by="register",
                by=cause(),
            )
            for n in range(20)
        ),
        return_exceptions=True,
    )
    assert await house.applicants.documents.count_documents({}) == 1
    assert all(isinstance(result, dict | Conflict) for result in results)
    assert any(isinstance(result, dict) for result in results)


@pytest.mark.article(7)
async def test_whom_staff_verified_at_a_window_binds_without_the_register(
    house: House, cause: MakeCause
) -> None:
    house.register.people.clear()
    credential = check_credential(
        ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, ELDER[1], local_date(START)
    )
    await house.applicants.verify_at_window(
        ApplicantKind.PERSON, credential, name=ELDER[0], phone="", by=cause("staff:window")
    )
    applicant = await house.bind("a1", cause())
    assert applicant["verified"]["by"] == "staff:window"


@pytest.mark.article(7)
async def test_an_agent_acts_only_after_the_representative_confirmed(house: House, cause: MakeCause) -> None:
    agent = await house.bind("a1", cause())
    boss = await house.bind("a2", cause(), await valid_boss(house), "13900000002")
    agency = await house.for_weimei(agent, cause())
    assert agency["state"] == "requested"
    with pytest.raises(Forbidden):
        await house.binding.acting(agent, agency["body"])
    with pytest.raises(Conflict):
        await house.agencies.decide(agency["_id"], agent, confirmed=True, by=cause())
    assert [a["_id"] for a in await house.agencies.of_representative(boss)] == [agency["_id"]]
    await house.agencies.decide(agency["_id"], boss, confirmed=True, by=cause())
    assert (await house.binding.acting(agent, agency["body"]))["_id"] == agency["body"]
    await house.agencies.end(agency["_id"], boss, cause())
    with pytest.raises(Forbidden):
        await house.binding.acting(agent, agency["body"])


async def test_a_representative_needs_nobody_else(house: House, cause: MakeCause) -> None:
    boss = await house.bind("a2", cause(), await valid_boss(house), "13900000002")
    agency = await house.for_weimei(boss, cause())
    assert agency["state"] == "confirmed"


@pytest.mark.article(7)
async def test_a_former_representative_decides_nothing_more(house: House, cause: MakeCause) -> None:
    agent = await house.bind("a1", cause())
    boss = await house.bind("a2", cause(), await valid_boss(house), "13900000002")
    agency = await house.for_weimei(agent, cause())
    await house.agencies.decide(agency["_id"], boss, confirmed=True, by=cause())
    house.register.representative = ELDER  # the agent is the new one
    await house.for_weimei(agent, cause())
    kept = await house.agencies.get(agency["_id"])
    assert [event["name"] for event in kept["events"]][-2:] == ["agency.ended", "agency.confirmed"]
    house.register.representative = (BOSS[0], "440113197201051914")
    body = await house.applicants.register_body(
        ApplicantKind.ENTERPRISE,
        check_credential(ApplicantKind.ENTERPRISE, CredentialKind.USCC, USCC, local_date(START)),
        name="番禺味美食品有限公司",
        representative=house.applicants.number_index("440113197201051914"),
        by=cause(),
    )
    with pytest.raises(Forbidden):
        await house.binding.acting(agent, body["_id"])
    await house.agencies.end_former(body, cause())
    await house.agencies.end_former(body, cause())
    assert await house.agencies.of_person(agent["_id"]) == []


@pytest.mark.article(7)
async def test_a_body_is_of_the_kind_that_its_code_says(house: House, cause: MakeCause) -> None:
    agent = await house.bind("a1", cause())
    for wrong in (
        {"applicant_kind": ApplicantKind.ORGANIZATION},
        {"number": "12440113455307621C"},  # of the 机构编制 office
    ):
        with pytest.raises(BadInput) as refused:
            await house.for_weimei(agent, cause(), **wrong)
        assert refused.value.code == "applicant_kind_wrong"


async def test_a_representative_is_not_asked_without_end(
    house: House, cause: MakeCause, clock: Clock
) -> None:
    agent = await house.bind("a1", cause())
    for _ in range(3):
        agency = await house.for_weimei(agent, cause())
        await house.agencies.end(agency["_id"], agent, cause())
    with pytest.raises(TooMany) as refused:
        await house.for_weimei(agent, cause())
    assert refused.value.code == "agency_day_limit"
    clock.advance(timedelta(days=1))
    assert (await house.for_weimei(agent, cause()))["state"] == "requested"


async def test_unbinding(house: House, cause: MakeCause) -> None:
    applicant = await house.bind("a1", cause())
    with pytest.raises(Conflict):
        await house.applicants.unbind(applicant["_id"], "a2", cause())
    await house.applicants.unbind(applicant["_id"], "a1", cause())
    assert await house.applicants.of_account("a1") is None


async def test_one_user_of_both_apps_is_one_account(house: House, cause: MakeCause) -> None:
    followed = await house.accounts.follow("o1", cause())
    mini = await house.accounts.arrive_miniprogram(PlatformUser("m1", "u1"), cause())
    assert mini["_id"] != followed["_id"]
    official = await house.accounts.arrive(PlatformUser("o1", "u1"), cause())
    assert official["_id"] == mini["_id"]
    assert (official["openid"], official["following"]) == ("o1", True)
    assert (await house.accounts.arrive_miniprogram(PlatformUser("m1", "u1"), cause()))["_id"] == mini["_id"]


async def test_who_was_bound_stays_bound_when_two_accounts_turn_out_to_be_one(
    house: House, cause: MakeCause
) -> None:
    official = await house.accounts.arrive(PlatformUser("o1"), cause())
    person = await house.bind(official["_id"], cause())
    mini = await house.accounts.arrive_miniprogram(PlatformUser("m1", "u1"), cause())
    joined = await house.accounts.arrive(PlatformUser("o1", "u1"), cause())
    assert (joined["_id"], joined["absorbed"]) == (mini["_id"], [official["_id"]])
    for _ in range(2):
        await house.binding.keep_bound(joined, cause())
    moved = await house.applicants.of_account(mini["_id"])
    assert moved
    assert moved["_id"] == person["_id"]
    assert [event["name"] for event in moved["events"]].count("applicant.moved") == 1


async def test_many_first_contacts_at_once_make_one_account(house: House, cause: MakeCause) -> None:
    found = await asyncio.gather(*(house.accounts.arrive(PlatformUser("o9"), cause()) for _ in range(20)))
    assert len({account["_id"] for account in found}) == 1


async def test_hot_paths_use_indexes(house: House, cause: MakeCause) -> None:
    await house.bind("a1", cause())
    await house.accounts.arrive(PlatformUser("o9", "u9"), cause())
    for store, query in (
        (house.applicants, {"account": "a1"}),
        (house.applicants, {"credential.index": "x"}),
        (house.accounts, {"openid": "o9"}),
        (house.accounts, {"unionid": "u9"}),
        (house.agencies, {"person": "p", "state": "confirmed"}),
    ):
        plan = await store.documents.find(query).explain()
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), query
