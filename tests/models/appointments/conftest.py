"""The store of appointments, and two who book."""

import pytest

from models.appointments import Appointments
from models.people.parties import Party
from tests.house.house import House


@pytest.fixture
def appointments(house: House) -> Appointments:
    return house.stores.appointments


@pytest.fixture
async def party(house: House) -> Party:
    return await house.applicant()


@pytest.fixture
async def other(house: House) -> Party:
    return await house.applicant()
