import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInput, TooMany
from models.outgoing.deliveries import Via
from models.outgoing.sms import SmsLimits
from models.people.phone_codes import Phone, PhoneCodes, PhoneCodesPaused, check_phone, typed_code
from tests.house.clock import Clock, MakeCause
from tests.house.house import House
from tests.house.stores import ADDRESS
from tests.models.pasting import pasted

PHONE = "13900000001"
PAUSE = timedelta(seconds=60)
"""After it another code may be asked for."""


class Asking:
    """Accounts that ask for codes and hand them in."""

    def __init__(self, codes: PhoneCodes, cause: MakeCause) -> None:
        self.codes, self.cause = codes, cause

    async def request(self, phone: str = PHONE, account: str = "a1") -> None:
        await self.codes.request(phone, account=account, address=ADDRESS, by=self.cause())

    async def refused(self, phone: str = PHONE, account: str = "a1") -> TooMany:
        with pytest.raises(TooMany) as refused:
            await self.request(phone, account)
        return refused.value

    async def check(self, code: str, account: str = "a1", phone: str = PHONE) -> None:
        await self.codes.check(phone, code, account=account, by=self.cause())

    async def stored(self) -> Phone:
        found: Phone = await self.codes.documents.find_one({})
        return found

    async def sent(self) -> str:
        """What the last message says."""
        return self.codes.secret(await self.stored())[1]


@pytest.fixture
def asking(house: House, cause: MakeCause) -> Asking:
    return Asking(house.stores.phone_codes, cause)


async def test_of_many_who_ask_at_once_one_gets_a_code(asking: Asking, clock: Clock) -> None:
    for sent in (1, 2):
        asked = (asking.request(account=f"a{number}") for number in range(8))
        said = await asyncio.gather(*asked, return_exceptions=True)
        assert said.count(None) == 1
        assert {getattr(error, "code", error) for error in said if error} == {"phone_code_too_soon"}
        document = await asking.stored()
        assert (len(document["codes"]), len(document["events"])) == (sent, sent)
        clock.advance(PAUSE)


@pytest.mark.article("7.registration")
async def test_the_code_that_was_sent_is_right_once(asking: Asking) -> None:
    await asking.request("+86 139-0000-0001")
    document = await asking.stored()
    phone, code = asking.codes.secret(document)
    assert phone == PHONE
    assert PHONE not in str(document)
    assert [event["name"] for event in document["events"]] == ["phone_code.requested"]
    await asking.check(f" {code} ")
    await asking.codes.use_up(PHONE, account="a1")
    with pytest.raises(BadInput, match="重新获取"):
        await asking.check(code)


@given(data=st.data())
def test_a_phone_is_the_same_wherever_it_was_copied(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(["", "86", "+86", "0086", "(+86)", "+86 ", "手机：", "tel: +86-"]))
    text = data.draw(pasted(f"{PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}", spaces=True))
    assert check_phone(code + text) == PHONE


@pytest.mark.parametrize(
    "phone",
    ["", "1390000000", "139000000012", "8613900000", "02084841234", "+1 390 0000001", "1390000000\u0661"],
)
def test_what_is_no_mobile_phone(phone: str) -> None:
    with pytest.raises(BadInput):
        check_phone(phone)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("０１２３４５", "012345"),
        ("\u202d012 345\u202c", "012345"),
        ("验证码：012345", "012345"),
        ("【番禺智慧政务】验证码012345，5分钟内有效。请勿告诉他人。", "012345"),
        ("0123456", "0123456"),
    ],
)
def test_a_code_as_it_is_copied(text: str, code: str) -> None:
    assert typed_code(text) == code


@pytest.mark.article("7.registration")
async def test_a_code_lives_five_minutes(asking: Asking, clock: Clock) -> None:
    await asking.request()
    code = await asking.sent()
    clock.advance(timedelta(minutes=5))
    with pytest.raises(BadInput):
        await asking.check(code)


@pytest.mark.article("7.registration")
async def test_five_tries(asking: Asking) -> None:
    await asking.request()
    code = await asking.sent()
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(BadInput):
            await asking.check(wrong)
    with pytest.raises(BadInput):
        await asking.check(code)


@pytest.mark.article("7.registration")
async def test_only_the_newest_code_of_an_account_counts(asking: Asking, clock: Clock) -> None:
    await asking.request()
    first = await asking.sent()
    clock.advance(PAUSE)
    await asking.request()
    second = await asking.sent()
    with pytest.raises(BadInput):
        await asking.check(first if first != second else "x")
    await asking.check(second)


@pytest.mark.article("7.registration")
async def test_a_code_is_the_account_s_own(asking: Asking, clock: Clock) -> None:
    """Another account cannot use it, spend its tries, replace it or end it."""
    await asking.request(account="owner")
    code = await asking.sent()
    clock.advance(PAUSE)
    await asking.request(account="stranger")
    for _ in range(6):
        with pytest.raises(BadInput):
            await asking.check(code, "stranger")
    await asking.codes.use_up(PHONE, account="stranger")
    await asking.check(code, "owner")


async def test_a_code_whose_event_waits_is_not_purged(house: House, asking: Asking, clock: Clock) -> None:
    """Nothing outlives its use, but for what the worker has yet to move on."""
    await asking.request()
    codes = asking.codes
    kept = await codes.documents.index_information()
    [purge] = [index for index in kept.values() if "expireAfterSeconds" in index]
    assert purge["partialFilterExpression"] == {"events": []}
    document = await asking.stored()
    purgeable = {"events": [], "purge_at": {"$gt": document["codes"][0]["sent_at"]}}
    assert await codes.documents.find_one(purgeable) is None
    stores = house.stores
    await stores.outbox.relay([codes], stores.deliveries, stores.schedule, lambda *_: [], clock.now())
    assert await codes.documents.find_one(purgeable)
    explained = await codes.documents.find(purgeable).explain()
    assert "'indexName': 'purge'" in str(explained["queryPlanner"]["winningPlan"])


