import pytest

from models.store import Database


@pytest.fixture(scope="module")
async def any_database(database: Database) -> Database:
    """With the default driver alone: what the drivers differ in is the kernel's, and is tried there."""
    return database
