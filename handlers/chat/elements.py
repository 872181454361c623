"""The elements of a message: what stands right under the root of an XML, by name. Pure."""

import re
from typing import NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

from models.errors import BadInput


class MessageUnreadable(BadInput):
    code = "message_unreadable"
    message = "消息格式有误"


CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


def parse_xml(text: str) -> dict[str, str]:
    """The texts of the elements that hold nothing else, without blanks around; an element that is empty or
    comes twice is left out, and so are forbidden characters. A declaration of entities is refused.

    Raises:
        BadInput: `message_unreadable`.
    """
    reader = _Reader()
    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.EntityDeclHandler = _refused
    try:
        parser.Parse(CONTROL.sub("", text).encode(), True)
    except ExpatError:
        raise MessageUnreadable from None
    return {name: text for name, text in reader.found.items() if text}


def _refused(*_declared: object) -> NoReturn:
    raise MessageUnreadable


class _Reader:
    def __init__(self) -> None:
        self.depth = 0
        self.texts: list[str] | None = None
        """Of the element that is being read; None where it holds more than text."""
        self.found: dict[str, str] = {}

    def start(self, _name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.texts = [] if self.depth == 2 and not attributes else None

    def characters(self, text: str) -> None:
        if self.texts is not None:
            self.texts.append(text)

    def end(self, name: str) -> None:
        if self.depth == 2:
            is_first = name not in self.found
            self.found[name] = "".join(self.texts).strip() if is_first and self.texts is not None else ""
        self.depth -= 1
        self.texts = None
