"""The fixture `api`: one service a module."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.house.api import Service, opened_api


@pytest.fixture(scope="module")
async def api(mongo_uri: str, database: Any) -> AsyncIterator[Service]:
    async with opened_api(mongo_uri, database) as service:
        yield service
