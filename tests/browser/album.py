"""Pictures of the panel's pages as tests pass them, at a desk and on a phone; on the way each page is asked
what every page of every door is asked."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, ViewportSize

from tests.looks import picture, serious

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
SIZES = {"desk": DESK, "phone": PHONE}


@dataclass
class Album:
    """The pictures of one day, in their order: `artifacts/NAME/01-desk-home.png`, …"""

    name: str
    count: int = 0

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    @property
    def folder(self) -> Path:
        return ARTIFACTS / self.name

    async def keep(self, page: Page, name: str) -> None:
        """A picture at each size, where nothing is wider than the page; axe finds nothing at the desk."""
        self.count += 1
        for place, size in SIZES.items():
            await page.set_viewport_size(size)
            await picture(page, self.folder / f"{self.count:02}-{place}-{name}.png", whole=True)
            assert await page.evaluate("document.documentElement.scrollWidth") == size["width"], name
            if size is DESK:
                assert await serious(page) == [], name
        await page.set_viewport_size(DESK)

    async def snap(self, page: Page, name: str) -> None:
        """A picture of the page at the size that it has."""
        self.count += 1
        await picture(page, self.folder / f"{self.count:02}-{name}.png", whole=True)
