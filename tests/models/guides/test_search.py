"""What is in force is found, in the order of use, however many processes publish (articles 4, 24)."""

from functools import partial
from typing import Any
from unittest.mock import Mock

import pytest

from models.errors import Conflict
from models.guides import Guide, guide_of
from models.guides import store as guide_store
from models.guides.publishing import Publishing
from models.people import ApplicantKind
from tests.house.clock import MakeCause
from tests.house.guides import CARD, USCC, plain_guide
from tests.house.house import House
from tests.wechat_backend.loading.test_data import queries_of


def items(guides: list[Guide]) -> list[str]:
    return [guide.item for guide in guides]


@pytest.mark.article("24.published")
@pytest.mark.parametrize("typed", ["居住证", "办居住证", "居注证", "jzz", "juzhuzheng", "凭证", "permit"])
async def test_found_by_name_slip_pinyin_result_and_english(
    house: House, cause: MakeCause, typed: str
) -> None:
    guide = plain_guide(1, name_en="Residence permit", deliverable="签注凭证")
    await house.publish(guide, plain_guide(2, name="养犬登记", keywords=["狗证"], deliverable="狗证"))
    assert items((await house.stores.search.find(typed)).guides) == [guide.item]


async def test_a_version_of_another_process_is_found_at_once(house: House, cause: MakeCause) -> None:
    here, elsewhere = house.stores.search, house.stores.guides
    first, second = (plain_guide(1, version=n, name=f"第{n}版") for n in (1, 2))
    await Publishing(elsewhere).publish(first, cause())
    assert (await here.find("第1版")).guides == [first]
    other = guide_store.Guides(house.stores.database)
    await Publishing(other).publish(second, cause())
    assert (await here.find("第2版")).guides == [second]
    assert [found.key for found in (await here.find("版")).guides] == [second.key]


async def test_what_is_used_most_comes_first(house: House, cause: MakeCause) -> None:
    guides = [plain_guide(n, topics=[f"主题{n}"]) for n in range(1, 4)]
    await house.publish(*guides)
    uses, search = house.stores.uses, house.stores.search
    assert (await search.find("居住证")).guides == guides
    await uses.expect(guides[1].item, 2)
    assert items((await search.find("居住证")).guides) == items([guides[1], guides[0], guides[2]])
    for _ in range(3):
        uses.count(guides[2].item)
    await uses.written()
    assert items((await search.find()).guides) == items([guides[2], guides[1], guides[0]])
    assert await search.topics() == ["主题3", "主题2", "主题1"]
    await uses.expect(guides[1].item, 4)
    assert items((await search.find()).guides)[0] == guides[1].item


async def test_to_apply_and_to_book_count_as_use(house: House) -> None:
    guide, party = plain_guide(), await house.applicant()
    await house.furnish(guide)
    for _ in range(2):  # the second time it is the same draft
        await house.stores.filing.start(party, guide.item, house.by())
    await house.booking(party)
    with pytest.raises(Conflict):  # it is booked already
        await house.booking(party)
    await house.stores.uses.written()
    assert (await house.stores.uses.get(guide.item))["counted"] == 2


async def test_a_referral_is_found_in_its_place(house: House, cause: MakeCause) -> None:
    guides, referrals, search = house.stores.guides, house.stores.referrals, house.stores.search
    guide = plain_guide(1, name="社会保险参保登记", keywords=["社保"], topics=["社保"])
    await house.publish(guide)
    await house.refer(CARD)
    assert not await Publishing(guides).refer(referrals, CARD, cause())
    for typed in ("社保卡", "办社保卡", "设保卡", "sbk", "social security card"):
        found = await search.find(typed)
        assert [one.name for one in found.referrals] == [CARD.name], typed
        assert not found.is_ours(found.hits[0])
    assert [hit.name for hit in (await search.find("社保")).hits] == [guide.name, CARD.name]
    assert [hit.name for hit in (await search.find(topic="社保")).hits] == [guide.name, CARD.name]
    assert (await search.find()).referrals == []
    assert (await search.find("社保卡", audience=ApplicantKind.ENTERPRISE)).hits == []
    moved = CARD.model_copy(update={"phone": "12345"})
    assert await Publishing(guides).refer(referrals, moved, cause())
    assert (await search.find("社保卡")).referrals[0].phone == "12345"


async def test_a_search_asks_the_database_as_little_as_it_can(
    house: House, monkeypatch: pytest.MonkeyPatch, cause: MakeCause
) -> None:
    """What it has found once it asks no more; of many it reads whole only what it shows."""
    guides, search = house.stores.guides, house.stores.search
    database: Any = house.stores.database
    one = plain_guide(1000, name="同名事项", keywords=["同词"])
    await Publishing(guides).publish(one, cause())
    kept = await guides.documents.find_one({"_id": one.key})
    many = [kept | {"_id": f"{USCC}{n:013}@1", "item": f"{USCC}{n:013}"} for n in range(1001, 1300)]
    await guides.documents.insert_many(many)
    read = Mock(side_effect=guide_of)
    monkeypatch.setattr(guide_store, "guide_of", read)
    first = await queries_of(database, partial(search.find, "同名", limit=8))
    assert len(first) == 4  # what is in force, referrals, words, guides
    assert [call.args[0]["item"] for call in read.call_args_list] == [
        f"{USCC}{n:013}" for n in range(1000, 1008)
    ]
    for typed in ("同名", "tmsx", "同词", "同明"):
        assert len(await queries_of(database, partial(search.find, typed, limit=8))) == 2
    assert len(await queries_of(database, search.topics)) == 1
