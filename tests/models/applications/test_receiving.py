"""Ways of receiving a result, and whether, when and where one comes (articles 11, 12, 15, 16)."""

from itertools import product
from typing import Any

import pytest

from models.applications import (
    NO_VISIT,
    Case,
    How,
    Place,
    State,
    Visit,
    offered,
    stops,
    visit_now,
    visits,
    visits_ahead,
    visits_in_letters,
)
from models.applications.coming import where
from models.applications.receiving import VISITS, WayNotOffered, check_place
from models.guides import Guide, Handling, Medium
from tests.house.desk import ADDRESS, Desk, place_of
from tests.house.guides import form_guide, plain_guide
from tests.house.places import HALL, hall
from wechat_backend.loading.loader import load

GUIDES = load().guides
ROOM_IN_LETTERS = 20
MEDIA = [[Medium.ELECTRONIC], [Medium.PAPER], [Medium.ELECTRONIC, Medium.PAPER]]
PRINTED, SEALED, ONLINE = Handling.FORM_GENERATION, Handling.PRE_ACCEPTANCE, Handling.FULLY_ONLINE


def shapes() -> list[Guide]:
    """All that the rule can meet: each handling form, result, medium, and whether it is done on the spot."""
    return [
        form_guide(
            handling=handling,
            visits=int(handling is not ONLINE),
            deliverable=result,
            deliverable_in=media,
            time_limit={"on_the_spot": on_the_spot},
        )
        for handling, result, media, on_the_spot in product(Handling, ("凭证", ""), MEDIA, (True, False))
    ]


def variants() -> list[Guide]:
    """Each guide of the data as each handling form would have it, and all shapes."""
    handled = [one.model_copy(update={"handling": kind}) for one, kind in product(GUIDES, Handling)]
    return [*handled, *shapes()]


@pytest.mark.article("16.result")
def test_what_is_offered_is_taken_and_nothing_else() -> None:
    for guide, how in product(variants(), How):
        place = place_of(guide, how)
        if how in offered(guide):
            check_place(guide, place)
            continue
        with pytest.raises(WayNotOffered):
            check_place(guide, place)


@pytest.mark.article("15.electronic", "16.result")
def test_a_way_is_offered_for_what_the_result_is() -> None:
    for guide in variants():
        ways = offered(guide)
        assert ways
        assert (How.TOLD in ways) == (not guide.deliverable)
        if How.ELECTRONIC in ways:
            assert Medium.ELECTRONIC in guide.deliverable_in
        if {How.COURIER, How.WINDOW} & set(ways):
            assert Medium.PAPER in guide.deliverable_in


@pytest.mark.article("12.1", "12.3")
def test_the_usual_way_has_the_fewest_visits_and_those_that_the_guide_promises() -> None:
    for guide in variants():
        counts = [len(visits(guide, how)) for how in offered(guide)]
        assert counts == sorted(counts)
    for guide in GUIDES:
        assert len(visits(guide, offered(guide)[0])) == guide.visits, guide.name


@pytest.mark.article("11.contents")
def test_that_one_need_not_come_is_said_exactly_where_one_need_not() -> None:
    for guide, how in product(variants(), How):
        coming = visits(guide, how)
        said = visits_in_letters(coming)
        assert ("无需到场" in said) == (not coming)
        assert len(said) <= ROOM_IN_LETTERS
    assert all(len(words.now_in_letters) <= ROOM_IN_LETTERS for words in VISITS.values())


@pytest.mark.article("12.1", "12.3", "16.result")
@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        ({"handling": ONLINE}, {How.ELECTRONIC: [], How.COURIER: [], How.WINDOW: [Visit.COLLECT]}),
        ({"handling": ONLINE, "deliverable_in": ["electronic"]}, {How.ELECTRONIC: []}),
        ({"handling": ONLINE, "deliverable": ""}, {How.TOLD: []}),
        (
            {"handling": PRINTED},
            {
                How.ELECTRONIC: [Visit.HAND_IN],
                How.COURIER: [Visit.HAND_IN],
                How.WINDOW: [Visit.HAND_IN, Visit.COLLECT],
            },
        ),
        (
            {"handling": PRINTED, "deliverable_in": ["paper"]},
            {How.COURIER: [Visit.HAND_IN], How.WINDOW: [Visit.HAND_IN, Visit.COLLECT]},
        ),
        (
            {"handling": PRINTED, "time_limit": {"on_the_spot": True}},
            {How.WINDOW: [Visit.HAND_IN_AND_COLLECT]},
        ),
        ({"handling": SEALED}, {How.WINDOW: [Visit.SIGN_AND_COLLECT]}),
        ({"handling": SEALED, "deliverable_in": ["electronic"]}, {How.ELECTRONIC: [Visit.SIGN]}),
    ],
)
def test_each_handling_form_has_its_ways_and_visits(
    changes: dict[str, Any], ways: dict[How, list[Visit]]
) -> None:
    guide = plain_guide(**changes)
    assert {how: list(visits(guide, how)) for how in offered(guide)} == ways


