"""What happened to one's own matter, as its owner sees it."""

from datetime import datetime
from typing import Any

from pydantic import Field

from handlers.api.contract import Answer
from models.store import Document


class Happening(Answer):
    at: datetime
    who: str = Field(description="applicant, account, staff or system: the kind, not the name")
    what: str = Field(description="name of the event")
    reason: str | None


def happenings(document: Document) -> list[Happening]:
    return [_happening(line) for line in document.get("timeline", [])]


def _happening(line: dict[str, Any]) -> Happening:
    who = str(line["actor"]).partition(":")[0]
    return Happening(at=line["at"], who=who, what=line["what"], reason=line.get("reason"))
