"""Answers in the words of the form."""

from collections.abc import Callable
from typing import Any

from models.guides import Guide, Question

YES_NO = {"yes": "是", "no": "否"}


def readable(
    guide: Guide, answers: dict[str, Any], translate: Callable[[str], str] = str
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each section's title with its questions and answers in words; what was not asked is left out."""
    sections = [
        (
            section.title,
            [
                (q.label, in_words(q, answers[q.name], translate))
                for q in section.questions
                if answers.get(q.name) not in (None, "", [])
            ],
        )
        for section in guide.form.sections
    ]
    return [section for section in sections if section[1]]


def in_words(question: Question, answer: Any, translate: Callable[[str], str] = str) -> str:
    labels = YES_NO if question.kind == "yes_no" else {o.value: o.label for o in question.options}
    values = answer if isinstance(answer, list) else [answer]
    return translate("、").join(
        translate(labels[value]) if value in labels else value for value in map(str, values)
    )
