"""Real-name binding of a person (article 7)."""

import asyncio

import pytest

from models.errors import BadInput, Conflict, Refused, Unavailable
from models.people.binding import NameInvalid
from models.people.credentials import ApplicantKind, CredentialKind, check_credential
from models.people.verification import PlatformUser
from models.workdays import local_date
from tests.house.clock import START, MakeCause
from tests.house.house import House
from tests.house.people import BOSS, ELDER, PHONE
from tests.house.stores import ADDRESS


@pytest.mark.article("7.registration", "7.sealed")
async def test_a_person_is_bound_and_nothing_is_stored_in_the_clear(house: House, cause: MakeCause) -> None:
    applicant = await house.bind("a1", cause())
    stored = await house.stores.applicants.find_by_account("a1")
    assert stored
    for secret in (*ELDER, "13900000001"):
        assert secret not in str(stored)
    assert house.stores.applicants.name(applicant) == "陈建国"
    assert stored["credential"]["masked"] == "1101**********002X"
    assert [event["name"] for event in stored["events"]] == ["applicant.bound"]


@pytest.mark.article("7.registration")
async def test_another_name_or_an_unknown_number_is_refused(house: House, cause: MakeCause) -> None:
    with pytest.raises(Refused) as mismatch:
        await house.bind("a1", cause(), ("陈建军", ELDER[1]))
    assert mismatch.value.code == "identity_mismatch"
    house.register.unknown.add(ELDER[1])
    with pytest.raises(Refused) as unknown:
        await house.bind("a1", cause())
    assert unknown.value.code == "identity_no_record"
    assert await house.stores.applicants.documents.count_documents({}) == 0


async def test_an_outage_changes_nothing_and_the_code_stays_good(house: House, cause: MakeCause) -> None:
    house.register.down = True
    with pytest.raises(Unavailable):
        await house.bind("a1", cause())
    house.register.down = False
    await house.enter("a1", cause(), await house.code_sent(PHONE))


@pytest.mark.article("7.registration")
async def test_without_the_phone_code_there_is_no_binding(house: House, cause: MakeCause) -> None:
    with pytest.raises(BadInput) as refused:
        await house.enter("a1", cause(), "123456")
    assert refused.value.code == "phone_code_wrong"


@pytest.mark.article("7.registration")
async def test_a_credential_moves_to_a_new_account_and_the_old_one_is_named(
    house: House, cause: MakeCause
) -> None:
    first = await house.bind("a1", cause())
    second = await house.bind("a2", cause())
    assert second["_id"] == first["_id"]
    assert await house.stores.applicants.find_by_account("a1") is None
    assert second["events"][-1]["name"] == "applicant.rebound"
    assert second["events"][-1]["data"]["old_account"] == "a1"


@pytest.mark.article("7.registration")
async def test_a_binding_is_not_taken_over_with_another_phone(house: House, cause: MakeCause) -> None:
    """Name and number are no secrets: the phone that was verified before is what counts."""
    await house.bind("a1", cause())
    with pytest.raises(Refused) as refused:
        await house.bind("thief", cause(), phone="13900000666")
    assert refused.value.code == "phone_differs"
    assert (await house.stores.applicants.find_by_account("a1")) is not None
    await house.stores.applicants.unbind((await house.bind("a1", cause()))["_id"], "a1", cause())
    with pytest.raises(Refused):
        await house.bind("thief", cause(), phone="13900000666")


@pytest.mark.article("7.registration")
async def test_the_phone_that_staff_recorded_is_the_one_that_binds(house: House, cause: MakeCause) -> None:
    credential = check_credential(
        ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, ELDER[1], local_date(START)
    )
    staff = cause("staff:window")
    verified = await house.stores.applicants.verify_at_window(
        ApplicantKind.PERSON, credential, name=ELDER[0], phone="13900000001", by=staff
    )
    with pytest.raises(Refused):
        await house.bind("thief", cause(), phone="13900000666")
    await house.bind("a1", cause())
    with pytest.raises(Conflict) as other:
        await house.stores.applicants.verify_at_window(
            ApplicantKind.PERSON, credential, name="陈建军", phone="13900000001", by=staff
        )
    assert other.value.code == "already_verified"
    await house.stores.applicants.verify_at_window(
        ApplicantKind.PERSON, credential, name=ELDER[0], phone="13900000002", by=staff
    )
    kept = await house.stores.applicants.get(verified["_id"])
    assert (house.stores.applicants.phone(kept), kept["account"]) == ("13900000002", "a1")
    changed = kept["events"][-1]
    assert changed["name"] == "applicant.phone_changed"
    assert house.stores.applicants.former_phone(kept["_id"], changed["data"]["old_phone"]) == "13900000001"


