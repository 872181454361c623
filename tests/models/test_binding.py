"""Real-name binding (article 7), with a register that the test controls."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from models.accounts import Accounts
from models.applicants import Agencies, Applicants
from models.binding import Binding
from models.credentials import ApplicantKind, CredentialKind, check_credential
from models.errors import BadInput, Conflict, Forbidden, Refused, Unavailable
from models.events import Cause
from models.phone_codes import PhoneCodes
from models.privacy import Privacy
from models.store import Database, Document
from models.verification import BodyVerdict, PlatformUser, Verdict
from models.workdays import local_date
from tests.conftest import START

MakeCause = Callable[..., Cause]
ELDER = ("陈建国", "11010519491231002X")
BOSS = ("梁志强", "44011319700101001X")
USCC = "11100000MB0143028R"


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
    agency = await house.binding.body(
        agent,
        applicant_kind=ApplicantKind.ENTERPRISE,
        kind=CredentialKind.USCC,
        name="番禺味美食品有限公司",
        number=USCC,
        by=cause(),
    )
    assert agency["state"] == "requested"
    with pytest.raises(Forbidden):
        await house.agencies.check_acting(agent["_id"], agency["body"])
    with pytest.raises(Conflict):
        await house.agencies.decide(agency["_id"], agent, confirmed=True, by=cause())
    assert [a["_id"] for a in await house.agencies.of_representative(boss)] == [agency["_id"]]
    await house.agencies.decide(agency["_id"], boss, confirmed=True, by=cause())
    await house.agencies.check_acting(agent["_id"], agency["body"])
    await house.agencies.end(agency["_id"], boss, cause())
    with pytest.raises(Forbidden):
        await house.agencies.check_acting(agent["_id"], agency["body"])


async def test_a_representative_needs_nobody_else(house: House, cause: MakeCause) -> None:
    boss = await house.bind("a2", cause(), await valid_boss(house), "13900000002")
    agency = await house.binding.body(
        boss,
        applicant_kind=ApplicantKind.ENTERPRISE,
        kind=CredentialKind.USCC,
        name="番禺味美食品有限公司",
        number=USCC,
        by=cause(),
    )
    assert agency["state"] == "confirmed"


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