async def test_what_one_account_may_send_to_a_phone(asking: Asking, clock: Clock) -> None:
    await asking.request()
    clock.advance(timedelta(seconds=59))
    early = await asking.refused()
    assert (early.code, early.retry_after) == ("phone_code_too_soon", 2)
    for _ in range(3):
        clock.advance(PAUSE)
        await asking.request()
    clock.advance(PAUSE)
    assert (await asking.refused()).code == "phone_code_hour_limit"
    for _ in range(4):
        clock.advance(timedelta(hours=1))
        await asking.request()
    clock.advance(timedelta(hours=2))
    assert (await asking.refused()).code == "phone_code_day_limit"
    clock.advance(timedelta(days=1))
    await asking.request()


async def test_what_a_phone_may_get_from_all_accounts(asking: Asking, clock: Clock) -> None:
    """As Aliyun has it: one a minute, five in any hour, ten in any day."""
    for number in range(10):
        await asking.request(account=f"a{number}")
        if number not in (4, 9):
            assert (await asking.refused(account="another")).code == "phone_code_too_soon"
        clock.advance(PAUSE)
        if number == 4:
            late = await asking.refused(account="another")
            assert late.code == "phone_code_hour_limit"
            assert late.retry_after == timedelta(minutes=55).total_seconds() + 1
            clock.advance(timedelta(minutes=55))
    day = await asking.refused(account="another")
    assert day.code == "phone_code_day_limit"
    clock.advance(timedelta(seconds=day.retry_after))
    await asking.request(account="another")


async def test_what_is_refused_counts_for_nothing(asking: Asking, clock: Clock) -> None:
    """Neither for the account, the address and the day, nor for phones that got nothing."""
    await asking.request()
    for _ in range(20):
        await asking.refused()
    for number in range(9):
        await asking.request(f"138000000{number:02}")
    for number in range(20):
        assert (await asking.refused(f"137000000{number:02}")).code == "phone_code_account_limit"
    [everything, codes, _] = await asking.codes.sms.spent(clock.now())
    assert (everything.used, codes.used) == (10, 10)
    assert {each["used"] async for each in asking.codes.counters.documents.find({})} == {10}
    assert await asking.codes.documents.count_documents({}) == 10


async def test_one_network_has_so_many_codes_an_hour(asking: Asking, cause: MakeCause, clock: Clock) -> None:
    """Whoever asks there, and whichever of its IPv6 addresses they use."""
    asking.codes.sms.limits = SmsLimits(codes_per_address_hour=3)

    async def request(number: int, address: str) -> None:
        phone, account = f"1380000000{number}", f"a{number}"
        await asking.codes.request(phone, account=account, address=address, by=cause())

    for number in range(3):
        await request(number, f"2001:db8:1:2::{number}")
    with pytest.raises(TooMany) as refused:
        await request(3, "2001:db8:1:2:ffff::1")
    assert refused.value.code == "phone_code_address_limit"
    await request(3, "2001:db8:1:3::1")
    clock.advance(timedelta(seconds=refused.value.retry_after))
    await request(4, "2001:db8:1:2:ffff::1")
    kept = str([each async for each in asking.codes.counters.documents.find({})])
    assert "2001" not in kept.replace("2026", "")


@pytest.mark.parametrize("phone", ["020-84812345", "1390000000\u0661", "1390000000\u0967"])
async def test_a_number_that_is_no_mobile(asking: Asking, phone: str) -> None:
    with pytest.raises(BadInput):
        await asking.request(phone)
    assert await asking.stored() is None


@pytest.mark.article("7.registration")
async def test_one_phone_has_one_document_however_it_is_typed(asking: Asking) -> None:
    await asking.request("＋８６　１３９－００００－０００１")
    for typed in (PHONE, "13９00000001", "+86 139 0000 0001", "86-13900000001"):
        await asking.refused(typed)
    assert await asking.codes.documents.count_documents({}) == 1
    phone, code = asking.codes.secret(await asking.stored())
    assert phone == PHONE
    await asking.check(code.translate({digit: digit + 0xFEE0 for digit in range(48, 58)}))


@pytest.mark.article("7.registration")
async def test_nobody_is_told_to_wait_for_a_code_while_no_message_goes_out(
    asking: Asking, clock: Clock
) -> None:
    """Nor does it count for anybody; when the time is up, the next code is the one that tries."""
    await asking.codes.closures.close(Via.WECHAT, "40001", clock.now(), clock.now() + timedelta(minutes=5))
    await asking.request(account="a0", phone="13900000002")
    await asking.codes.closures.close(
        Via.SMS, "isv.AMOUNT_NOT_ENOUGH", clock.now(), clock.now() + timedelta(minutes=5)
    )
    refused = await asking.refused()
    assert type(refused) is PhoneCodesPaused
    assert "窗口" in str(refused)
    assert refused.retry_after == 301
    assert await asking.codes.documents.count_documents({}) == 1
    clock.advance(timedelta(minutes=5))
    await asking.request()
    asked = await asking.codes.get(asking.codes.privacy.index(PHONE, "phone"))
    await asking.check(asking.codes.secret(asked)[1])
