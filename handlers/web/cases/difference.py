"""Two states of one application side by side, field by field, in words."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from handlers.web.answers import in_part, in_words
from models.applications import Application
from models.guides import Form, Guide

Translate = Callable[[str], str]


class Row(NamedTuple):
    """One field that differs; empty where there is nothing."""

    name: str
    label: str
    before: str
    after: str
    kind: str = ""

    @property
    def parts(self) -> tuple[str, str]:
        """Before and after as they are shown at first."""
        return in_part(self.kind, self.before), in_part(self.kind, self.after)


class Seen(BaseModel):
    """What a page showed, in any language: answers in words by question, files as `id/name` by material."""

    answers: dict[str, str]
    files: dict[str, str]


def rows_of(
    form: Form, before: Mapping[str, Any], after: Mapping[str, Any], translate: Translate
) -> list[Row]:
    """The questions whose answers differ, without those that the binding answers."""
    asked = {q.name: (q.label, q.kind) for q in form.questions() if not q.locked}
    return list(_differing(asked, _words(form, before, translate), _words(form, after, translate)))


def seen_of(guide: Guide, answers: Mapping[str, Any], found: Application) -> Seen:
    files = {m["code"]: f"{m['file']}/{m['file_name']}" for m in found["materials"] if m["file"]}
    return Seen(answers=_words(guide.form, answers, str), files=files)


def changes(guide: Guide, sent: str, now: Seen) -> list[Row]:
    """The fields that have changed since the page was shown; none if the page does not say what it showed."""
    try:
        before = Seen.model_validate_json(sent)
    except ValidationError:
        return []
    questions = {q.name: (q.label, q.kind) for q in guide.form.questions()}
    materials = {material.code: (material.name, "") for material in guide.materials}
    files = _differing(materials, before.files, now.files)
    return [
        *_differing(questions, before.answers, now.answers),
        *(row._replace(before=_name(row.before), after=_name(row.after)) for row in files),
    ]


def _differing(
    asked: Mapping[str, tuple[str, str]], before: Mapping[str, str], after: Mapping[str, str]
) -> Iterable[Row]:
    for name, (label, kind) in asked.items():
        if before.get(name, "") != after.get(name, ""):
            yield Row(name, label, before.get(name, ""), after.get(name, ""), kind)


def _words(form: Form, answers: Mapping[str, Any], translate: Translate) -> dict[str, str]:
    return {q.name: in_words(q, answers[q.name], translate) for q in form.questions() if q.name in answers}


def _name(file: str) -> str:
    return file.partition("/")[2]
