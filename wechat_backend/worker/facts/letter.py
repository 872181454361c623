"""A notice in words, and how it fits the templates of WeChat and Aliyun."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.outgoing.notices import Notice

LIMITS = {"thing": 20, "character_string": 32, "phone_number": 17, "const": 20}
"""Characters that WeChat takes in a field, by the type that its name begins with."""
LONGEST_PARAMETER = 35
NOTHING = "无"


@dataclass(frozen=True)
class Facts:
    """What the letters about one subject can say; a subclass has one text for each fact."""


@dataclass(frozen=True)
class Gathered:
    """The facts of one letter, and how its person is reached now: by the account, or the `openid`, which is
    that of a member of the staff."""

    facts: Facts
    account: str | None = None
    openid: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Letter:
    """A notice in words: the facts that its fields show, the page it leads to, and whom it is for."""

    facts: Mapping[str, str]
    page: str = ""
    account: str | None = None
    openid: str | None = None
    phone: str | None = None


def fields(notice: Notice, letter: Letter) -> dict[str, str]:
    """The fields of the WeChat template."""
    return {name: _fitting(name, letter.facts[fact]) for name, fact in notice.fields.items()}


def parameters(notice: Notice, letter: Letter) -> dict[str, str]:
    """The parameters of the SMS template; Aliyun refuses empty ones too."""
    return {name: shorten(letter.facts[name], LONGEST_PARAMETER) or NOTHING for name in notice.parameters}


def shorten(text: str, most: int) -> str:
    """`text` on one line, with … where it is cut."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def limit_of(field: str) -> int | None:
    """How many characters WeChat takes in a field, where we know it."""
    return LIMITS.get(field.rstrip("0123456789"))


def _fitting(name: str, text: str) -> str:
    """WeChat refuses a field that is too long, or empty."""
    limit = limit_of(name)
    return (shorten(text, limit) if limit else text) or NOTHING
