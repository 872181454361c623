"""The visit of the demo that has two matters."""

import pytest

from models.appointments import State
from tests.wechat_backend.demo.test_cases import Demo, demo
from wechat_backend.demo import visits

__all__ = ["demo"]


@pytest.mark.article("9.booking")
async def test_one_visit_with_two_matters_however_often_the_demo_starts(demo: Demo) -> None:
    await demo.furnish()
    stores = demo.stores
    booked = {"state": State.BOOKED.value, "hall": visits.HALL}
    found = await stores.appointments.documents.find(booked).to_list()
    together = [one for one in found if one["visit"] != one["_id"]]
    assert {one["item_name"] for one in together} == set(visits.ITEMS)
    assert len({one["visit"] for one in together}) == 1
    first, second = sorted(together, key=lambda one: one["start"])
    assert first["end"] == second["start"]
