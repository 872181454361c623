"""What of an application is kept sealed: the answers, the postal address, and what staff write."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.applications.case import Case
from models.applications.coming import way_of
from models.applications.document import Application, KeptPlace
from models.applications.receiving import How
from models.guides import Answers
from models.privacy import Privacy
from models.store import Document

WRITTEN = frozenset({"reason", "basis"})
"""What staff write, in lines of the timeline, supplements, refusal and result: it may tell of anybody."""


class Sealing:
    """Seals and opens parts of applications, each for its application and its place alone."""

    privacy: Privacy

    def answers(self, application: Application) -> Answers:
        """The answers, opened."""
        return {
            name: self.privacy.opened(value, f"application:{application['_id']}:{name}")
            for name, value in application["answers"].items()
        }

    def sealed(self, key: str, answers: Mapping[str, Any]) -> Document:
        """Answers as they are kept: all of them sealed, since nothing searches them and no list of what is
        private would ever be complete."""
        return {
            name: self.privacy.sealed(value, f"application:{key}:{name}") for name, value in answers.items()
        }

    def kept(self, key: str, part: Mapping[str, Any]) -> Document:
        """A part of an application as it is kept: what staff wrote in it is sealed."""
        return {
            name: self.privacy.sealed(value, _context(key)) if name in WRITTEN else value
            for name, value in part.items()
        }

    def open_written(self, document: Document) -> None:
        """Open what staff wrote, in the document itself."""
        for written in written_in(document):
            for name in WRITTEN & written.keys():
                written[name] = self.privacy.opened(written[name], _context(document["_id"]))

    def place(self, application: Application) -> KeptPlace | None:
        """How the result is received, with the address opened; None for a draft."""
        place = application["place"]
        if not place or not place["address"]:
            return place
        address = self.privacy.open(place["address"], f"application:{application['_id']}:address")
        return {**place, "address": address}

    def postal_address(self, case: Case) -> str | None:
        """Where a courier brings the result, opened; None where none does."""
        place = self.place(case.application)
        return place["address"] if place and way_of(case) is How.COURIER else None

    def sealed_address(self, key: str, address: str) -> str:
        """A postal address as it is kept."""
        return self.privacy.seal(address, f"application:{key}:address")


def written_in(document: Document) -> Iterator[Document]:
    """The parts of an application in which staff write."""
    yield from document.get("timeline", ())
    yield from document.get("supplements", ())
    yield from document.get("internal", ())
    yield from (part for name in ("refusal", "result") if (part := document.get(name)))


def _context(key: str) -> str:
    return f"application:{key}:words"
