"""What the numbers in an answer stand for, kept with the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.chat import Listed


@dataclass
class Numbers:
    """Of one answer while it is made: `choices` are what 1, 2 … pick, nothing where it is empty; None leaves
    them the meaning that they had."""

    choices: Sequence[str] | None = None

    def listed(self, openid: str, at: datetime) -> Listed | None:
        return None if self.choices is None else Listed(openid, self.choices, at)
