"""Guides: publishing, versions and finding them (articles 4, 10, 14, 24)."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from models.errors import Conflict, NotFound, Refused
from models.events import Cause, Channel
from models.guides import (
    Department,
    Guide,
    GuideState,
    Handling,
    Offer,
    Way,
    check_publishable,
)
from models.guides.publishing import Publishing
from tests.house.clock import START, MakeCause
from tests.house.guides import USCC, plain_guide
from tests.house.house import House

BY = Cause("system", START, Channel.SYSTEM, "request-items")


def steps(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


@pytest.mark.article("10.steps")
def test_online_never_has_more_steps_than_the_window() -> None:
    guide = plain_guide(window_steps=steps("受理", "办结"), online_steps=steps("受理", "审查", "办结"))
    with pytest.raises(Refused) as refused:
        check_publishable(guide)
    assert refused.value.code == "online_has_more_steps"
    assert "3个" in refused.value.message.format(**refused.value.values)


@pytest.mark.article("10.steps")
def test_booking_and_pre_acceptance_are_not_counted() -> None:
    more = [{"name": "预约", "kind": "booking"}, {"name": "预受理", "kind": "pre_acceptance"}]
    check_publishable(
        plain_guide(window_steps=steps("受理", "办结"), online_steps=[*more, *steps("受理", "办结")])
    )


@pytest.mark.article("14.window")
def test_online_never_asks_for_more_than_the_window() -> None:
    extra = {"code": "video", "name": "手持证件视频", "kinds": ["electronic"], "asked": ["online"]}
    with pytest.raises(Refused, match="手持证件视频") as refused:
        check_publishable(plain_guide(materials=[extra]))
    assert refused.value.code == "online_asks_for_more"
    check_publishable(plain_guide(materials=[{**extra, "asked": ["window"]}]))


@pytest.mark.article("15.electronic")
def test_an_item_ends_with_a_result_that_can_be_handed_over() -> None:
    with pytest.raises(Refused) as refused:
        check_publishable(plain_guide(deliverable=""))
    assert refused.value.code == "result_unnamed"


@pytest.mark.article("10.steps")
async def test_what_may_not_be_published_is_not_kept(house: House, cause: MakeCause) -> None:
    guides = house.stores.guides
    guide = plain_guide(90, name="不可发布", online_steps=steps("一", "二", "三"))
    with pytest.raises(Refused):
        await Publishing(guides).publish(guide, cause())
    with pytest.raises(NotFound):
        await guides.version(guide.key)


@pytest.mark.article("24.version")
async def test_a_published_version_is_never_edited(house: House, cause: MakeCause) -> None:
    guides = house.stores.guides
    first = plain_guide(1, summary="第一版")
    await Publishing(guides).publish(first, cause())
    with pytest.raises(Conflict) as conflict:
        await Publishing(guides).publish(plain_guide(1, summary="偷偷改了"), cause())
    assert conflict.value.code == "guide_version_taken"
    assert await guides.published(first.item) == first


@pytest.mark.article("4.2", "24.version")
async def test_a_change_is_the_next_version_and_the_earlier_one_stays(house: House, cause: MakeCause) -> None:
    guides = house.stores.guides
    first, second = (plain_guide(2, version=number, summary=f"第{number}版") for number in (1, 2))
    await Publishing(guides).publish(first, cause())
    await Publishing(guides).publish(second, cause())
    assert await guides.published(first.item) == second
    assert await guides.version(first.key) == first
    found = (await house.stores.search.find(first.name)).guides
    assert [guide.key for guide in found if guide.item == first.item] == [second.key]
    assert (await guides.get(first.key)).state is GuideState.SUPERSEDED
    events = (await guides.documents.find_one({"_id": first.key}))["events"]
    assert [event["name"] for event in events] == ["guide.published", "guide.superseded"]
    assert {event["about"] for event in events} == {first.key}
    with pytest.raises(Conflict):
        await Publishing(guides).publish(first, cause())
    assert await guides.published(first.item) == second


async def test_publishing_again_changes_nothing(house: House, cause: MakeCause) -> None:
    guides = house.stores.guides
    guide = plain_guide(3)
    assert await Publishing(guides).put(guide, cause())
    before = await guides.documents.find_one({"_id": guide.key})
    assert not await Publishing(guides).put(guide, cause())
    assert await Publishing(guides).publish(guide, cause()) == guide
    assert await guides.documents.find_one({"_id": guide.key}) == before


@pytest.mark.article("4.2", "24.version")
async def test_a_process_that_dies_while_publishing_leaves_the_old_in_force(
    house: House, cause: MakeCause, monkeypatch: pytest.MonkeyPatch
) -> None:
    guides = house.stores.guides
    first, second = plain_guide(6), plain_guide(6, version=2)
    await Publishing(guides).publish(first, cause())

    async def dies(*_: Any, **__: Any) -> None:
        raise SystemError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(guides, "add", dies)
        with pytest.raises(SystemError):
            await Publishing(guides).publish(plain_guide(6, version=2, summary="写到一半"), cause())
    assert await guides.published(first.item) == first
    assert await Publishing(guides).put(second, cause())
    assert await guides.published(first.item) == second


@pytest.mark.article("4.2", "24.version")
async def test_an_older_version_does_not_come_after_a_newer_one(house: House, cause: MakeCause) -> None:
    guides = house.stores.guides
    newer = plain_guide(7, version=3)
    await Publishing(guides).publish(newer, cause())
    with pytest.raises(Conflict) as older:
        await Publishing(guides).publish(plain_guide(7, version=2), cause())
    assert older.value.code == "guide_version_older"
    assert await guides.published(newer.item) == newer
    with pytest.raises(NotFound):
        await guides.version(plain_guide(7, version=2).key)


async def test_versions_published_at_once_leave_one_in_force(house: House, cause: MakeCause) -> None:
    guides = house.stores.guides
    rivals = [plain_guide(8, version=number) for number in range(1, 7)]
    ended = await asyncio.gather(
        *(Publishing(guides).publish(one, cause()) for one in rivals), return_exceptions=True
    )
    assert all(isinstance(one, Guide | Conflict) for one in ended), ended
    assert await guides.published(rivals[0].item) in rivals
    assert await guides.documents.count_documents({"item": rivals[0].item, "state": "published"}) == 1


async def test_one_publisher_wins(house: House, cause: MakeCause) -> None:
    guides = house.stores.guides
    rivals = [plain_guide(5, summary=f"第{number}稿") for number in range(8)]
    ended = await asyncio.gather(
        *(Publishing(guides).publish(one, cause()) for one in rivals), return_exceptions=True
    )
    won = [one for one in ended if isinstance(one, Guide)]
    assert len(won) == 1
    assert all(isinstance(one, Guide | Conflict) for one in ended), ended
    assert await guides.published(rivals[0].item) == won[0]


async def test_the_same_guide_loaded_by_many_at_once_is_published_once(
    house: House, cause: MakeCause
) -> None:
    guides = house.stores.guides
    for number in range(30, 36):
        guide = plain_guide(number)
        done = await asyncio.gather(*(Publishing(guides).put(guide, cause()) for _ in range(8)))
        assert (await guides.published(guide.item), done.count(True)) == (guide, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"item": "1" * 30}, "item"),
        ({"time_limit": {"decision": 21, "legal": 20}}, "not longer than the legal one"),
        ({"audience": []}, "audience"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_guides_that_cannot_be(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        plain_guide(**wrong)


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        ([{"name": "a", "label": "-", "kind": "choice"}], "options go with choice"),
        ([{"name": "a", "label": "-", "kind": "text"}] * 2, "asked twice"),
        (
            [{"name": "a", "label": "-", "kind": "text", "when": {"question": "b", "values": ["yes"]}}],
            "not asked for before it",
        ),
        (
            [
                {"name": "b", "label": "-", "kind": "yes_no"},
                {"name": "a", "label": "-", "kind": "text", "when": {"question": "b", "values": ["maybe"]}},
            ],
            "not asked for before it",
        ),
    ],
)
def test_forms_that_cannot_be(questions: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        plain_guide(form={"sections": [{"title": "-", "questions": questions}]})


async def test_a_department_is_written_only_when_it_changes(house: House, cause: MakeCause) -> None:
    departments = house.stores.departments
    bureau = Department(code=USCC, name="民政局", short="民政", phone="020-84610000", address="清河东路")
    assert await departments.put(bureau, cause())
    assert not await departments.put(bureau, cause())
    assert await departments.put(bureau.model_copy(update={"phone": "020-84610009"}), cause())
    assert [one.phone for one in await departments.all()] == ["020-84610009"]


def test_every_door_but_the_systems_own_is_offered_in_one_way() -> None:
    assert sorted(door for offer in Offer for door in offer.doors) == sorted(set(Channel) - {Channel.SYSTEM})


def test_a_material_of_one_way_says_which() -> None:
    material = plain_guide().materials[0]
    assert material.model_copy(update={"asked": [Way.WINDOW, Way.ONLINE]}).only_way is None
    assert material.model_copy(update={"asked": [Way.WINDOW]}).only_way is Way.WINDOW


@pytest.mark.article("23.elsewhere")
def test_form_generation_alone_is_not_online() -> None:
    kinds = {kind: plain_guide().model_copy(update={"handling": kind}).online for kind in Handling}
    assert [kind for kind, online in kinds.items() if not online] == [Handling.FORM_GENERATION]


@pytest.mark.parametrize(
    "changes",
    [
        {"handling": "pre_acceptance", "visits": 1},
        {"handling": "form_generation", "visits": 1},
        {"materials": [{"code": "form", "name": "签名的申请表", "kinds": ["paper"]}]},
    ],
)
def test_what_ends_at_a_window_is_not_begun_at_a_kiosk(changes: dict[str, Any]) -> None:
    offered: dict[str, Any] = {"channels": ["h5", "kiosk", "window"]}
    check_publishable(plain_guide(**offered))
    check_publishable(plain_guide(**changes))
    with pytest.raises(Refused) as refused:
        check_publishable(plain_guide(**offered, **changes))
    assert refused.value.code == "not_for_kiosks"
