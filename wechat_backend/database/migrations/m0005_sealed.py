"""What people typed is sealed, a question's kind says what is private, a file is called by what it is of.

Of the answers only some were sealed, by a flag `sensitive` of the question; the words of staff and reviews,
the reasons of looks at an identity and the replies of the chat were kept as they were written. A file kept
the name that its sender gave it: it takes its material's name; in `materials`, which do not know that, the
code.

A question of an old guide takes the kind that its label asks for; one that was sensitive for another reason
takes the kind that hides its answer.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from models.privacy import Privacy
from models.store import Document
from wechat_backend.database.migrations.steps import Change, Migration, Seal

ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
RESULT = "办理结果.pdf"
TEXT = {"$type": "string"}
WRITTEN = ("timeline.reason", "supplements.reason", "refusal.reason", "refusal.basis", "result.reason")
REVEALED = "applicant.revealed"

PREFILLED = {"name": "name", "agent_name": "name"}
LABELS = (
    ("phone", "电话|手机|联系方式|传真"),
    ("reference", "身份证|信用代码|护照|号码|编号|帐号|账户$|车牌|号$"),
    ("address", "地址|住址|住所|住处|坐落|门牌|地点"),
    ("name", "姓名|名字|名单|(联系|负责|代表|监护|代办|经办|出租|承租|共有|继承|委托|担保)人$|配偶$|户主$"),
)
HIDING = {"text": "long_text", "number": "money", "choice": "health"}


def _sealed(value: Any, context: str, privacy: Privacy) -> Document:
    return {"sealed": privacy.seal(json.dumps(value), context)}


def _answers(application: Document, privacy: Privacy) -> Document:
    return {
        "$set": {
            f"answers.{name}": _sealed(value, f"application:{application['_id']}:{name}", privacy)
            for name, value in application["answers"].items()
            if not isinstance(value, dict)
        }
    }


def _texts(value: Any, names: list[str], path: str = "") -> Iterator[tuple[str, str]]:
    """The texts at a path of a document, each with its whole path."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, names, f"{path}.{number}")
    elif not names and isinstance(value, str):
        yield path[1:], value
    elif names and isinstance(value, dict):
        yield from _texts(value.get(names[0]), names[1:], f"{path}.{names[0]}")


def _words(application: Document, privacy: Privacy) -> Document:
    context = f"application:{application['_id']}:words"
    found = [text for path in WRITTEN for text in _texts(application, path.split("."))]
    return {"$set": {path: _sealed(words, context, privacy) for path, words in found}}


def _review(review: Document, privacy: Privacy) -> Document:
    return {"$set": {"words": _sealed(review["words"], f"review:{review['_id']}:words", privacy)}}


def _look(event: Document, privacy: Privacy) -> Document:
    reason = _sealed(event["data"]["reason"], f"applicant:{event['about']}:reason", privacy)
    return {"$set": {"data.reason": reason}}


def _carried_looks(applicant: Document, privacy: Privacy) -> Document:
    context = f"applicant:{applicant['_id']}:reason"
    found = _texts(applicant, ["events", "data", "reason"])
    return {"$set": {path: _sealed(reason, context, privacy) for path, reason in found}}


def _reply(message: Document, privacy: Privacy) -> Document:
    return {"$set": {"reply": _sealed(message["reply"], message["_id"], privacy)}}


def _papers(application: Document) -> Document:
    named = (
        (number, paper["name"], paper["file_name"])
        for number, paper in enumerate(application["materials"])
        if paper["file_name"]
    )
    return {
        "$set": {
            f"materials.{number}.file_name": name + _ending(given)
            for number, name, given in named
            if given not in [name + ending for ending in ENDINGS.values()]
        }
    }


def _ending(file_name: str) -> str:
    return next((ending for ending in ENDINGS.values() if file_name.endswith(ending)), ".pdf")


def _file(material: Document) -> Document:
    return {"$set": {"name": material["code"] + ENDINGS[material["media_type"]]}}


def _result(_application: Document) -> Document:
    return {"$set": {"result.file_name": RESULT}}


def _kind(question: Document) -> str:
    kind: str = question["kind"]
    if question.get("prefill") in PREFILLED:
        return PREFILLED[question["prefill"]]
    asked = [other for other, words in LABELS if kind == "text" and re.search(words, question["label"])]
    if asked:
        return asked[0]
    return HIDING.get(kind, kind) if question.get("sensitive") else kind


def _guide(guide: Document) -> Document:
    asked = [
        (f"form.sections.{section}.questions.{number}", question)
        for section, each in enumerate(guide["form"]["sections"])
        for number, question in enumerate(each["questions"])
    ]
    return {
        "$set": {f"{path}.kind": _kind(question) for path, question in asked},
        "$unset": {f"{path}.sensitive": "" for path, _question in asked},
    }


def _some(array: Any, holds: Document) -> Document:
    """The query: an expression holds of some element, `$$this`, of an array."""
    return {"$expr": {"$anyElementTrue": [{"$map": {"input": array, "in": holds}}]}}


def _named(stem: str) -> list[Document]:
    """Expressions: the names that a file can have which is called so."""
    return [{"$concat": [stem, ending]} for ending in ENDINGS.values()]


ANSWERS = {"$objectToArray": {"$ifNull": ["$answers", {}]}}
PAPERS = {"$ifNull": ["$materials", []]}
IS_OPEN = {"$ne": [{"$type": "$$this.v"}, "object"]}
HAS_FILE = {"$eq": [{"$type": "$$this.file_name"}, "string"]}
IS_NAMED = {"$in": ["$$this.file_name", _named("$$this.name")]}

MIGRATION = Migration(
    5,
    "what people typed sealed, files called by what they are of",
    [
        Seal("applications", _some(ANSWERS, IS_OPEN), _answers),
        Seal("applications", {"$or": [{path: TEXT} for path in WRITTEN]}, _words),
        Seal("reviews", {"words": TEXT}, _review),
        Seal("events", {"name": REVEALED, "data.reason": TEXT}, _look),
        Seal("applicants", {"events.data.reason": TEXT}, _carried_looks),
        Seal("inbox", {"reply": {"$type": ["string", "null"]}}, _reply),
        Change("applications", _some(PAPERS, {"$and": [HAS_FILE, {"$not": [IS_NAMED]}]}), _papers),
        Change("applications", {"result.file_name": {**TEXT, "$ne": RESULT}}, _result),
        Change("materials", {"$expr": {"$not": [{"$in": ["$name", _named("$code")]}]}}, _file),
        Change("guides", {"form.sections.questions.sensitive": {"$exists": True}}, _guide),
    ],
)
