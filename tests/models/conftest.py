"""A house, empty, with both drivers."""

from collections.abc import AsyncIterator

import pytest

from models.people.parties import Party
from models.store import Database
from tests.house.clock import START, Clock
from tests.house.desk import Desk
from tests.house.house import House
from tests.house.outside import Register, TakesAll
from tests.house.people import ELDER
from tests.house.stores import empty, stores_over


@pytest.fixture(scope="module")
async def indexed(any_database: Database) -> Database:
    """The module's database with the indexes of all stores."""
    await stores_over(any_database, lambda: START, Register()).prepare()
    return any_database


@pytest.fixture
async def house(indexed: Database, clock: Clock) -> AsyncIterator[House]:
    register = Register({ELDER[1]: ELDER[0]})
    house = House(stores_over(indexed, clock.now, register), register)
    house.stores.materials.inspector = TakesAll()
    yield house
    await empty(house.stores)


@pytest.fixture
async def party(house: House) -> Party:
    return await house.applicant()


@pytest.fixture
def desk(house: House, party: Party) -> Desk:
    return house.desk(party)
