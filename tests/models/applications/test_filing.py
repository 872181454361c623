"""What an applicant does with an application (articles 10, 11, 13, 24), in MongoDB with both drivers."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import DuplicateKeyError

from models.applications import (
    Action,
    Application,
    Case,
    How,
    Place,
    State,
    lacking,
    next_state,
    public_view,
    steps_from,
)
from models.applications.receiving import PromiseRequired
from models.clocks import due_of
from models.errors import BadInput, Conflict, DomainError, InvalidForm, NotFound, Refused
from models.events import Channel, Event
from models.people.parties import Party
from models.store import Document
from tests.house.clock import Clock
from tests.house.desk import ANSWERS, Desk
from tests.house.guides import DEPARTMENT, USCC, form_guide


async def test_a_draft_is_prefilled_and_one_for_each_guide(desk: Desk) -> None:
    await desk.house.publish(form_guide())
    drafts = await asyncio.gather(*(desk.begun() for _ in range(10)))
    assert len({draft["_id"] for draft in drafts}) == 1
    assert desk.stores.applications.answers(drafts[0]) == {"name": "陈建国"}


async def test_sensitive_answers_are_sealed_and_come_back_as_they_were(desk: Desk) -> None:
    draft = await desk.filled()
    assert "6222" not in str(draft["answers"])
    assert "陈建国" not in str(draft["answers"])
    assert desk.stores.applications.answers(draft) == ANSWERS


@pytest.mark.article("11.contents")
async def test_a_receipt_has_all_that_article_11_asks_for(desk: Desk, party: Party) -> None:
    found = await desk.submitted()
    receipt = await desk.stores.filing.receipt(await desk.own(found["_id"]), "https://example.org")
    assert receipt.serial.startswith("20261124")
    assert (receipt.applicant, receipt.credential) == ("陈**", party.applicant["credential"]["masked"])
    assert (receipt.item, receipt.department) == (form_guide().name, DEPARTMENT.name)
    assert receipt.materials == [("身份证", "submitted"), ("照片", "missing")]
    assert (receipt.handling, receipt.place) == ("fully_online", "网上办理，无需到场")
    # five working days after Tuesday 24 November
    assert due_of(receipt.running) == datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    assert receipt.verify_url == f"https://example.org/verify/{receipt.serial}"


async def test_a_postal_address_is_sealed_but_on_the_receipt(desk: Desk) -> None:
    draft = await desk.filled()
    place = Place(How.COURIER, address="陈建国 13900010001 沙湾街道紫坭村1号")
    found = await desk.hand_in(draft, place=place)
    assert "紫坭村" not in str(found)
    receipt = await desk.stores.filing.receipt(await desk.own(found["_id"]), "")
    assert receipt.place == f"网上办理，无需到场；快递到付：{place.address}"


@pytest.mark.article("11.receipt", "11.serial")
async def test_twenty_submissions_at_once_give_one_serial_number(desk: Desk) -> None:
    draft = await desk.filled()
    results = await asyncio.gather(
        *(desk.hand_in(draft) for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, dict) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 19
    stored = await desk.stores.applications.documents.find_one({"_id": draft["_id"]})
    assert [e["name"] for e in stored["events"]].count("application.submitted") == 1


@pytest.mark.article("12.3", "12.guided")
async def test_nothing_incomplete_is_handed_in(desk: Desk) -> None:
    draft = await desk.begun()
    with pytest.raises(InvalidForm) as wrong:
        await desk.hand_in(draft)
    assert set(wrong.value.fields) == {"kind", "account", "ways"}
    draft = await desk.save(draft, ANSWERS)
    with pytest.raises(Refused) as refused:
        await desk.hand_in(draft)
    assert refused.value.code == "materials_missing"
    assert (await desk.stores.applications.get(draft["_id"]))["serial"] is None


@pytest.mark.article("12.1")
async def test_with_form_generation_files_may_come_with_the_print(desk: Desk) -> None:
    draft = await desk.begun()
    assert [material.code for material in lacking(form_guide(), draft)] == ["id_card"]
    assert lacking(form_guide(handling="form_generation", visits=1), draft) == []


@pytest.mark.article("10.guide")
async def test_an_item_is_begun_only_where_its_guide_offers_it(desk: Desk) -> None:
    for channel in (Channel.MINIPROGRAM, Channel.APP, Channel.KIOSK, Channel.WINDOW, Channel.SYSTEM):
        with pytest.raises(Refused) as elsewhere:
            await desk.begun(form_guide(channels=["h5"]), channel)
        assert elsewhere.value.code == "channel_not_offered"
    for channel in (Channel.H5, Channel.WEB, Channel.CHAT):
        begun = await desk.begun(form_guide(channels=["h5"]), channel)
        assert begun["state"] == State.DRAFT


async def test_beginning_while_the_draft_is_handed_in_begins_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, tries = desk.stores.applications.add, iter([True, False])

    async def taken_once(document: Document, event: Event) -> Application:
        if next(tries):
            raise DuplicateKeyError("the other one was handed in before we could look")
        return await add(document, event)

    monkeypatch.setattr(desk.stores.applications, "add", taken_once)
    assert (await desk.begun())["state"] == State.DRAFT

    async def always_taken(*_: object) -> Document:
        raise DuplicateKeyError("again")

    monkeypatch.setattr(desk.stores.applications, "add", always_taken)
    with pytest.raises(Conflict):
        await desk.begun(form_guide(version=2))


@pytest.mark.article("13.page")
async def test_pages_of_ones_own_follow_each_other_without_answers(desk: Desk, clock: Clock) -> None:
    keys = []
    for number in range(5):
        draft = await desk.begun(form_guide(number))
        keys.append((clock.now(), draft["_id"]))
        clock.advance(timedelta(milliseconds=number % 2))  # some at the same moment
    expected = [key for _, key in sorted(keys, reverse=True)]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page, after = await desk.stores.applications.page_of(desk.party.id, 2, after)
        assert all("answers" not in one for one in page)
        seen += [one["_id"] for one in page]
    assert seen == expected
    for wrong in ("x", "1-2", f"-1-{'0' * 32}", f"{'9' * 20}-{'0' * 32}"):
        with pytest.raises(BadInput):
            await desk.stores.applications.page_of(desk.party.id, 2, wrong)
    query = {"applicant": desk.party.id, "changed_at": {"$lte": clock.now()}}
    listed = desk.stores.applications.documents.find(query).sort([("changed_at", -1), ("_id", -1)])
    plan = await listed.explain()
    assert plan["queryPlanner"]["winningPlan"]["stage"] != "SORT"


async def test_an_applicant_withdraws_until_it_is_decided(desk: Desk) -> None:
    found = await desk.submitted()
    with pytest.raises(NotFound):
        await desk.of(await desk.house.applicant()).withdraw(found["_id"])
    assert (await desk.withdraw(found["_id"]))["state"] == State.WITHDRAWN
    with pytest.raises(Conflict):
        await desk.accept(found["_id"])


@pytest.mark.article("13.serial")
async def test_with_the_serial_number_one_sees_progress_but_no_identity(desk: Desk, party: Party) -> None:
    found = await desk.submitted()
    known = await desk.stores.applications.get_by_serial(found["serial"] or "")
    view = public_view(Case(known, form_guide()))
    assert (view["applicant"], view["status"]) == ("陈**", "已提交，待受理")
    assert not {"陈建国", party.id, party.account} & set(map(str, view.values()))
    with pytest.raises(NotFound):
        await desk.stores.applications.get_by_serial("20261124AAAAAAAAAAA")


async def test_hot_paths_use_indexes(desk: Desk) -> None:
    await desk.submitted()
    for query in (
        {"serial": "20261124AAAAAAAAAAA"},
        {"applicant": desk.party.id},
        {"draft": f"{desk.party.id}:x"},
        {"department": USCC, "state": {"$in": ["submitted"]}},
        {"state": {"$in": ["submitted", "accepted"]}},
        {"events.0.id": {"$exists": True}},
    ):
        plan = await desk.stores.applications.documents.find(query).explain()
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), query


@given(st.lists(st.sampled_from(Action), max_size=12))
def test_no_sequence_of_actions_leaves_the_table(actions: list[Action]) -> None:
    state = State.DRAFT
    for action in actions:
        try:
            after = next_state(state, action)
        except DomainError:
            assert action not in steps_from(state)
        else:
            assert after in State
            assert steps_from(state), "a final state led on"
            state = after


@pytest.mark.article("14.truth")
async def test_nothing_is_handed_in_without_the_promise(desk: Desk) -> None:
    draft = await desk.filled()
    with pytest.raises(PromiseRequired):
        await desk.hand_in(draft, promised=False)
    assert (await desk.stores.applications.get(draft["_id"]))["state"] == State.DRAFT


@pytest.mark.article("16.result")
@pytest.mark.parametrize(
    "place",
    [
        Place(How.WINDOW, hall="elsewhere"),
        Place(How.WINDOW),
        Place(How.COURIER, address="家"),
        Place(How.COURIER),
    ],
)
async def test_a_result_goes_where_it_can_arrive(desk: Desk, place: Place) -> None:
    draft = await desk.filled()
    with pytest.raises(BadInput):
        await desk.hand_in(draft, place=place)
    assert (await desk.stores.applications.get(draft["_id"]))["state"] == State.DRAFT
