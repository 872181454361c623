"""Answers in the words of the form."""

from collections.abc import Callable, Mapping
from typing import Any

from models.guides import Guide, Question
from models.people import mask_number, mask_phone

SHOWN_IN_PART: Mapping[str, Callable[[str], str]] = {
    "credential": mask_number,
    "reference": mask_number,
    "phone": mask_phone,
}
"""The kinds of questions whose answers people around the screen are not to read."""
YES_NO = {"yes": "是", "no": "否"}


def in_part(kind: str, text: str) -> str:
    """An answer to a question of this kind as its owner's screen shows it until they ask to see it whole."""
    return SHOWN_IN_PART[kind](text) if kind in SHOWN_IN_PART else text


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


def with_parts(
    guide: Guide, answers: dict[str, Any], translate: Callable[[str], str] = str
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """As `readable`, each answer also as it is shown at first."""
    kinds = {question.name: question.kind for question in guide.form.questions()}
    parts = {name: in_part(kinds[name], a) if isinstance(a, str) else a for name, a in answers.items()}
    both = zip(readable(guide, answers, translate), readable(guide, parts, translate), strict=True)
    return [
        (title, [(label, whole, part) for (label, whole), (_, part) in zip(rows, shown, strict=True)])
        for (title, rows), (_, shown) in both
    ]


def in_words(question: Question, answer: Any, translate: Callable[[str], str] = str) -> str:
    labels = YES_NO if question.kind == "yes_no" else {o.value: o.label for o in question.options}
    values = answer if isinstance(answer, list) else [answer]
    return translate("、").join(
        translate(labels[value]) if value in labels else value for value in map(str, values)
    )
