"""A person whose decision a test brings to where it wants it."""

import pytest

from models.blacklist import Reference
from models.people import Party
from models.store import Database
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.listing import Listing


@pytest.fixture(scope="module")
async def any_database(database: Database) -> Database:
    """With the default driver alone: what the drivers differ in is the kernel's, and is tried there."""
    return database


@pytest.fixture
async def listing(house: House, party: Party) -> Listing:
    """Of the person of `party`."""
    found = await house.application(party=party, guide=plain_guide(9))
    return Listing(house, party.id, (Reference("application", found["_id"]),))
