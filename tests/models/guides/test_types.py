"""What follows from the type of an item."""

import pytest

from models.errors import Refused
from models.guides import TYPES, ItemType, check_publishable, guide_of
from tests.house.guides import plain_guide as a_guide


def test_each_type_has_its_own_label_and_two_decisions() -> None:
    assert set(TYPES) == set(ItemType)
    assert len({rules.label for rules in TYPES.values()}) == len(TYPES)
    assert all(rules.approved != rules.denied for rules in TYPES.values())


def test_only_a_permit_is_bound_by_the_law_on_permits() -> None:
    """行政许可法 32 and 42."""
    assert [kind for kind, rules in TYPES.items() if rules.silent_acceptance] == [ItemType.PERMIT]
    assert [kind for kind, rules in TYPES.items() if rules.limit] == [ItemType.PERMIT]


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (ItemType.PERMIT, {"legal": 20}),
        (ItemType.PERMIT, {"legal": 30, "basis": "《中华人民共和国环境影响评价法》第二十二条"}),
        (ItemType.CONFIRMATION, {"legal": 30}),
    ],
)
def test_a_legal_limit_that_stands(kind: ItemType, limit: dict[str, object]) -> None:
    check_publishable(a_guide(type=kind, time_limit=limit))


def test_a_permits_longer_limit_names_its_law() -> None:
    """行政许可法 42: twenty days, unless another law or regulation says so."""
    with pytest.raises(Refused, match=r"行政许可的法定时限超过20个工作日的.*行政许可法第四十二条") as refused:
        check_publishable(a_guide(type=ItemType.PERMIT, time_limit={"legal": 21}))
    assert refused.value.code == "limit_unfounded"


def test_a_stored_guide_without_a_type_is_of_no_special_type() -> None:
    stored = a_guide(type=ItemType.PERMIT).model_dump(mode="json")
    assert guide_of(stored).type is ItemType.PERMIT
    del stored["type"], stored["time_limit"]["basis"]
    assert guide_of(stored).type is ItemType.OTHER
