"""What happened to one's own matter, as its owner sees it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from handlers.api.contract import Answer, Said
from handlers.web.words import HAPPENED


class Happening(Answer):
    at: datetime
    who: str = Field(description="applicant, account, staff or system: the kind, not the name")
    what: str = Field(description="name of the event")
    label: Said = Field(description="the word for it")
    reason: str | None


def happenings(document: Mapping[str, Any]) -> list[Happening]:
    return [_happening(line) for line in document.get("timeline", [])]


def _happening(line: Mapping[str, Any]) -> Happening:
    who = str(line["actor"]).partition(":")[0]
    what = str(line["what"])
    return Happening(
        at=line["at"], who=who, what=what, label=HAPPENED.get(what, what), reason=line.get("reason")
    )
