"""A picture is taken anew where Chromium had no frame to give, and only there."""

from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Error, Page

from tests import looks


class Busy:
    """A page that fails so many times."""

    def __init__(self, failures: int, message: str) -> None:
        self.failures, self.message, self.asked = failures, message, 0

    async def screenshot(self, **_: Any) -> bytes:
        self.asked += 1
        if self.asked <= self.failures:
            raise Error(self.message)
        return b"png"


async def taken(page: Busy) -> bytes:
    return await looks.picture(cast(Page, page), Path("picture.png"), whole=True)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "PAUSE_S", 0)


async def test_without_a_frame_it_is_taken_anew() -> None:
    page = Busy(2, "Protocol error (Page.captureScreenshot): Unable to capture screenshot")
    assert await taken(page) == b"png"
    assert page.asked == 3


@pytest.mark.parametrize(
    ("failures", "message", "asked"),
    [(looks.CAPTURES, "Unable to capture screenshot", looks.CAPTURES), (1, "Target closed", 1)],
)
async def test_any_other_failure_and_lasting_ones_are_raised(failures: int, message: str, asked: int) -> None:
    page = Busy(failures, message)
    with pytest.raises(Error, match=message):
        await taken(page)
    assert page.asked == asked