@pytest.mark.article("7.registration")
async def test_one_number_is_one_person_whatever_card_it_is_on(house: House, cause: MakeCause) -> None:
    first = await house.bind("a1", cause())
    await house.stores.phone_codes.documents.delete_many({})
    await house.stores.phone_codes.request("13900000001", account="a2", address=ADDRESS, by=cause())
    second = await house.enter(
        "a2", cause(), await house.code_sent(PHONE), kind=CredentialKind.SOCIAL_SECURITY
    )
    assert second["_id"] == first["_id"]
    assert await house.stores.applicants.find_by_account("a1") is None


async def test_an_account_holds_one_person(house: House, cause: MakeCause) -> None:
    await house.bind("a1", cause())
    house.register.names[BOSS[1]] = BOSS[0]
    with pytest.raises(Conflict) as refused:
        await house.bind("a1", cause(), BOSS)
    assert refused.value.code == "account_bound"


async def test_twenty_bindings_at_once_leave_one(house: House, cause: MakeCause) -> None:
    await house.stores.phone_codes.request("13900000001", account="a1", address=ADDRESS, by=cause())
    credential = check_credential(
        ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, ELDER[1], local_date(START)
    )
    results = await asyncio.gather(
        *(
            house.stores.applicants.bind(
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
    assert await house.stores.applicants.documents.count_documents({}) == 1
    assert all(isinstance(result, dict | Conflict) for result in results)
    assert any(isinstance(result, dict) for result in results)


@pytest.mark.article("7.registration")
async def test_whom_staff_verified_at_a_window_binds_without_the_register(
    house: House, cause: MakeCause
) -> None:
    house.register.unknown.add(ELDER[1])
    credential = check_credential(
        ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, ELDER[1], local_date(START)
    )
    await house.stores.applicants.verify_at_window(
        ApplicantKind.PERSON, credential, name=ELDER[0], phone="", by=cause("staff:window")
    )
    applicant = await house.bind("a1", cause())
    assert applicant["verified"]["by"] == "staff:window"


@pytest.mark.article("7.registration")
async def test_a_name_that_staff_saw_is_known_however_it_is_typed(house: House, cause: MakeCause) -> None:
    passport, phone = CredentialKind.PASSPORT, "13900000001"
    credential = check_credential(ApplicantKind.PERSON, passport, "E1234567", local_date(START))
    await house.stores.applicants.verify_at_window(
        ApplicantKind.PERSON, credential, name="O'BRIEN John Test", phone=phone, by=cause("staff:window")
    )
    await house.stores.phone_codes.request(phone, account="a1", address=ADDRESS, by=cause())
    who = ("O\u2019Brien  john\u00a0\u200bTEST", "护照号：e1234567")
    applicant = await house.enter(
        "a1", cause(), await house.code_sent(PHONE), who, "(+86) 139-0000-0001", passport
    )
    assert applicant["verified"]["by"] == "staff:window"
    assert house.stores.applicants.name(applicant) == "O'BRIEN John Test"  # as it stands on the passport
    await house.stores.applicants.verify_at_window(
        ApplicantKind.PERSON, credential, name="O'Brien John Test", phone=phone, by=cause("staff:window")
    )
    with pytest.raises(Conflict):
        await house.stores.applicants.verify_at_window(
            ApplicantKind.PERSON, credential, name="O'Brien Joan Test", phone=phone, by=cause("staff:window")
        )


@pytest.mark.article("7.registration")
async def test_a_name_may_be_one_letter_but_not_a_mark(house: House, cause: MakeCause) -> None:
    house.register.names[ELDER[1]] = "O"
    assert house.stores.applicants.name(await house.bind("a1", cause(), ("O", ELDER[1]))) == "O"
    for name in ("", "·", "--", "\u200b"):
        with pytest.raises(NameInvalid):
            await house.bind("a2", cause(), (name, ELDER[1]))


@pytest.mark.article("7.agent")
async def test_a_representative_is_known_however_the_register_writes_the_number(
    house: House, cause: MakeCause
) -> None:
    name, number = BOSS
    boss = await house.bind("a2", cause(), (name, number), "13900000002")
    house.register.representative = (name, f" {number[:6]} {number[6:].lower()}\u200b")
    assert (await house.for_weimei(boss, cause()))["state"] == "confirmed"


async def test_unbinding(house: House, cause: MakeCause) -> None:
    applicant = await house.bind("a1", cause())
    with pytest.raises(Conflict):
        await house.stores.applicants.unbind(applicant["_id"], "a2", cause())
    await house.stores.applicants.unbind(applicant["_id"], "a1", cause())
    assert await house.stores.applicants.find_by_account("a1") is None


async def test_hot_paths_use_indexes(house: House, cause: MakeCause) -> None:
    await house.bind("a1", cause())
    await house.stores.accounts.arrive(PlatformUser("o9", "u9"), cause())
    for store, query in (
        (house.stores.applicants, {"account": "a1"}),
        (house.stores.applicants, {"credential.index": "x"}),
        (house.stores.accounts, {"openid": "o9"}),
        (house.stores.accounts, {"unionid": "u9"}),
        (house.stores.agencies, {"person": "p", "state": "confirmed"}),
    ):
        plan = await store.documents.find(query).explain()
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), query
