import pytest

from models.store import Database
from tests.house.house import House
from tests.house.kiosks import Kiosked, kiosked


@pytest.fixture(scope="module")
async def any_database(database: Database) -> Database:
    """With the default driver alone: what the drivers differ in is the kernel's, and is tried there."""
    return database


@pytest.fixture
async def kiosks(house: House) -> Kiosked:
    return await kiosked(house)