@pytest.mark.article("16.result")
async def test_the_store_takes_what_is_offered_and_refuses_the_rest(desk: Desk) -> None:
    await stations(desk)
    for number, shape in enumerate(shape for shape in shapes() if shape.deliverable):
        guide = shape.model_copy(update={"item": plain_guide(number + 10).item})
        for how in offered(guide):
            person = desk.of(await desk.house.applicant())
            draft = await person.filled(guide)
            for other in set(How) - set(offered(guide)):
                with pytest.raises(WayNotOffered) as refused:
                    await person.hand_in(draft, place_of(guide, other))
                assert refused.value.code == "way_not_offered"
            assert (await person.hand_in(draft, place_of(guide, how)))["serial"]


async def stations(desk: Desk) -> None:
    await desk.stores.halls.put(HALL, desk.house.by())
    await desk.stores.halls.put(hall("wanbo", name="万博大厅"), desk.house.by())


@pytest.mark.article("11.contents")
@pytest.mark.parametrize(
    ("handling", "how", "said"),
    [
        (ONLINE, How.ELECTRONIC, NO_VISIT),
        (ONLINE, How.COURIER, f"{NO_VISIT}；快递到付：{ADDRESS}"),
        (ONLINE, How.WINDOW, f"领取地点：{HALL.name}"),
        (PRINTED, How.ELECTRONIC, f"提交地点：{HALL.name}等2个大厅任选一处"),
        (PRINTED, How.COURIER, f"提交地点：{HALL.name}等2个大厅任选一处；快递到付：{ADDRESS}"),
        (PRINTED, How.WINDOW, f"提交地点：{HALL.name}等2个大厅任选一处；领取地点：{HALL.name}"),
        (SEALED, How.WINDOW, f"签字盖章、领取地点：{HALL.name}"),
    ],
)
async def test_the_receipt_says_where(desk: Desk, handling: Handling, how: How, said: str) -> None:
    await stations(desk)
    guide = form_guide(
        20, handling=handling, visits=int(handling is not ONLINE), places=["district", "wanbo"]
    )
    found = await desk.hand_in(await desk.filled(guide), place_of(guide, how))
    receipt = await desk.stores.filing.receipt(await desk.own(found["_id"]), "")
    assert receipt.place == said
    assert ("无需到场" in receipt.place) == (not receipt.stops)


@pytest.mark.article("11.contents", "12.1")
async def test_what_lies_ahead_grows_less(desk: Desk) -> None:
    await stations(desk)
    guide = form_guide(21, handling=PRINTED, visits=1)
    found = await desk.hand_in(await desk.filled(guide), Place(How.WINDOW, "district"))

    async def coming() -> tuple[tuple[Visit, ...], Visit | None]:
        case = await desk.own(found["_id"])
        return visits_ahead(case), visit_now(case)

    assert await coming() == ((Visit.HAND_IN, Visit.COLLECT), Visit.HAND_IN)
    await desk.receive(found["_id"])
    assert await coming() == ((Visit.COLLECT,), None)
    await desk.accept(found["_id"])
    await desk.approve(found["_id"])
    assert await coming() == ((Visit.COLLECT,), Visit.COLLECT)


@pytest.mark.article("12.denial")
async def test_nobody_comes_for_a_denial(desk: Desk) -> None:
    await stations(desk)
    guide = form_guide(22, handling=SEALED, visits=1)
    found = await desk.hand_in(await desk.filled(guide))
    await desk.accept(found["_id"])
    await desk.conclude(found["_id"], "denied", "不符合条件", None)
    case = await desk.own(found["_id"])
    assert (visits_ahead(case), visit_now(case)) == ((), None)


@pytest.mark.parametrize("how", [How.WINDOW, How.COURIER, How.ELECTRONIC])
async def test_of_an_early_guide_without_a_result_the_decision_is_told(desk: Desk, how: How) -> None:
    """Its applications chose what meant nothing, and their receipts say so no more."""
    await stations(desk)
    guide = form_guide(23)
    found = await desk.hand_in(await desk.filled(guide), place_of(guide, how))
    early = guide.model_copy(update={"deliverable": ""})
    case = Case(found, early)
    halted = await stops(case, desk.stores.halls)
    assert where(halted, desk.stores.applications.postal_address(case)) == NO_VISIT


async def test_a_draft_of_an_early_guide_is_handed_in(desk: Desk) -> None:
    guide = form_guide(24)
    draft = await desk.filled(guide)
    guides = desk.stores.guides
    await guides.documents.update_one({"_id": guide.key}, {"$set": {"deliverable": ""}})
    guides.unchanging.clear()
    for how in (How.WINDOW, How.COURIER, How.ELECTRONIC):
        with pytest.raises(WayNotOffered):
            await desk.hand_in(draft, place_of(guide, how))
    assert (await desk.hand_in(draft))["state"] is State.SUBMITTED
