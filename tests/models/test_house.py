"""The house of the tests brings an application to every state that there is."""

import pytest

from models.applications import Application, State
from tests.house.guides import plain_guide
from tests.house.house import House

PRINTED = plain_guide(2, handling="form_generation", visits=1)


@pytest.mark.parametrize("state", State)
async def test_an_application_is_brought_to_every_state(house: House, state: State) -> None:
    guide = PRINTED if state is State.GENERATED else plain_guide()
    found: Application = await house.application(state, guide=guide)
    assert found["state"] == state
