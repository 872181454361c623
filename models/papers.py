"""What papers are made of, for the screen and for print."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A heading of a paper with its paragraphs."""

    title: str
    lines: tuple[str, ...]
