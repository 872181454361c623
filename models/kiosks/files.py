"""The files of kiosks: instructions, fault manuals and letters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

from models.errors import DomainError
from models.events import Cause
from models.kiosks.document import Letter, Paper
from models.kiosks.rules import line_of
from models.materials.store import Materials

LETTER = "letter"


@dataclass(frozen=True)
class GivenLetter:
    """A 工作联络单 or 公函 as it was handed in: its number, and the file."""

    number: str
    file: BinaryIO


@dataclass(frozen=True)
class KioskFiles:
    materials: Materials

    @asynccontextmanager
    async def paper(
        self, department: str, key: str, paper: Paper, file: BinaryIO, by: Cause
    ) -> AsyncIterator[str]:
        """The id of a paper that is kept, unless what is done with it is refused.

        Raises:
            BadInput: the file cannot be taken; see `models.materials.inspection`.
        """
        async with self._kept(department, key, paper.value, paper.label, file, by) as kept:
            yield kept

    @asynccontextmanager
    async def letter(
        self, department: str, key: str, given: GivenLetter | None, by: Cause
    ) -> AsyncIterator[Letter | None]:
        """A letter that is kept, unless what is done with it is refused; None where none is given.

        Raises:
            BadInput: `kiosk_words_missing`; the file cannot be taken.
        """
        if given is None:
            yield None
            return
        number = line_of(given.number, "letter_number")
        async with self._kept(department, key, LETTER, "联络单或公函", given.file, by) as kept:
            yield Letter(number=number, file=kept)

    async def drop(self, key: str, by: Cause) -> None:
        await self.materials.drop(key, by)

    @asynccontextmanager
    async def _kept(
        self, department: str, key: str, code: str, title: str, file: BinaryIO, by: Cause
    ) -> AsyncIterator[str]:
        kept = (await self.materials.keep(department, key, code, title, file, by))["_id"]
        try:
            yield kept
        except DomainError:
            await self.materials.drop(kept, by)
            raise
