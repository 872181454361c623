from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from models.errors import BadInput, TooMany
from models.phone_codes import PhoneCodes
from models.privacy import Privacy
from models.store import Database, Document
from tests.conftest import Clock, MakeCause

PHONE = "13900000001"


@pytest.fixture
async def codes(any_database: Database, privacy: Privacy) -> AsyncIterator[PhoneCodes]:
    store = PhoneCodes(any_database, privacy)
    await store.prepare()
    yield store
    await store.documents.delete_many({})


async def stored(codes: PhoneCodes) -> Document:
    found: Document = await codes.documents.find_one({})
    return found


@pytest.mark.article(7)
async def test_the_code_that_was_sent_is_right_once(codes: PhoneCodes, cause: MakeCause) -> None:
    await codes.request("+86 139-0000-0001", cause())
    document = await stored(codes)
    phone, code = codes.secret(document)
    assert phone == PHONE
    assert PHONE not in str(document)
    assert [event["name"] for event in document["events"]] == ["phone_code.requested"]
    await codes.check(PHONE, f" {code} ", cause())
    await codes.use_up(PHONE)
    with pytest.raises(BadInput, match="重新获取"):
        await codes.check(PHONE, code, cause())


@pytest.mark.article(7)
async def test_a_code_lives_five_minutes(codes: PhoneCodes, cause: MakeCause, clock: Clock) -> None:
    await codes.request(PHONE, cause())
    _, code = codes.secret(await stored(codes))
    clock.advance(timedelta(minutes=5))
    with pytest.raises(BadInput):
        await codes.check(PHONE, code, cause())


@pytest.mark.article(7)
async def test_five_tries(codes: PhoneCodes, cause: MakeCause) -> None:
    await codes.request(PHONE, cause())
    _, code = codes.secret(await stored(codes))
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(BadInput):
            await codes.check(PHONE, wrong, cause())
    with pytest.raises(BadInput):
        await codes.check(PHONE, code, cause())


async def test_a_code_whose_event_waits_is_not_purged(codes: PhoneCodes, cause: MakeCause) -> None:
    """Nothing outlives its use, but for what the worker has yet to move on."""
    await codes.request(PHONE, cause())
    kept = await codes.documents.index_information()
    [purge] = [index for index in kept.values() if "expireAfterSeconds" in index]
    assert purge["partialFilterExpression"] == {"events": []}
    document = await stored(codes)
    purgeable = {"events": [], "purge_at": {"$gt": document["sent_at"]}}
    assert await codes.documents.find_one(purgeable) is None
    await codes.documents.update_one({}, {"$pull": {"events": {"id": document["events"][0]["id"]}}})
    assert await codes.documents.find_one(purgeable)
    explained = await codes.documents.find(purgeable).explain()
    assert "'indexName': 'purge'" in str(explained["queryPlanner"]["winningPlan"])


async def test_sixty_seconds_apart_and_ten_a_day(codes: PhoneCodes, cause: MakeCause, clock: Clock) -> None:
    await codes.request(PHONE, cause())
    clock.advance(timedelta(seconds=59))
    with pytest.raises(TooMany) as early:
        await codes.request(PHONE, cause())
    assert (early.value.code, early.value.retry_after) == ("phone_code_too_soon", 2)
    for _ in range(9):
        clock.advance(timedelta(seconds=60))
        await codes.request(PHONE, cause())
    clock.advance(timedelta(hours=1))
    with pytest.raises(TooMany) as often:
        await codes.request(PHONE, cause())
    assert often.value.code == "phone_code_day_limit"
    clock.advance(timedelta(days=1))
    await codes.request(PHONE, cause())


@pytest.mark.parametrize("phone", ["020-84812345", "1390000000\u0661", "1390000000\u0967"])
async def test_a_number_that_is_no_mobile(codes: PhoneCodes, cause: MakeCause, phone: str) -> None:
    with pytest.raises(BadInput):
        await codes.request(phone, cause())
    assert await stored(codes) is None


@pytest.mark.article(7)
async def test_one_phone_has_one_code_however_it_is_typed(codes: PhoneCodes, cause: MakeCause) -> None:
    await codes.request("＋８６　１３９－００００－０００１", cause())
    for typed in (PHONE, "13９00000001", "+86 139 0000 0001", "86-13900000001"):
        with pytest.raises(TooMany):
            await codes.request(typed, cause())
    assert await codes.documents.count_documents({}) == 1
    phone, code = codes.secret(await stored(codes))
    assert phone == PHONE
    await codes.check(PHONE, code.translate({digit: digit + 0xFEE0 for digit in range(48, 58)}), cause())
