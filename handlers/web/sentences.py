"""A sentence in the visitor's language, with the values that fill it."""

from typing import Any

from tornado.locale import Locale


def filled(locale: Locale, text: str, **values: Any) -> str:
    """The first number among the values chooses the form of a sentence that has two: 1 day, 2 days."""
    numbers = [value for value in values.values() if isinstance(value, int)]
    sentence = locale.translate(text, text, numbers[0]) if numbers else text
    if sentence == text:  # it has one form for all numbers
        sentence = locale.translate(text)
    return sentence.format(**values)
