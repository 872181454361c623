"""A house, empty, with both drivers."""

from collections.abc import AsyncIterator

import pytest

from models.people.parties import Party
from tests.house.clock import START, Clock
from tests.house.database import unused_name
from tests.house.desk import Desk
from tests.house.house import House
from tests.house.outside import Register, TakesAll
from tests.house.people import ELDER
from tests.house.stores import empty, stores_over
from wechat_backend.database.connection import WORKER_PATIENCE, connect
from wechat_backend.database.connection import Database as Connected


@pytest.fixture(scope="session")
async def indexed_ones() -> AsyncIterator[dict[str, Connected]]:
    """By driver, a database with the indexes of all stores: they take longer to make than most tests."""
    made: dict[str, Connected] = {}
    yield made
    for database in made.values():
        await database.drop()
        await database.close()


@pytest.fixture(scope="module")
async def indexed(
    mongo_uri: str, any_database: Connected, indexed_ones: dict[str, Connected]
) -> AsyncIterator[Connected]:
    """With the indexes of all stores, and the driver of the module's database; `house` leaves it empty."""
    driver = "motor" if "motor" in type(any_database.client).__module__ else "pymongo"
    if driver not in indexed_ones:
        indexed_ones[driver] = await connect(mongo_uri, unused_name(), driver, WORKER_PATIENCE)
        await stores_over(indexed_ones[driver], lambda: START, Register()).prepare()
    database = indexed_ones[driver]
    yield database
    indexed = {store.collection for store in stores_over(database, lambda: START, Register()).all()}
    for name in set(await database.native.list_collection_names()) - indexed:
        await database.native.drop_collection(name)


@pytest.fixture
async def house(indexed: Connected, clock: Clock) -> AsyncIterator[House]:
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
